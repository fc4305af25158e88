// One question at a time; what is revealed next comes with a key or a button.

import { ask, el, part, words } from "../live/dom.js";

const root = document.querySelector("[data-present]");
const slides = [...root.querySelectorAll("[data-slide]")];
const where = root.querySelector("[data-where]");
let at = 0, shown = 0;

const steps = (slide) => [...slide.querySelectorAll("[data-step]")];

function draw() {
  slides.forEach((slide, number) => { slide.hidden = number !== at; });
  steps(slides[at]).forEach((step, number) => { step.classList.toggle("later", number >= shown); step.setAttribute("aria-hidden", String(number >= shown)); });
  where.textContent = `${at + 1} of ${slides.length}`;
  history.replaceState(null, "", `#${slides[at].dataset.slide}`);
}

function on() {
  if (shown < steps(slides[at]).length) shown += 1;
  else if (at + 1 < slides.length) { at += 1; shown = 0; }
  draw();
}

function back() {
  if (shown > 0) shown -= 1;
  else if (at > 0) { at -= 1; shown = steps(slides[at]).length; }
  draw();
}

function go(number, all) {
  at = Math.min(Math.max(number, 0), slides.length - 1);
  shown = all ? steps(slides[at]).length : 0;
  draw();
}

const full = () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen());
const KEYS = { ArrowRight: on, PageDown: on, " ": on, ArrowLeft: back, PageUp: back, Home: () => go(0, false), End: () => go(slides.length - 1, true), f: full, F: full };

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !(event.key in KEYS)) return;
  if (event.key === " " && event.target.closest("button, a, select")) return;
  if (event.target.closest("select, input")) return;
  event.preventDefault();
  KEYS[event.key]();
});
root.querySelector("[data-on]").addEventListener("click", on);
root.querySelector("[data-back]").addEventListener("click", back);
root.querySelector("[data-all]").addEventListener("click", () => go(at, true));
root.querySelector("[data-full]").addEventListener("click", full);

const claims = slides.findIndex((slide) => slide.dataset.slide === "claims");
if (claims >= 0) {
  const place = slides[claims].querySelector("[data-steps]");
  place.replaceChildren(el("li", { class: "said" }, "The claims are being worked out …"));
  const query = [root.dataset.query, `key=${root.dataset.key}`, `asker=present-${Math.random().toString(36).slice(2)}`].filter(Boolean).join("&");
  ask(`/live/${part(root.dataset.present)}/claims.json?${query}`).then((told) => {
    place.replaceChildren(...told.claims.map((one) => el("li", { "data-step": "", "data-verdict": one.state }, el("span", { class: "said" }, words(one.says), " ", el("b", {}, one.short)))));
    draw();
  }).catch((error) => { place.replaceChildren(el("li", { class: "said" }, error.message)); });
}

go(Math.max(0, slides.findIndex((slide) => `#${slide.dataset.slide}` === location.hash)), false);
