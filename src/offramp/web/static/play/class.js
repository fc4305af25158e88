// The teacher's page: all groups and everybody's choices, as they come.

import { ask, el, figure, words } from "../live/dom.js";

const POLL = 1000;
const root = document.querySelector("[data-class]");
const board = root.querySelector("[data-board]");
let shown = "";

async function look() {
  const told = await ask(`/play/class/${root.dataset.class}.json`);
  const now = JSON.stringify([told.groups, told.choices, told.open]);
  if (now !== shown) draw(told);
  shown = now;
  setTimeout(look, POLL);
}

function draw(told) {
  const parties = told.groups[0]?.seats.map((one) => one.party) ?? [];
  board.replaceChildren(
    el("h2", {}, `Groups (${told.students} joined${told.open ? "" : ", nobody more is taken"})`),
    told.groups.length ? table("Groups", ["Group", ...parties, "Round", "Waits for", "End"], told.groups.map((one) => [
      String(one.group), ...one.seats.map((seat) => `${seat.student}${seat.got === null ? "" : `, paid ${figure(seat.got, 3)}`}`), String(one.round), one.over ? "–" : one.waits_for || "–", one.outcome || "–",
    ])) : el("p", { class: "quiet" }, "Nobody has joined yet."),
    ...(told.ends.length ? [el("p", {}, "Ends so far: ", words(told.ends.map((one) => `${one.end} ${one.groups}`).join(", ")))] : []),
    el("h2", {}, "Everybody's choices"),
    told.choices.length ? table("Everybody's choices", ["Group", "Student", "Party", "Round", "Turn", "Move", "Solved play", "Lacked"], told.choices.map((one) => [
      String(one.group), one.student, one.party, String(one.round), one.step, one.move, `${(100 * one.solved_probability).toFixed(1)} %`, figure(one.cost, 3),
    ])) : el("p", { class: "quiet" }, "None yet."));
}

function table(label, heads, rows) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, el("table", {},
    el("thead", {}, el("tr", {}, heads.map((one) => el("th", { scope: "col" }, words(one))))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((one, at) => el(at ? "td" : "th", at ? {} : { scope: "row" }, words(one))))))));
}

root.querySelector("[data-begin]").addEventListener("click", () => ask(`/play/class/${root.dataset.class}/begin`, { method: "POST", body: "{}" }).then(() => { shown = ""; }));
root.querySelector("[data-close]").addEventListener("click", () => ask(`/play/class/${root.dataset.class}/close`, { method: "POST", body: "{}" }).then(() => { shown = ""; }));
look();
