// The likeliest ways as a flow: a column for every choice, bands as thick as they are likely.

import { ask, el, svg } from "../live/dom.js";

const WIDE = 150, GAP = 70, HIGH = 360, SPACE = 26, LEAST = 3;
const place = document.querySelector("[data-flow]");

if (place) ask(place.dataset.flow).then((told) => place.replaceChildren(picture(told.flow)));

function picture(flow) {
  if (!flow.boxes.length) return el("p", {}, "Nothing ever ends here, so that there are no whole histories.");
  const columns = [];
  for (const [number, box] of flow.boxes.entries()) {
    box.number = number;
    (columns[box.depth] ??= []).push(box);
  }
  const most = Math.max(...columns.map((column) => column.reduce((sum, box) => sum + box.weight, 0)));
  const scale = HIGH / most;
  let tall = 0;
  columns.forEach((column, depth) => {
    column.sort((a, b) => b.weight - a.weight);
    let y = 10;
    for (const box of column) {
      box.x = 8 + depth * (WIDE + GAP);
      box.y = y;
      box.high = Math.max(LEAST, box.weight * scale);
      box.in = box.out = 0;
      y += box.high + SPACE + 14;
    }
    tall = Math.max(tall, y);
  });
  const bands = [...flow.lines].sort((a, b) => flow.boxes[a.to].y - flow.boxes[b.to].y).map((line) => {
    const [from, to] = [flow.boxes[line.from], flow.boxes[line.to]];
    const high = Math.max(1.2, line.weight * scale);
    const one = from.y + from.out, two = to.y + to.in;
    from.out += line.weight * scale;
    to.in += line.weight * scale;
    const [a, b, middle] = [from.x + WIDE, to.x, (from.x + WIDE + to.x) / 2];
    return svg("path", { class: "band", fill: from.colour, d: `M${a} ${one}C${middle} ${one} ${middle} ${two} ${b} ${two}V${two + high}C${middle} ${two + high} ${middle} ${one + high} ${a} ${one + high}Z` },
      svg("title", {}, `${line.says}: ${percent(line.weight)}`));
  });
  const width = 16 + columns.length * (WIDE + GAP) - GAP;
  return svg("svg", { viewBox: `0 0 ${width} ${tall + 20}`, width: String(width), height: String(tall + 20), role: "group", class: "flow",
    "aria-label": `${flow.ways} likeliest histories through ${flow.boxes.length} states; the same stands in the table below and among the histories of the sliders` },
  bands, flow.boxes.map(drawn));
}

function drawn(box) {
  const name = box.node === null ? `${box.label}, ${percent(box.weight)}` : `${box.label}: ${box.step}`;
  const shape = svg("g", { class: "box" }, svg("rect", { x: String(box.x), y: String(box.y), width: String(WIDE), height: String(box.high), rx: "2", fill: box.colour }),
    svg("text", { x: String(box.x), y: String(box.y + box.high + 12), class: "label" }, cut(name)),
    svg("title", {}, `${box.node === null ? "End" : `Round ${box.round}`}: ${name}, ${percent(box.weight)}`));
  if (box.node === null) return shape;
  return svg("a", { href: `${place.dataset.state}${box.node}${place.dataset.end}`, "aria-label": `State ${box.node}: ${name}` }, shape);
}

const cut = (text) => (text.length > 25 ? `${text.slice(0, 24)}…` : text);
const percent = (share) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
