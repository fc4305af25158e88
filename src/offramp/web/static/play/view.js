// A game at play as one seat sees it: where it stands, what can be done, what came of it.

import { el, figure, words } from "../live/dom.js";

const percent = (share) => (share > 0.9995 ? "above 99.9 %" : share < 0.0005 ? "below 0.1 %" : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`);
const round = (told, number) => `${told.round_word[0].toUpperCase()}${told.round_word.slice(1)} ${number}`;

// Shows a view in a place; `choose(place)` makes a move.
export function show(place, told, choose) {
  const focused = place.contains(document.activeElement);
  place.replaceChildren(...(told.over ? ended(told) : running(told, choose)), history(told));
  if (focused || told.mine) place.querySelector("button, [tabindex]")?.focus();
}

function running(told, choose) {
  const state = told.state.length ? [el("dl", { class: "facts" }, told.state.flatMap((one) => [el("dt", {}, words(one.label)), el("dd", {}, words(one.value))]))] : [];
  if (told.held) return [el("h2", { tabindex: "-1" }, "The group is not complete yet"), el("p", { role: "status" }, "The game begins when all seats are taken, or when the teacher begins it.")];
  if (!told.mine) return [el("h2", { tabindex: "-1" }, round(told, told.round)), el("p", { role: "status" }, "It is the turn of ", words(told.whose), "."), ...state];
  return [
    el("h2", { tabindex: "-1" }, `${round(told, told.round)}: `, words(told.step)),
    ...state,
    el("p", { id: "choose" }, "What do you do?"),
    el("div", { class: "moves", role: "group", "aria-labelledby": "choose" }, told.moves.map((one) => el("button", { type: "button", class: "move", "data-place": String(one.place), onclick: (event) => event.detail < 2 && choose(one.place) }, // of two quick clicks the second meets the next round
      words(one.label), one.probability === undefined ? null : el("span", { class: "quiet small" }, ` solved play: ${percent(one.probability)}`)))),
  ];
}

function ended(told) {
  const after = told.debrief;
  const lines = after.choices.map((one) => {
    const own = one.moves.find((each) => each.chosen);
    return el("tr", {}, el("td", {}, String(one.round)), el("th", { scope: "row" }, words(one.step)), el("td", {}, words(own.label)),
      el("td", {}, percent(own.probability)), el("td", {}, figure(one.cost, 3)),
      el("td", {}, words(one.moves.map((each) => `${each.label} ${percent(each.probability)}, worth ${figure(each.worth, 3)}${one.others > 1 ? `, chosen ${each.others} of ${one.others} times` : ""}`).join("; "))));
  });
  return [
    el("h2", { tabindex: "-1" }, told.stopped ? "The game was stopped: it went on too long." : el("span", {}, "It ended: ", words(told.outcome))),
    el("p", {}, `You were paid ${figure(told.got, 3)}, counted at the start; the solved play expects ${figure(told.expected, 3)} on average. One game is luck as well as choice.`),
    el("h3", {}, "Your choices beside the solved play"),
    after.choices.length ? el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Your choices" }, el("table", {},
      el("caption", {}, "The solved play makes every move with some probability. The last but one column: what your move lacked of the most valuable one, if all played on as solved."),
      el("thead", {}, el("tr", {}, ["Round", "Turn", "Your move", "Solved play", "Lacked", "All moves"].map((one) => el("th", { scope: "col" }, one)))),
      el("tbody", {}, lines))) : el("p", {}, "You had no choice to make."),
    after.choices.length ? el("p", {}, `In all your choices lacked ${figure(after.cost, 3)}; ${after.likely} of ${after.choices.length} were the likeliest of the solved play.`) : null,
  ].filter(Boolean);
}

function history(told) {
  const rounds = new Map();
  for (const one of told.history) rounds.set(one.round, [...(rounds.get(one.round) ?? []), one]);
  return el("details", { open: true }, el("summary", {}, told.over ? "Everything that happened" : "What you have seen"),
    rounds.size ? el("ol", { class: "past" }, [...rounds].reverse().map(([number, own]) => el("li", { value: String(number) }, own.map((one, at) => [at ? "; " : "", el("span", { class: one.own ? "own" : null }, words(one.by === "Chance" ? one.says : `${one.by}: ${one.says}`))])))) : el("p", { class: "quiet" }, "Nothing yet."));
}
