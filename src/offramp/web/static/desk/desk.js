// The off-ramp desk: a search by what is ticked, its answer with a link to the sliders.

import { ask, el, part, svg, words } from "../live/dom.js";

const form = document.querySelector("[data-desk]");
const said = document.querySelector("[data-said]");
const place = document.querySelector("[data-found]");
const asker = Math.random().toString(36).slice(2);
let number = 0;

document.querySelector("[data-whose-desk]")?.addEventListener("change", (event) => {
  const given = new URLSearchParams(form.dataset.query);
  if (event.target.value) given.set("account", event.target.value);
  else given.delete("account");
  location.search = given.toString();
});

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(form), query = new URLSearchParams(form.dataset.query);
  query.set("outcome", given.get("outcome"));
  query.set("at_least", String(Number(given.get("at_least")) / 100));
  for (const kind of ["lever", "holder"]) for (const one of given.getAll(kind)) query.append(kind, one);
  query.set("asker", asker);
  if (!given.getAll("lever").length || !given.getAll("holder").length) {
    said.textContent = "Choose at least one lever and one party that would have to move.";
    return;
  }
  const own = ++number;
  said.textContent = "Looking …";
  const timer = setInterval(async () => {
    const told = await ask(`/desk/${part(form.dataset.desk)}/progress.json?asker=${asker}`).catch(() => null);
    if (own === number && told?.says && said.textContent.startsWith("Looking")) said.textContent = `Looking … ${told.says}`;
  }, 700);
  try {
    const told = await ask(`/desk/${part(form.dataset.desk)}/found.json?${query}`);
    if (own === number) show(told);
  } catch (error) {
    if (own === number && !error.superseded) said.textContent = error.message;
  } finally {
    clearInterval(timer);
  }
});

function show(told) {
  said.textContent = "";
  const near = !told.offramps.length && told.nearest ? [el("h2", {}, "What comes nearest"), card(told.nearest, 0)] : [];
  place.replaceChildren(
    el("h2", {}, "What was found"),
    el("p", { class: "lead" }, words(told.sentence)),
    ...told.offramps.map((one, at) => card(one, at + 1)), ...near,
    ...(told.frontier.some((one) => one.effort.length > 1) ? [frontier(told.frontier)] : []),
    el("details", {}, el("summary", {}, "By which rules, and what was left out"), el("ul", { class: "small" }, told.remarks.map((one) => el("li", {}, words(one))))));
  place.querySelector("h2").tabIndex = -1;
  place.querySelector("h2").focus();
}

function card(one, at) {
  const rows = [
    ["Probability of the aim", `${one.before} → ${one.after}`],
    ["War and catastrophe", `${one.danger} (${one.danger_change})`],
    ...(Object.keys(one.effort).length ? [["Effort, in the levers' own units", Object.entries(one.effort).map(([who, value]) => `${who} ${value}`).join(", ")]] : []),
    ["Held by", one.holders.join(", ")],
    ...(one.imposed.length ? [["Settlements imposed on", one.imposed.join(", ")]] : []),
    ...one.accounts.map((each) => [`On the account ‹${each.label}›`, each.told]),
  ];
  const most = Math.max(1e-9, ...one.gains.map((each) => Math.abs(each.gain)));
  return el("section", { class: "ramp", "aria-label": `Change ${at || ""}` },
    el("h3", {}, at ? `${at}. ` : "", words(one.what)),
    el("div", { class: "two" },
      el("dl", { class: "facts" }, rows.flatMap(([what, value]) => [el("dt", {}, words(what)), el("dd", {}, words(value))])),
      el("table", { class: "bars" }, el("caption", {}, "Who gains and who loses in expected payoff, efforts not counted"),
        el("tbody", {}, one.gains.map((each) => el("tr", {}, el("th", { scope: "row" }, words(each.party)), el("td", { class: "drawn" }, gain(each.gain / most)), el("td", {}, el("b", {}, each.told))))))),
    el("details", {}, el("summary", {}, "In sentences"), one.sentences.map((text) => el("p", { class: "small" }, words(text)))),
    one.query === null ? el("p", { class: "small quiet" }, "A first step cannot be set by a slider; claims can test it.")
      : el("p", { class: "acts" }, el("a", { class: "button", href: `/live/${part(form.dataset.desk)}?${one.query}&beside=${encodeURIComponent(form.dataset.query)}` }, "Try it on the sliders")));
}

function gain(share) {
  const width = Math.round(148 * Math.abs(share));
  return svg("svg", { viewBox: "0 0 300 16", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { y: "3", width: "300", height: "10", class: "track" }),
    svg("rect", { x: String(share < 0 ? 150 - width : 150), y: "3", width: String(width), height: "10", class: share < 0 ? "loss" : "gain" }),
    svg("path", { d: "M150 0V16", class: "spread" }));
}

function frontier(lines) {
  const far = Math.max(...lines.flatMap((one) => one.effort)) || 1;
  const at = (effort, probability) => `${(40 + (550 * effort) / far).toFixed(1)} ${(180 - 170 * probability).toFixed(1)}`;
  const dashes = ["", "7 4", "2 4", "10 3 2 3"];
  return el("section", { "aria-label": "How far each effort goes" }, el("h2", {}, "How far each effort goes"),
    el("p", { class: "small quiet" }, "The highest probability found for every effort, by whose levers move. Efforts of different holders are in their own units and are never added up."),
    svg("svg", { viewBox: "0 0 600 200", class: "frontier", role: "img", "aria-label": lines.map((one) => `${one.holders.join(" and ")}: up to ${Math.round(100 * Math.max(...one.probability))} %`).join("; ") },
      [0, 0.5, 1].map((value) => [svg("path", { d: `M40 ${180 - 170 * value}H590`, class: "rule" }), svg("text", { x: "34", y: String(184 - 170 * value), "text-anchor": "end", class: "axis" }, `${100 * value} %`)]).flat(),
      lines.map((one, place) => svg("path", { d: one.effort.map((effort, i) => `${i ? "L" : "M"}${at(effort, one.probability[i])}`).join(""), class: `line line${place % 6}`, "stroke-dasharray": dashes[place % 4] }))),
    el("ul", { class: "legend small" }, lines.map((one, place) => el("li", {}, svg("svg", { viewBox: "0 0 30 8", width: "30", height: "8", "aria-hidden": "true" }, svg("path", { d: "M0 4H30", class: `line line${place % 6}`, "stroke-dasharray": dashes[place % 4] })), " ", words(one.holders.join(" and "))))));
}
