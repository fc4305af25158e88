// The page of live assumptions: what is moved goes into the address, what follows comes in layers.

import { ask, el, figure, part, words } from "./dom.js";
import { accounts, controls, oddsLines, precision } from "./hand.js";
import { Setting } from "./setting.js";
import { Sheet } from "./sheets.js";

const REST = 250, CLAIMS = 1000;
const root = document.querySelector("[data-live]");
const name = root.dataset.live;
const at = (key) => document.querySelector(`[data-${key}]`);
const asker = Math.random().toString(36).slice(2);
let setting = Setting.read(location.search);
let beside = new URLSearchParams(location.search).get("beside");
let told = null;
let reference = null;
let asking = false, again = false;
let rest = null, claims = null;
let stop = new AbortController();
const sheet = new Sheet(name);
at("sheets").append(sheet.root);

const address = (layer, query) => `/live/${part(name)}/${layer}.json?key=${told.key}&asker=${asker}&${query}`;

// One answer at a time, then the newest: what was passed over is never asked.
async function follow() {
  if (asking) { again = true; return; }
  asking = true;
  const query = setting.query;
  try {
    const answer = await ask(address("ends", query));
    if (query === setting.query && sheet.followedOf !== query) shown(answer, "at once");
  } catch (error) {
    if (!error.superseded) fail(error);
  }
  asking = false;
  if (again) { again = false; follow(); }
}

function moved() {
  sheet.followedOf = undefined;
  keep();
  sheet.band(null);
  clearTimeout(rest);
  clearTimeout(claims);
  stop.abort();
  stop = new AbortController();
  rest = setTimeout(() => further("followed"), REST);
  if (told.claims) claims = setTimeout(() => further("claims"), CLAIMS);
  if (told.claims && sheet.claimsOf !== undefined && sheet.claimsOf !== setting.query) sheet.asOf.textContent = `As of an earlier setting: ${sheet.claimsSaid}. New verdicts follow after a rest.`;
  follow();
}

async function further(layer) {
  const query = setting.query;
  if (layer === "claims" && sheet.claimsOf === undefined) sheet.asOf.textContent = "Working out the claims …";
  try {
    const answer = await ask(address(layer, query), { signal: stop.signal });
    if (query !== setting.query) return;
    if (layer === "followed") followedShown(answer);
    else claimsShown(answer);
  } catch (error) {
    if (error.name !== "AbortError" && !error.superseded) fail(error);
  }
}

function shown(answer, how) {
  sheet.show(answer, reference);
  at("whose").replaceChildren("On the premises of ", words(answer.whose), setting.count ? `, with ${setting.count === 1 ? "one assumption" : `${setting.count} assumptions`} moved by hand:` : ", as encoded here:");
  at("state").textContent = answer.status === "solved" ? how === "at once" ? "Solved and certified at once; the branch is being followed …" : "" : `Not solved at this setting: ${answer.message}`;
  at("state").classList.toggle("wrong", answer.status !== "solved");
}

function followedShown(answer) {
  sheet.followedOf = setting.query;
  shown(answer, "followed");
  sheet.band(answer.band);
  sheet.others(answer);
  if (answer.status !== "solved") return;
  at("state").textContent = answer.jumped
    ? "Followed from precision 0, play is on another branch than the one told at once; the figures are now those of the branch followed."
    : "Followed from precision 0: the same play.";
}

function claimsShown(answer) {
  sheet.claimsOf = setting.query;
  sheet.claimsSaid = setting.count ? told.controls.filter((one) => setting.values.has(one.name)).map((one) => `${one.label} ${setting.values.get(one.name)}`).join(", ") || `precisions ×${setting.precision}` : "nothing moved";
  sheet.claimed(answer, `As of this setting, on the premises of ${answer.whose}, in 64 combinations of what nobody has moved. Look-up is quick here: neither other equilibria nor mechanisms off; a full run does both.`);
}

function fail(error) {
  at("state").textContent = error.message;
  at("state").classList.add("wrong");
}

// The address is the setting; a reload, a bookmark or a colleague's browser shows the same.
function keep() {
  const query = [setting.query, beside === null ? "" : `beside=${encodeURIComponent(beside)}`].filter(Boolean).join("&");
  history.replaceState(null, "", `${location.pathname}${query ? `?${query}` : ""}`);
  carry();
  changes();
}

// Links that keep the setting.
function carry() {
  for (const link of document.querySelectorAll("[data-carry]")) link.href = `${link.dataset.carry}${setting.query ? `?${setting.query}` : ""}`;
}

function changes() {
  const list = [...setting.values].map(([key, value]) => {
    const one = told.controls.find((each) => each.name === key);
    const own = one === undefined ? "" : one.kind === "switch" ? one.options[one.own] : figure(one.own);
    return el("li", {}, words(one?.label ?? key), `: ${typeof value === "number" ? figure(value) : value} instead of ${own} `,
      el("button", { type: "button", class: "reset", "aria-label": `Reset ${one?.label ?? key}`, onclick: () => give(key, null) }, "reset"));
  });
  if (setting.precision !== 1) list.push(el("li", {}, `All precisions ×${figure(setting.precision, 3)} `, el("button", { type: "button", class: "reset", "aria-label": "Reset precisions", onclick: () => sharpen(1, true) }, "reset")));
  at("moved").replaceChildren(list.length ? el("ul", {}, list) : el("p", { class: "quiet" }, "Nothing yet."), tools());
  for (const control of document.querySelectorAll(".control[data-name]")) {
    const own = setting.values.has(control.dataset.name);
    control.dataset.moved = String(own);
    const reset = control.querySelector(".reset");
    if (reset) reset.hidden = !own;
  }
  sift();
}

function tools() {
  if (beside === null) return el("p", { class: "acts" }, el("button", { type: "button", "data-keep": "", onclick: compare }, "Keep these figures beside what follows"));
  return el("p", { class: "acts small" }, "Beside it, as thin bars: ", besideWords(), ". ",
    el("a", { href: `/live/${part(name)}${beside ? `?${beside}` : ""}` }, "Show that one"), " ",
    el("button", { type: "button", onclick: () => { beside = null; reference = null; keep(); sheet.show(sheet.told, null); } }, "Take it away"));
}

function besideWords() {
  const kept = Setting.read(beside);
  const whose = told.accounts.find((one) => one.name === kept.account)?.label;
  const count = kept.count ? `${kept.count} moved by hand` : "nothing moved";
  return whose ? words(`${whose}, ${count}`) : count;
}

async function compare() {
  beside = setting.query;
  await besideIt();
  keep();
}

async function besideIt() {
  reference = beside === null ? null : await ask(address("ends", beside).replace(asker, `${asker}b`));
  if (sheet.told) sheet.show(sheet.told, reference);
}

function give(key, value) {
  const one = told.controls.find((each) => each.name === key);
  const own = one?.kind === "switch" ? one.options[one.own] : one?.own;
  if (value === null || value === own) setting.values.delete(key);
  else setting.values.set(key, value);
  const control = document.querySelector(`.control[data-name="${CSS.escape(key)}"]`);
  const now = setting.values.has(key) ? setting.values.get(key) : own;
  if (control) settle(control, one, now);
  moved();
}

// What the control shows, where it was moved from elsewhere.
function settle(control, one, value) {
  for (const button of control.querySelectorAll("[data-option]")) button.setAttribute("aria-pressed", String(button.dataset.option === String(value)));
  const [range, number] = [control.querySelector("[type=range]"), control.querySelector("[type=number]")];
  if (number && Number(number.value) !== value) number.value = String(value);
  if (range && document.activeElement !== range) range.value = one.kind === "choice" ? String(one.values.indexOf(value)) : String(value);
}

let oddsLater = null;

function sharpen(times, reset = false) {
  setting.precision = times;
  if (reset) rebuild();
  clearTimeout(oddsLater);
  oddsLater = setTimeout(async () => {
    const fresh = await ask(`/live/${part(name)}.json?${setting.query}`);
    document.querySelector("[data-odds]")?.replaceChildren(...oddsLines(fresh.precision.odds));
  }, REST);
  moved();
}

async function tell(account) {
  setting.account = account;
  carry(); // a link may be followed before the server has answered
  await rebuild();
  document.querySelector(`[data-account="${CSS.escape(account)}"]`)?.focus();
  moved();
}

// The controls anew: another account has other values of its own.
async function rebuild() {
  told = await ask(`/live/${part(name)}.json?${setting.query}`);
  at("accounts").replaceChildren(accounts(told, tell));
  at("precision").replaceChildren(precision(told.precision, sharpen));
  at("controls").replaceChildren(...controls(told, name, give));
  changes();
}

function sift() {
  const wanted = at("find").value.trim().toLowerCase(), hide = at("hide").checked;
  for (const control of document.querySelectorAll(".control[data-name]")) {
    const there = control.dataset.label.includes(wanted) || control.dataset.name.toLowerCase().includes(wanted);
    control.hidden = !there || (hide && control.dataset.moved !== "true");
  }
  for (const group of document.querySelectorAll("[data-controls] .group")) {
    group.hidden = ![...group.querySelectorAll(".control")].some((one) => !one.hidden);
    if (wanted && !group.hidden) group.open = true;
  }
}

at("find").addEventListener("input", sift);
at("hide").addEventListener("change", sift);
at("reset").addEventListener("click", async () => { setting = new Setting(setting.account); carry(); await rebuild(); moved(); });
document.querySelector("form.hand").addEventListener("submit", (event) => event.preventDefault());
addEventListener("popstate", async () => { setting = Setting.read(location.search); await rebuild(); moved(); });

// Until the first answer: what the solver does that takes long.
const begun = Date.now();
const waiting = setInterval(async () => {
  if (sheet.told || at("state").classList.contains("wrong")) { clearInterval(waiting); return; }
  const { compiling } = await ask("/live/state.json").catch(() => ({}));
  if (compiling && !sheet.told) at("state").textContent = `Waiting: ${compiling}, for ${Math.round((Date.now() - begun) / 1000)} seconds so far. Library, editor and forms work meanwhile.`;
}, 2000);

try {
  await rebuild();
  document.querySelector("[data-claims]").hidden = !told.claims;
  moved();
  if (beside !== null) await besideIt();
} catch (error) {
  fail(error);
}
