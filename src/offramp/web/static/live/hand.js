// What can be moved by hand: buttons for accounts and switches, a slider for every range.

import { el, figure, words } from "./dom.js";

// Accounts as buttons of which one is pressed.
export function accounts(told, choose) {
  if (!told.accounts.length) return el("span");
  return el("fieldset", { class: "choices" },
    el("legend", {}, "Whose premises"),
    told.accounts.map((one) => el("button", {
      type: "button", title: one.about, "aria-pressed": String(one.chosen), "data-account": one.name,
      onclick: () => choose(one.name),
    }, words(one.label))));
}

// The factor on every precision, told as odds.
export function precision(told, move) {
  const id = "precision";
  const most = Math.log2(told.high), least = Math.log2(told.low);
  const output = el("output", { for: id }, `×${figure(told.value, 3)}`);
  const slider = el("input", {
    id, type: "range", min: String(least), max: String(most), step: "0.05", value: String(Math.log2(told.value)),
    "aria-describedby": "precision-odds",
    oninput: () => {
      const times = Number((2 ** Number(slider.value)).toPrecision(4));
      output.textContent = `×${figure(times, 3)}`;
      move(Math.abs(times - 1) < 1e-9 ? 1 : times);
    },
  });
  return el("details", { class: "group", open: true },
    el("summary", {}, "How precisely choices are made"),
    el("div", { class: "control" },
      el("label", { for: id }, "All precisions times"), slider, output),
    el("ul", { class: "small quiet odds", id: "precision-odds", "data-odds": "" }, oddsLines(told.odds)));
}

export const oddsLines = (odds) => odds.map((one) => el("li", {}, words(one.label), ` ${one.says}`));

// Every assumption in the group of its mechanism. `move(name, value)` gives a value, null its own.
export function controls(told, name, move) {
  const groups = new Map();
  for (const one of told.controls) {
    if (!groups.has(one.group)) groups.set(one.group, []);
    groups.get(one.group).push(one);
  }
  const open = told.controls.length <= 14;
  return [...groups].map(([title, own], number) => el("details", { class: "group", open: open || number === 0 },
    el("summary", {}, words(title || "The crisis itself"), el("span", { class: "quiet" }, ` (${own.length})`)),
    own.map((one) => control(one, name, move))));
}

function control(one, name, move) {
  const id = `control-${one.name.replace(/[^A-Za-z0-9]+/g, "-")}`;
  const reset = el("button", {
    type: "button", class: "reset", hidden: !one.moved, "aria-label": `Reset ${one.label}`, onclick: () => move(one.name, null),
  }, "reset");
  const head = el("span", { class: "name" }, one.kind === "switch" ? el("span", { id }, words(one.label)) : el("label", { for: id }, words(one.label)));
  const body = one.kind === "switch" ? options(one, id, move) : slider(one, id, move);
  return el("div", { class: "control", "data-name": one.name, "data-label": one.label.toLowerCase(), "data-moved": String(one.moved) },
    head, body, reset, source(one, name));
}

function options(one, id, move) {
  return el("span", { class: "options", role: "group", "aria-labelledby": id }, one.options.map((option, place) => el("button", {
    type: "button", "data-option": option, "aria-pressed": String(place === one.value), onclick: () => move(one.name, option),
  }, words(option.replaceAll("_", " ")))));
}

function slider(one, id, move) {
  const choice = one.kind === "choice";
  const number = el("input", {
    type: "number", class: "number", step: "any", value: String(one.value), "aria-label": `${one.label}, exact value`,
    onchange: () => { if (number.value !== "" && Number.isFinite(Number(number.value))) move(one.name, Number(number.value)); },
  });
  const range = el("input", {
    id, type: "range",
    min: choice ? "0" : String(one.low), max: choice ? String(one.values.length - 1) : String(one.high),
    step: choice ? "1" : String(one.step),
    oninput: () => {
      const value = choice ? one.values[Number(range.value)] : snapped(Number(range.value), one);
      number.value = String(value);
      range.setAttribute("aria-valuetext", `${figure(value)} ${one.unit}`);
      move(one.name, value);
    },
  });
  range.value = choice ? String(nearest(one.values, one.value)) : String(one.value);
  range.setAttribute("aria-valuetext", `${figure(one.value)} ${one.unit}`);
  return el("span", { class: "slide" }, range, number);
}

// Positions of a slider are round numbers, its ends the ends of the range.
function snapped(value, one) {
  const kept = Math.min(Math.max(value, one.low), one.high);
  return Number(kept.toPrecision(12));
}

function nearest(values, value) {
  let found = 0;
  values.forEach((each, place) => { if (Math.abs(each - value) < Math.abs(values[found] - value)) found = place; });
  return found;
}

function source(one, name) {
  const own = `${one.kind === "switch" ? one.options[one.own]?.replaceAll("_", " ") : figure(one.own)}`;
  const said = one.sources.map((each) => [each.cited, each.where, each.title].filter(Boolean).join(", ")).join("; ");
  const facts = [
    one.fixed ? `The account states ${own}; the range is the text's.` : `Without your hand: ${own}${one.formula ? `, from ${one.formula}` : ""}.`,
    one.range ? `Range: ${one.range}.` : "",
    one.unit ? `Unit: ${one.unit}.` : "",
    one.note ? `${one.note[0].toUpperCase()}${one.note.slice(1)}.` : "",
    said ? `Source: ${said}.` : "No source: the analyst's judgement.",
  ];
  const link = name.endsWith(".yaml") || name.endsWith(".yml")
    ? `/file/${name.split("/").map(encodeURIComponent).join("/")}${one.line ? `#line-${one.line}` : ""}`
    : `/library/scenarios/${encodeURIComponent(name)}`;
  return el("details", { class: "why small" },
    el("summary", { "aria-label": `About ${one.label}` }, "source"),
    el("p", {}, words(facts.filter(Boolean).join(" ")), " ", one.passages.map((each) => [el("span", { class: "passage" }, words(each)), " "]), one.line ? el("a", { href: link }, `Line ${one.line} of the text`) : null));
}
