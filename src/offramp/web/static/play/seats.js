// Choosing a seat, or opening a class.

import { ask } from "../live/dom.js";

const place = document.querySelector("[data-seats]");
const said = document.querySelector("[data-said]");
const send = (address, body) => ask(address, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", accept: "application/json" } });

for (const button of place.querySelectorAll("[data-party]")) {
  button.addEventListener("click", async () => {
    said.textContent = "";
    try {
      const told = await send("/play", { name: place.dataset.seats, party: button.dataset.party, query: place.dataset.query });
      location.href = `/play/at/${told.game}`;
    } catch (error) { said.textContent = error.message; }
  });
}

place.querySelector("[data-teach]").addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(event.target);
  try {
    const told = await send("/play/class", { name: place.dataset.seats, parties: given.getAll("party"), odds: given.has("odds"), query: place.dataset.query });
    location.href = `/play/class/${told.code}`;
  } catch (error) { said.textContent = error.message; }
});
