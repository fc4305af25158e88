// Asking for a run, and watching one.

import { ask } from "../live/dom.js";
import { once } from "../page.js";

const POLL = 700;
const form = document.querySelector("[data-ask]");
const run = document.querySelector("[data-run]");
const at = (key) => document.querySelector(`[data-${key}]`);

const send = (address, body = {}) => ask(address, {
  method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", accept: "application/json" },
});

const start = once(async () => {
  const given = new FormData(form);
  try {
    const told = await send("/runs", {
      name: form.dataset.ask, query: form.dataset.query, draws: Number(given.get("draws")),
      seed: given.get("seed") === "" ? null : Number(given.get("seed")),
      no_passages: given.has("no_passages"),
    });
    location.href = `/runs/${told.run}`;
    return true;
  } catch (error) {
    at("said").textContent = error.message;
    return false;
  }
});

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});

const WORDS = {
  queued: (state) => (state.before ? `Waits in line; ${state.before} before it.` : "Begins …"),
  running: (state) => `Running: ${state.what}${state.total > 1 ? `, ${state.done.toLocaleString("en")} of ${state.total.toLocaleString("en")}` : ""}.`,
  done: (state) => `Done${state.seconds ? `, in ${state.seconds} seconds` : ""}.`,
  failed: () => "It could not be done.",
  cancelled: () => "Cancelled. What was finished of the draws is kept.",
  interrupted: () => "Cut short. What was finished of the draws is kept; going on gives the same numbers as if it had never stopped.",
};

async function watch() {
  let told;
  try {
    told = await ask(`/runs/${run.dataset.run}.json`);
  } catch {
    setTimeout(watch, 4 * POLL);
    return;
  }
  const { state } = told;
  at("words").textContent = WORDS[state.status](state);
  const bar = at("progress");
  bar.hidden = state.status !== "running";
  if (state.total > 1) bar.value = (100 * state.done) / state.total;
  else bar.removeAttribute("value");
  at("message").hidden = !state.message;
  at("message").textContent = state.message ?? "";
  at("cancel").hidden = !["queued", "running"].includes(state.status);
  at("resume").hidden = !told.resumable;
  const before = run.dataset.status;
  run.dataset.status = state.status;
  if (state.status === "done" && before !== "done") location.reload();
  else if (["queued", "running"].includes(state.status)) setTimeout(watch, POLL);
}

async function order(what) {
  try {
    await send(`/runs/${run.dataset.run}/${what}`);
  } catch (error) {
    at("message").hidden = false;
    at("message").textContent = error.message;
  }
  setTimeout(watch, 200);
}

if (run) {
  at("cancel").addEventListener("click", () => order("cancel"));
  at("resume").addEventListener("click", () => order("resume"));
  watch();
}
