// The forms beside the text. Whatever they change is sent with the text and comes back as a changed
// text and its forms; what a person was doing (focus, open parts, half-filled fields) stays.

import { post, sentence } from "./page.js";

export function makeForms(place, { name, text, put, stirred }) {
  let shown = null; // the text of which the forms are
  let drawn = null; // forms that came and are not on the page yet
  let redrawn = 0; // when they last came onto it
  let clicked = 0; // when the first of quick clicks was made
  let busy = Promise.resolve();
  const waiting = []; // changes that have not been answered
  const complaints = new Map(); // what was refused, by the form that asked; "" for a field of its own
  const used = new Map(); // what was filled in and now stands in the text
  const status = above("status", "small waits");
  const alert = above("alert", "note wrong");
  const close = document.createElement("button");
  close.textContent = "Close";
  close.className = "small-act";
  close.addEventListener("click", () => { complaints.delete(""); complain(); });

  function above(role, look) {
    const made = document.createElement("p");
    made.setAttribute("role", role);
    made.className = `forms-told ${look}`;
    made.hidden = true;
    place.before(made);
    return made;
  }

  // A button that is replaced while it is pressed would lose its click: what is new waits for it.
  let released = null;
  const held = (...ends) => {
    released = new Promise((done) => {
      for (const kind of [...ends, "blur"]) addEventListener(kind, () => setTimeout(done), { once: true });
    });
  };
  place.addEventListener("pointerdown", () => held("pointerup", "pointercancel"));
  place.addEventListener("keydown", (event) => event.key === " " && event.target.matches("button, summary") && held("keyup"));

  /** Forms for the text as it stands, unless they are that already or a change brings them. */
  async function follow() {
    const whole = text();
    if (whole === shown || waiting.length) return;
    const told = await post("/forms/show", { name, text: whole }).catch(() => null);
    if (!told || whole !== text() || waiting.length) return;
    drawn = { html: told.html, whole };
    draw();
  }

  /** Changes wait for each other, since each begins from the text that the last one left. */
  function change(what, fields, { form = null, given = null, at = null } = {}) {
    const asked = JSON.stringify([what, fields]);
    if (what === "drop" && waiting.includes(asked)) return; // the second of two quick clicks
    complaints.delete(form ? formKey(form) : "");
    complain();
    waiting.push(asked);
    stirred();
    setTimeout(wait, 400);
    const sent = at ? partsOf(at).map((one) => [one, one.value]) : [];
    busy = busy.then(async () => {
      try {
        await make(what, fields);
        if (form) given.forEach((value, own) => used.set(own, value));
        for (const [one, value] of sent) one.defaultValue = value; // it is no longer being filled in
      } catch (error) {
        refused(sentence(error), form, given, at);
      }
      waiting.shift();
      stirred();
      if (form?.isConnected) delete form.dataset.sent;
      wait();
      complain();
      if (!waiting.length) await (drawn ? draw() : follow());
    });
  }

  /** Make a change; of a text that somebody has written in meanwhile it is made anew. */
  async function make(what, fields) {
    for (;;) {
      const whole = text();
      const told = await post("/forms/change", { name, text: whole, change: what, fields });
      if (whole !== text()) continue;
      drawn = { html: told.html, whole: told.text };
      put(told.text);
      return;
    }
  }

  /** Say how much is still to be written, where that takes long enough to be asked about. */
  function wait() {
    const few = waiting.length === 1 ? "a change" : `${waiting.length} changes`;
    status.textContent = waiting.length ? `Writing ${few} into the text …` : "";
    status.hidden = !waiting.length;
  }

  /** What was filled in comes back to where it stood, unless more has been filled in there since. */
  function refused(words, form, given, at) {
    const twin = form && twinOf(form);
    if (!twin) {
      const label = at?.closest("label")?.querySelector("span")?.textContent;
      complaints.set("", form ? withLost(words, given) : capital(label ? `${label}: ${words}` : words));
      return;
    }
    const untouched = ![...twin.elements].some((one) => fillable(one) && changed(one));
    if (untouched) {
      for (const one of twin.elements) if (given.has(key(twin, one))) fill(one, given.get(key(twin, one)));
      twin.querySelectorAll("[data-pattern]").forEach(places);
    }
    const here = untouched || keeps(twin);
    complaints.set(formKey(twin), { here: here ? words : withLost(words, given), gone: withLost(words, given) });
  }

  function withLost(words, given) {
    const lost = [...given.values()].filter((value) => typeof value === "string" && value).join(", ");
    return `Not written: ${lost}. ${capital(words)}`;
  }

  /** A sentence with a capital; what is quoted in it stays. */
  function capital(words) {
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  }

  /** Every complaint at its form, and those of fields, and of forms that are gone, above. */
  function complain() {
    const say = (at, words) => {
      at.textContent = words;
      at.hidden = !words;
    };
    const forms = new Map([...place.querySelectorAll("form.adding")].map((form) => [formKey(form), form]));
    for (const [own, told] of [...complaints]) {
      if (!own || forms.has(own)) continue;
      complaints.delete(own);
      complaints.set("", told.gone);
    }
    for (const [own, form] of forms) {
      const at = form.querySelector("[role=alert]");
      if (at) say(at, complaints.get(own)?.here ?? "");
    }
    const told = document.createElement("span");
    say(told, complaints.get("") ?? "");
    alert.hidden = told.hidden;
    alert.replaceChildren(...(told.hidden ? [] : [told, " ", close]));
  }

  /** Put forms that came onto the page, but not under the hands of somebody who fills in a field. */
  async function draw() {
    await released;
    if (!drawn || waiting.length || writing()) return;
    const { html, whole } = drawn;
    drawn = null;
    render(html, whole);
  }

  let composing = false;
  place.addEventListener("compositionstart", () => { composing = true; });
  place.addEventListener("compositionend", () => { composing = false; setTimeout(draw); });
  place.addEventListener("focusout", () => setTimeout(draw));

  /** Whether a field that is sent by itself is being filled in, one end of a range before the other too. */
  function writing() {
    const one = document.activeElement;
    if (composing || !one || !place.contains(one)) return composing;
    return partsOf(one).some(changed);
  }

  /** The field of text that is sent by itself; of a range all three. */
  function partsOf(one) {
    const ranged = one.closest("[data-range]");
    const own = ranged ? [...ranged.querySelectorAll("[data-part]")] : [one];
    return own.filter((part) => part.matches("input[data-part], input[data-path], input[data-do]") && part.type !== "checkbox");
  }

  /** What is being filled in is sent, and everything that was sent is answered. */
  async function settled() {
    const one = document.activeElement;
    if (writing()) {
      one.blur();
      one.focus({ preventScroll: true });
    }
    while (waiting.length) await busy;
  }

  function render(html, whole) {
    shown = whole;
    const before = remembered();
    used.clear();
    const page = new DOMParser().parseFromString(html, "text/html");
    place.replaceChildren(...page.body.childNodes);
    restore(before);
    place.querySelectorAll("[data-pattern]").forEach(places);
    complain();
    redrawn = performance.now();
  }

  /** What the person has open, has begun to fill in, and where the cursor is. */
  function remembered() {
    const open = new Map([...place.querySelectorAll("details[id]")].map((one) => [one.id, one.open]));
    const begun = new Map();
    for (const form of place.querySelectorAll("form.adding")) {
      for (const one of form.elements) {
        const own = key(form, one);
        if (fillable(one) && changed(one) && used.get(own) !== valueOf(one)) begun.set(own, valueOf(one));
      }
    }
    const active = document.activeElement;
    const inside = place.contains(active) ? active : null;
    const acts = inside?.matches("button[data-change]") ? actKey(inside) : null;
    const named = inside?.form && inside.name ? key(inside.form, inside) : null;
    return { open, begun, id: inside?.id, named, acts, part: inside?.closest("details.part")?.id, from: inside?.selectionStart, to: inside?.selectionEnd };
  }

  function restore({ open, begun, id, named, acts, part, from, to }) {
    for (const one of place.querySelectorAll("details[id]")) if (open.has(one.id)) one.open = open.get(one.id);
    let target = id ? document.getElementById(id) : null;
    for (const form of place.querySelectorAll("form.adding")) {
      for (const one of form.elements) {
        const own = key(form, one);
        if (named && own === named) target = one;
        if (fillable(one) && begun.has(own)) fill(one, begun.get(own));
      }
    }
    if (acts) {
      target = [...place.querySelectorAll("button[data-change]")].find((one) => actKey(one) === acts);
      target ??= place.querySelector(`#${part} > summary`); // what it was about is gone
    }
    if (!target || document.activeElement === target) return;
    target.focus({ preventScroll: true });
    if (from !== null && from !== undefined && target.setSelectionRange) {
      try { target.setSelectionRange(from, to); } catch { /* a field that has no cursor */ }
    }
  }

  function actKey(button) {
    return `${button.dataset.change}|${button.dataset.fields}`;
  }

  /** What a person may fill in. */
  function fillable(one) {
    return Boolean(one.dataset.order || (one.name && one.type !== "hidden"));
  }

  /** Whether it holds something else than what it was drawn with. */
  function changed(one) {
    if (one.type === "checkbox") return one.checked !== one.defaultChecked;
    if (one.tagName !== "SELECT") return one.value !== one.defaultValue;
    const first = [...one.options].findIndex((option) => option.defaultSelected);
    return one.selectedIndex !== Math.max(first, 0);
  }

  function valueOf(one) {
    return one.type === "checkbox" ? one.checked : one.value;
  }

  function fill(one, value) {
    if (one.type === "checkbox") one.checked = value;
    else if (one.tagName !== "SELECT" || [...one.options].some((option) => option.value === value)) one.value = value;
  }

  function formKey(form) {
    const hidden = [...form.querySelectorAll("input[type=hidden]")].map((own) => own.value).join("/");
    return `${form.dataset.change}|${hidden}`;
  }

  function key(form, one) {
    const own = one.name || `${one.dataset?.order}/${one.dataset?.end}`;
    return `${formKey(form)}|${own}|${one.type === "checkbox" ? one.value : ""}`;
  }

  /** The form that stands where one stood before the forms were drawn anew. */
  function twinOf(form) {
    return form.isConnected ? form : [...place.querySelectorAll("form.adding")].find((one) => formKey(one) === formKey(form));
  }

  /** Whether a form shows what stands in the text: what is sent with it goes on standing in it. */
  function keeps(form) {
    return ["rounds", "order_ends", "order_options"].includes(form.dataset.change);
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

  // A form is empty as soon as it is sent, so that the next thing can be filled in at once.
  place.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.change) return;
    event.preventDefault();
    event.stopPropagation();
    if (form.dataset.sent) return; // sent again, and nothing filled in since
    form.dataset.sent = "true";
    const fields = collected(form);
    const given = new Map([...form.elements].filter(fillable).map((one) => [key(form, one), valueOf(one)]));
    if (!keeps(form)) {
      form.reset();
      form.querySelectorAll("[data-pattern]").forEach(places);
    }
    form.querySelector("input:not([type=hidden]), select")?.focus({ preventScroll: true });
    change(form.dataset.change, fields, { form, given });
  });
  place.addEventListener("input", (event) => delete event.target.form?.dataset.sent);

  place.addEventListener("change", (event) => {
    const one = event.target;
    if (one.matches("[data-pattern]")) return places(one);
    const ranged = one.closest("[data-range]");
    if (ranged) {
      const parts = Object.fromEntries([...ranged.querySelectorAll("[data-part]")].map((own) => [own.dataset.part, own.value]));
      const alone = ranged.contains(document.activeElement) && document.activeElement !== one;
      if (alone && Boolean(parts.low) !== Boolean(parts.high)) return; // the other end is being filled in
      change("put_range", { path: JSON.parse(ranged.dataset.range), ...parts }, { at: one });
    } else if (one.dataset.do) {
      change(one.dataset.do, { ...JSON.parse(one.dataset.fields), [one.dataset.as ?? "value"]: valueOf(one) }, { at: one });
    } else if (one.dataset.path) {
      change("put", { path: JSON.parse(one.dataset.path), value: valueOf(one), kind: one.dataset.kind ?? "text" }, { at: one });
    }
  });

  place.addEventListener("click", (event) => {
    if (event.detail < 2) clicked = performance.now();
    if (event.detail > 1 && redrawn > clicked && event.target.closest("button")) {
      event.preventDefault(); // of two quick clicks the second, which meets what has come under it
      return;
    }
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
    change("move", { path: ["round", dragged.dataset.key], to: over.dataset.key });
  });
  place.addEventListener("dragend", () => {
    dragged = null;
    place.querySelectorAll(".over").forEach((one) => one.classList.remove("over"));
  });

  follow();
  return { follow, settled, waits: () => waiting.length > 0, writing };
}
