// A game of one person.

import { ask } from "../live/dom.js";
import { show } from "./view.js";

const root = document.querySelector("[data-table]");
const place = root.querySelector("[data-view]");
const odds = root.querySelector("[data-odds]");
const base = root.dataset.table;
let told = null;
let asked = 0;

async function look() {
  const mine = ++asked;
  const answer = await ask(`${base}.json?odds=${odds.checked}`);
  if (mine !== asked) return; // the newest question is answered, whichever answer comes last
  told = answer;
  show(place, told, choose);
}

async function choose(number) {
  for (const button of place.querySelectorAll("button")) button.disabled = true;
  try {
    await ask(`${base}/move`, { method: "POST", body: JSON.stringify({ place: number, stamp: told.stamp }), headers: { "content-type": "application/json", accept: "application/json" } });
  } catch (error) {
    if (error.status !== 400) throw error;
  }
  await look();
}

odds.addEventListener("change", look);
look();
