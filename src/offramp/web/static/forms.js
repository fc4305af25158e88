// The forms beside the text. Whatever they change is sent with the text and comes back as a changed
// text and its forms; what a person was doing (focus, open parts, half-filled fields) stays.

import { post, sentence } from "./page.js";

export function makeForms(place, { name, text, put }) {
  let shown = null;
  let busy = Promise.resolve();

  // A button that is replaced while it is pressed would lose its click: what is new waits for it.
  let released = null;
  place.addEventListener("pointerdown", () => {
    released = new Promise((done) => {
      for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => setTimeout(done), { once: true });
    });
  });

  /** Forms for the text as it stands, unless they are that already. */
  async function follow() {
    const whole = text();
    if (whole === shown) return;
    const told = await post("/forms/show", { name, text: whole }).catch(() => null);
    await released;
    if (told && whole === text()) render(told.html, whole);
  }

  /** Changes wait for each other, since each begins from the text that the last one left. */
  function change(what, fields, alert) {
    busy = busy.then(async () => {
      try {
        const told = await post("/forms/change", { name, text: text(), change: what, fields });
        complain(alert, "");
        shown = told.text;
        put(told.text);
        await released;
        render(told.html, told.text);
        return true;
      } catch (error) {
        complain(alert, sentence(error));
        return false;
      }
    });
    return busy;
  }

  function complain(alert, words) {
    const at = alert?.isConnected ? alert : general();
    at.textContent = words;
    at.hidden = !words;
  }

  function general() {
    let at = place.querySelector(":scope > [role=alert]");
    if (!at) {
      at = document.createElement("p");
      at.setAttribute("role", "alert");
      at.className = "note wrong";
      at.hidden = true;
      place.prepend(at);
    }
    return at;
  }

  function render(html, whole) {
    shown = whole;
    const before = remembered();
    const page = new DOMParser().parseFromString(html, "text/html");
    place.replaceChildren(...page.body.childNodes);
    restore(before);
    place.querySelectorAll("[data-pattern]").forEach(places);
  }

  /** What the person has open, has begun to fill in, and where the cursor is. */
  function remembered() {
    const open = new Map([...place.querySelectorAll("details[id]")].map((one) => [one.id, one.open]));
    const begun = new Map();
    for (const form of place.querySelectorAll("form.adding")) {
      for (const one of form.elements) {
        if (fillable(one) && !form.dataset.done) begun.set(key(form, one), one.type === "checkbox" ? one.checked : one.value);
      }
    }
    const active = document.activeElement;
    const inside = place.contains(active) ? active : null;
    return { open, begun, id: inside?.id, named: inside?.form && inside.name ? key(inside.form, inside) : null, from: inside?.selectionStart };
  }

  /** What a person may have begun to fill in; of places in an ordering, those that were changed. */
  function fillable(one) {
    if (one.dataset.order) return [...one.options].some((option) => option.selected !== option.defaultSelected);
    return one.name && one.type !== "hidden";
  }

  function key(form, one) {
    const hidden = [...form.querySelectorAll("input[type=hidden]")].map((own) => own.value).join("/");
    const name = one.name || `${one.dataset?.order}/${one.dataset?.end}`;
    return `${form.dataset.change}|${hidden}|${name}|${one.type === "checkbox" ? one.value : ""}`;
  }

  function restore({ open, begun, id, named, from }) {
    for (const one of place.querySelectorAll("details[id]")) if (open.has(one.id)) one.open = open.get(one.id);
    let target = id ? document.getElementById(id) : null;
    for (const form of place.querySelectorAll("form.adding")) {
      for (const one of form.elements) {
        if (!one.name && !one.dataset.order) continue;
        if (one.type === "hidden") continue;
        const own = key(form, one);
        if (own === named) target = one;
        if (!begun.has(own) || form.dataset.change === "order_options") continue;
        if (one.type === "checkbox") one.checked = begun.get(own);
        else if (one.tagName !== "SELECT" || [...one.options].some((option) => option.value === begun.get(own))) one.value = begun.get(own);
      }
    }
    if (target && document.activeElement !== target) {
      target.focus({ preventScroll: true });
      if (from !== null && from !== undefined && target.setSelectionRange) {
        try { target.setSelectionRange(from, from); } catch { /* a field that has no cursor */ }
      }
    }
  }

  /** Show the places that the chosen sentence has. */
  function places(select) {
    const wanted = select.selectedOptions[0].dataset.places.split(" ");
    for (const one of select.form.querySelectorAll("[data-place]")) one.hidden = !wanted.includes(one.dataset.place);
  }

  function collected(form) {
    const fields = {};
    for (const one of form.elements) {
      if (one.dataset.order) (fields[`order.${one.dataset.order}`] ??= {})[one.dataset.end] = Number(one.value);
      else if (!one.name || one.closest("[hidden]")) continue;
      else if (one.type === "checkbox" && ["held_by", "known_to"].includes(one.name)) {
        fields[one.name] ??= [];
        if (one.checked) fields[one.name].push(one.value);
      } else if (one.type === "checkbox") {
        if (one.checked) fields[one.name] = one.value;
      } else fields[one.name] = one.value;
    }
    return fields;
  }

  place.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.change) return;
    event.preventDefault();
    event.stopPropagation();
    form.dataset.done = "true"; // what was filled in has been used: it is not put back
    const done = await change(form.dataset.change, collected(form), form.querySelector("[role=alert]"));
    delete form.dataset.done;
    const twin = [...place.querySelectorAll("form.adding")].find((one) => one.dataset.change === form.dataset.change && key(one, { name: "", type: "" }) === key(form, { name: "", type: "" }));
    const next = twin ?? form;
    const meanwhile = document.activeElement?.form; // where a person has gone on to write, who is not to be called back
    if (done && (!meanwhile || meanwhile === next || !place.contains(meanwhile))) {
      next.querySelector("input:not([type=hidden]), select")?.focus({ preventScroll: true });
    }
  });

  place.addEventListener("change", (event) => {
    const one = event.target;
    if (one.matches("[data-pattern]")) return places(one);
    const ranged = one.closest("[data-range]");
    if (ranged) {
      const parts = Object.fromEntries([...ranged.querySelectorAll("[data-part]")].map((own) => [own.dataset.part, own.value]));
      const alone = ranged.contains(document.activeElement) && document.activeElement !== one;
      if (alone && Boolean(parts.low) !== Boolean(parts.high)) return; // the other end is being filled in
      change("put_range", { path: JSON.parse(ranged.dataset.range), ...parts });
    } else if (one.dataset.do) {
      change(one.dataset.do, { ...JSON.parse(one.dataset.fields), [one.dataset.as ?? "value"]: one.type === "checkbox" ? one.checked : one.value });
    } else if (one.dataset.path) {
      const value = one.type === "checkbox" ? one.checked : one.value;
      change("put", { path: JSON.parse(one.dataset.path), value, kind: one.dataset.kind ?? "text" });
    }
  });

  place.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-change]");
    if (button) change(button.dataset.change, JSON.parse(button.dataset.fields));
  });

  // Steps are dragged along the strip; Earlier and Later do the same from the keyboard.
  let dragged = null;
  place.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("li.step") ?? null;
    if (dragged) event.dataTransfer.effectAllowed = "move";
  });
  place.addEventListener("dragover", (event) => {
    const over = event.target.closest?.("li.step");
    if (!dragged || !over) return;
    event.preventDefault();
    place.querySelectorAll(".over").forEach((one) => one.classList.remove("over"));
    over.classList.add("over");
  });
  place.addEventListener("drop", (event) => {
    const over = event.target.closest?.("li.step");
    if (!dragged || !over) return;
    event.preventDefault();
    change("move", { path: ["round", Number(dragged.dataset.at)], to: Number(over.dataset.at) });
  });
  place.addEventListener("dragend", () => {
    dragged = null;
    place.querySelectorAll(".over").forEach((one) => one.classList.remove("over"));
  });

  follow();
  return { follow };
}
