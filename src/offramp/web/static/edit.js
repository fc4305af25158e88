// The page on which a crisis is written: one text, held by the editor; forms, sentences, outline and
// problems follow it, and whatever they change is a change of that text that can be undone.

import { makeEditor, positionIn, unitsIn } from "./editor.js";
import { makeForms } from "./forms.js";
import { post, sentence } from "./page.js";

const place = document.querySelector(".writing");
const name = place.dataset.file;
let mark = place.dataset.mark;
let saved = document.querySelector("#source").value;

const find = (selector) => document.querySelector(selector);
const text = () => editor.state.doc.toString();

const editor = makeEditor(find("#editor"), saved, {
  complete: (line, column, whole) => post("/editor/complete", { name, text: whole, line, column }),
  changed: () => follow(),
  save: () => save(),
  fresh: () => current === newest,
});
const forms = makeForms(find("#forms"), {
  name,
  text,
  put: (whole) => replaceAll(whole),
  stirred: () => state(),
});

/** Put a whole text in place of the one in the editor, as the smallest change that does so. */
function replaceAll(whole) {
  const now = text();
  if (whole === now) return;
  let from = 0;
  const least = Math.min(now.length, whole.length);
  while (from < least && now[from] === whole[from]) from += 1;
  let tail = 0;
  while (tail < least - from && now[now.length - 1 - tail] === whole[whole.length - 1 - tail]) tail += 1;
  editor.change(from, now.length - tail, whole.slice(from, whole.length - tail));
}

function goTo(line, column) {
  if (getComputedStyle(find(".pane.text")).display === "none") pane("text");
  editor.goTo(positionIn(editor.state.doc, line, column));
}

// What follows the text: quick things after a pause of a moment, slower ones after a longer one.

let newest = 0;
let waits = [];

function follow() {
  state();
  newest += 1;
  for (const one of document.querySelectorAll("#problems button.repair")) one.disabled = true; // its place has moved
  waits.forEach(clearTimeout);
  waits = [setTimeout(check, 250, newest), setTimeout(tell, 600, newest), setTimeout(doubt, 1600, newest)];
}

let problems = { errors: [], warnings: [] };
let current = 0; // to which text they belong

async function ask(address, mine) {
  try {
    const told = await post(address, { name, text: text() });
    return mine === newest ? told : null;
  } catch (error) {
    if (mine === newest) refuse(sentence(error));
    return null;
  }
}

async function check(mine) {
  const told = await ask("/editor/check", mine);
  if (!told) return;
  problems = told;
  showProblems();
  showOutline(told.outline);
  forms.follow();
}

async function tell(mine) {
  const told = await ask("/editor/tell", mine);
  if (!told) return;
  if (!problems.errors.length && told.errors.length) {
    problems = { ...problems, errors: told.errors };
    showProblems();
  }
  showSentences(told.told);
}

async function doubt(mine) {
  if (problems.errors.length) return;
  const told = await ask("/editor/doubt", mine);
  if (!told) return;
  problems = { ...problems, ...told };
  showProblems();
}

function count(list, word) {
  return `${list.length} ${word}${list.length === 1 ? "" : "s"}`;
}

function showProblems() {
  current = newest;
  const { errors, warnings } = problems;
  const all = [...errors, ...warnings];
  editor.mark(all);
  const verdict = find("#verdict");
  const begun = errors.length && errors.every((one) => !one.path && one.found.endsWith("is missing"));
  verdict.textContent = begun
    ? `not complete yet: ${count(errors, "part")} missing`
    : errors.length
      ? count(errors, "error")
      : warnings.length
        ? `reads well, ${count(warnings, "warning")} of what it may not mean`
        : "reads well";
  verdict.className = begun ? "begun" : errors.length ? "wrong" : warnings.length ? "warned" : "right";
  const list = document.createElement("ol");
  list.replaceChildren(...all.map(problem));
  find("#problems").replaceChildren(all.length ? list : element("p", "Nothing is wrong, and nothing looks like a slip.", "quiet"));
}

function element(kind, words, look) {
  const made = document.createElement(kind);
  if (words) made.textContent = words;
  if (look) made.className = look;
  return made;
}

function problem(one) {
  const item = element("li", "", one.code ? "warning" : "error");
  const where = element("button", `Line ${one.line}`, "place");
  where.addEventListener("click", () => goTo(one.line, one.column));
  item.append(where, element("span", ` ${one.code ? `${one.code}, a warning: ` : ""}${one.found}.`));
  if (one.expected) item.append(element("span", ` Expected: ${one.expected}.`, "quiet"));
  if (one.repair) item.append(element("span", ` ${one.repair[0].toUpperCase()}${one.repair.slice(1)}${/[.?!]$/.test(one.repair) ? "" : "."}`, "quiet"));
  for (const repair of one.repairs) {
    const button = element("button", repair.words, "repair");
    button.addEventListener("click", () => mend(repair));
    item.append(" ", button);
  }
  return item;
}

function mend(repair) {
  const whole = text();
  editor.change(unitsIn(whole, repair.start), unitsIn(whole, repair.end), repair.insert);
  find("#problems").focus();
}

function showOutline(sections) {
  const list = element("ul", "", "outline");
  for (const section of sections) {
    const item = document.createElement("li");
    const button = element("button", section.words, "place");
    button.addEventListener("click", () => goTo(section.line, 1));
    item.append(button);
    if (section.entries.length) {
      const inside = document.createElement("ul");
      for (const [words, line] of section.entries) {
        const entry = document.createElement("li");
        const jump = element("button", words, "place");
        jump.addEventListener("click", () => goTo(line, 1));
        entry.append(jump);
        inside.append(entry);
      }
      item.append(inside);
    }
    list.append(item);
  }
  find("#outline").replaceChildren(list);
}

function showSentences(told) {
  const place = find("#sentences");
  if (!told) {
    place.replaceChildren(element("p", "The text cannot be told in sentences while there are errors in it.", "quiet"));
    return;
  }
  find("h1").textContent = told.title;
  document.title = `${told.title} · Offramp`;
  const parts = [element("p", "What the text says, told back. Nothing is solved here.", "quiet small")];
  if (told.about) parts.push(element("p", told.about));
  for (const part of told.parts) {
    parts.push(element("h2", part.heading));
    const list = element("ul", "", "told");
    for (const { says, under } of part.sentences) {
      const item = element("li", says);
      if (under.length) {
        const inside = document.createElement("ul");
        inside.append(...under.map((one) => element("li", one)));
        item.append(inside);
      }
      list.append(item);
    }
    parts.push(list);
  }
  place.replaceChildren(...parts);
}

// Saving: every version is kept; what another window wrote meanwhile is never overwritten unseen.

function state() {
  const same = text() === saved && !forms.waits();
  find("#state").textContent = same ? "saved" : "changed, not saved yet";
  find("#undo").disabled = !editor.undoable();
  find("#redo").disabled = !editor.redoable();
}

function refuse(words, ...more) {
  const place = find("#refused");
  place.replaceChildren(words, " ", ...more);
  place.hidden = !words;
}

async function save(base = mark) {
  await forms.settled(); // what was added a moment ago is in it
  const whole = text();
  try {
    const told = await post("/folder/save", { name, text: whole, based_on: base });
    mark = told.mark;
    saved = whole;
    refuse("");
    state();
    find("#state").textContent = "saved as a version of its own";
  } catch (error) {
    if (!String(error.found ?? "").includes("another window or program")) return refuse(sentence(error));
    const over = element("button", "Save mine as the newest; the other stays among the versions");
    over.addEventListener("click", async () => {
      const answer = await fetch(`/file/${encodeURI(name)}.json`);
      save((await answer.json()).mark);
    });
    refuse(sentence(error), over);
  }
}

function pane(wanted) {
  for (const button of document.querySelectorAll("[data-pane]")) {
    button.setAttribute("aria-pressed", String(button.dataset.pane === wanted));
  }
  for (const one of ["forms", "sentences", "outline"]) find(`#${one}`).hidden = one !== wanted;
  place.classList.toggle("text-only", wanted === "text");
  const address = new URL(location.href);
  address.searchParams.set("pane", wanted);
  history.replaceState(null, "", address);
}

find("#save").addEventListener("click", () => save());
find("#undo").addEventListener("click", () => editor.undo());
find("#redo").addEventListener("click", () => editor.redo());
for (const button of document.querySelectorAll("[data-pane]")) {
  button.addEventListener("click", () => pane(button.dataset.pane));
}
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    save();
  }
});
addEventListener("beforeunload", (event) => {
  if (text() !== saved || forms.waits() || forms.writing()) event.preventDefault();
});

const wanted = new URL(location.href).searchParams.get("pane");
if (wanted) pane(wanted);
follow();
