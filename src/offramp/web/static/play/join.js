// A student's page: join by a code, then play; leaving hands the seat to the solved play.

import { ask, words } from "../live/dom.js";
import { once } from "../page.js";
import { show } from "./view.js";

const POLL = 800;
const form = document.querySelector("[data-join]");
const said = document.querySelector("[data-said]");
const place = document.querySelector("[data-view]");
const heading = document.querySelector("[data-heading]");
let seat = null;
let shown = "";

const send = (address, body) => ask(address, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", accept: "application/json" } });

form.addEventListener("submit", (event) => {
  event.preventDefault();
  join();
});

const join = once(async () => {
  const given = new FormData(form);
  try {
    const told = await send("/join", { code: given.get("code"), name: given.get("name") });
    sit({ code: given.get("code"), secret: told.secret });
    return true;
  } catch (error) {
    said.textContent = error.message;
    return false;
  }
});

function sit(own) {
  seat = own;
  location.hash = new URLSearchParams(own).toString();
  form.hidden = true;
  place.hidden = false;
  said.textContent = "";
  look();
}

async function look() {
  try {
    const told = await send("/join/seat", seat);
    heading.replaceChildren("You play ", words(told.party), `, group ${told.group}`);
    const now = JSON.stringify(told);
    if (now !== shown) {
      shown = now;
      show(place, told, (number) => choose(number, told.stamp));
    }
    said.textContent = "";
    if (told.over) return;
  } catch (error) {
    said.textContent = error.message;
    if (error.status === 400 || error.status === 404) return;
  }
  setTimeout(look, POLL);
}

async function choose(number, stamp) {
  for (const button of place.querySelectorAll("button")) button.disabled = true;
  try {
    await send("/join/move", { ...seat, place: number, stamp });
  } catch (error) { said.textContent = error.message; }
  shown = "";
}

addEventListener("pagehide", () => {
  if (seat) fetch("/join/leave", { method: "POST", body: JSON.stringify(seat), headers: { "content-type": "application/json" }, keepalive: true });
});

const kept = new URLSearchParams(location.hash.slice(1));
if (kept.get("secret")) sit({ code: kept.get("code"), secret: kept.get("secret") });
