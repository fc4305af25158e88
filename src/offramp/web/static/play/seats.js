// Choosing a seat, or opening a class.

import { ask } from "../live/dom.js";
import { once } from "../page.js";

const place = document.querySelector("[data-seats]");
const said = document.querySelector("[data-said]");
const send = (address, body) => ask(address, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", accept: "application/json" } });

for (const button of place.querySelectorAll("[data-party]")) {
  button.addEventListener("click", once(async () => {
    said.textContent = "";
    try {
      const told = await send("/play", { name: place.dataset.seats, party: button.dataset.party, query: place.dataset.query });
      location.href = `/play/at/${told.game}`;
      return true;
    } catch (error) {
      said.textContent = error.message;
      return false;
    }
  }));
}

const teach = once(async (form) => {
  const given = new FormData(form);
  try {
    const told = await send("/play/class", { name: place.dataset.seats, parties: given.getAll("party"), odds: given.has("odds"), query: place.dataset.query });
    location.href = `/play/class/${told.code}`;
    return true;
  } catch (error) {
    said.textContent = error.message;
    return false;
  }
});

place.querySelector("[data-teach]").addEventListener("submit", (event) => {
  event.preventDefault();
  teach(event.target);
});
