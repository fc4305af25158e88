// One state in the middle, what leads to it on the left, where its moves lead on the right.

import { ask, svg } from "../live/dom.js";

const WIDE = 210, GAP = 150, ROW = 46, MOST = 8;
const place = document.querySelector("[data-around]");

ask(place.dataset.around).then((told) => place.replaceChildren(picture(told)));

function picture(told) {
  const before = told.before.slice(0, MOST), moves = told.moves.slice(0, 2 * MOST);
  const rows = Math.max(before.length, moves.length, 1), tall = rows * ROW + 20;
  const at = (count, i) => tall / 2 + (i - (count - 1) / 2) * ROW;
  const [left, middle, right] = [8, 8 + WIDE + GAP, 8 + 2 * (WIDE + GAP)];
  const most = Math.max(1e-9, ...before.map((one) => one.uses));
  const lines = [
    ...before.map((one, i) => line(left + WIDE, at(before.length, i), middle, tall / 2, one.uses / most, one.move)),
    ...moves.map((one, i) => line(middle + WIDE, tall / 2, right, at(moves.length, i), one.probability, `${one.says} ${one.told}`)),
  ];
  const boxes = [
    ...before.map((one, i) => box(left, at(before.length, i), `${one.by} (state ${one.node})`, null, one.node)),
    box(middle, tall / 2, `${told.by}: ${told.step}`, told.mover_colour, null),
    ...moves.map((one, i) => box(right, at(moves.length, i), one.to, one.colour, one.node)),
  ];
  return svg("svg", { viewBox: `0 0 ${right + WIDE + 8} ${tall}`, width: String(right + WIDE + 8), height: String(tall), class: "around", role: "group",
    "aria-label": `State ${told.node} between what leads to it and where its moves lead; the tables below say the same` }, lines, boxes);
}

function line(x, y, to, down, weight, says) {
  const middle = (x + to) / 2, near = says.length > 26 ? `${says.slice(0, 25)}…` : says;
  return svg("g", {}, svg("path", { d: `M${x} ${y}C${middle} ${y} ${middle} ${down} ${to} ${down}`, class: "way", "stroke-width": String(0.8 + 7 * weight) }, svg("title", {}, says)),
    svg("text", { x: String(middle), y: String((y + down) / 2 - 5), "text-anchor": "middle", class: "label halo" }, near));
}

function box(x, y, text, colour, node) {
  const told = text.length > 32 ? `${text.slice(0, 31)}…` : text;
  const shape = svg("g", { class: "box" }, svg("rect", { x: String(x), y: String(y - 15), width: String(WIDE), height: "30", rx: "4", class: "plain" }),
    colour ? svg("rect", { x: String(x), y: String(y - 15), width: "7", height: "30", fill: colour }) : null,
    svg("text", { x: String(x + 14), y: String(y + 4), class: "label" }, told), svg("title", {}, text));
  return node === null ? shape : svg("a", { href: `${place.dataset.state}${node}${place.dataset.end}`, "aria-label": `State ${node}: ${text}` }, shape);
}
