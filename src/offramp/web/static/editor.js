// CodeMirror as we use it: words and marks come from our own server, so that nothing is checked twice.

import * as cm from "./vendor/codemirror.js";

const { tags } = cm;
const looks = cm.HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], class: "y-key" },
  { tag: tags.comment, class: "y-comment" },
  { tag: [tags.string, tags.attributeValue], class: "y-string" },
  { tag: [tags.number, tags.bool, tags.null], class: "y-number" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], class: "y-sign" },
]);

/** The position of a line and column; both from 1, the column counted in characters, not code units. */
export function positionIn(doc, line, column) {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return at.from + Math.min(unitsIn(at.text, column - 1), at.length);
}

/** How many code units the first `count` characters of a text take. */
export function unitsIn(text, count) {
  let at = 0;
  for (let done = 0; done < count && at < text.length; done += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return at;
}

function charactersIn(text) {
  return [...text].length;
}

const kinds = { needed: "needed", word: "word" };

export function makeEditor(parent, text, { complete, changed, save, fresh }) {
  async function words(context) {
    const begun = context.matchBefore(/[\w.]+/);
    const before = context.state.doc.lineAt(context.pos);
    const head = before.text.slice(0, context.pos - before.from);
    if (!begun && !context.explicit && !/[:{[,]\s$/.test(head)) return null;
    const told = await complete(before.number, charactersIn(head) + 1, context.state.doc.toString()).catch(() => null);
    if (!told?.words.length) return null;
    const options = told.words.map(({ label, kind, about, insert }, place) => ({
      label,
      detail: kinds[kind] ?? kind,
      info: about || undefined,
      apply: insert || label,
      boost: -Math.min(place, 98),
    }));
    return { from: begun ? begun.from : context.pos, options, validFor: /^[\w.]*$/ };
  }

  const view = new cm.EditorView({
    parent,
    state: cm.EditorState.create({
      doc: text,
      extensions: [
        cm.EditorView.cspNonce.of(document.querySelector("meta[name=nonce]").content),
        cm.EditorView.contentAttributes.of({ "aria-label": "Text of the crisis", spellcheck: "false", tabindex: "0" }),
        cm.lineNumbers(),
        cm.lintGutter(),
        cm.codeFolding(),
        cm.foldGutter({ openText: "–", closedText: "+" }),
        cm.history(),
        cm.drawSelection(),
        cm.indentOnInput(),
        cm.indentUnit.of("  "),
        cm.bracketMatching(),
        cm.highlightActiveLine(),
        cm.highlightActiveLineGutter(),
        cm.highlightSelectionMatches(),
        cm.yaml(),
        cm.syntaxHighlighting(looks),
        cm.autocompletion({ override: [words], icons: false }),
        cm.search({ top: true }),
        cm.EditorView.lineWrapping,
        cm.keymap.of([
          { key: "Mod-s", run: () => (save(), true) },
          ...cm.completionKeymap,
          ...cm.searchKeymap,
          ...cm.lintKeymap,
          ...cm.foldKeymap,
          ...cm.historyKeymap,
          ...cm.defaultKeymap,
        ]),
        cm.EditorView.updateListener.of((update) => {
          if (update.docChanged) changed();
        }),
      ],
    }),
  });

  const diagnostic = (one) => {
    const from = positionIn(view.state.doc, one.line, one.column);
    const to = positionIn(view.state.doc, one.line, one.column + one.length);
    const more = [one.expected && `expected: ${one.expected}`, one.repair].filter(Boolean).join("; ");
    return {
      from,
      to: Math.max(from, to),
      severity: one.code ? "info" : "error",
      message: more ? `${one.found}. ${more}` : one.found,
      actions: one.repairs.map((repair) => ({
        name: repair.words,
        apply: (target) => {
          if (!fresh()) return; // the text has changed since, and its place has moved
          const whole = target.state.doc.toString();
          target.dispatch({
            changes: { from: unitsIn(whole, repair.start), to: unitsIn(whole, repair.end), insert: repair.insert },
          });
        },
      })),
    };
  };

  return {
    get state() {
      return view.state;
    },
    change(from, to, insert) {
      view.dispatch({ changes: { from, to, insert }, annotations: cm.isolateHistory.of("full"), userEvent: "input.form" });
    },
    goTo(position) {
      view.dispatch({ selection: { anchor: position }, effects: cm.EditorView.scrollIntoView(position, { y: "center" }) });
      view.focus();
    },
    mark(problems) {
      view.dispatch(cm.setDiagnostics(view.state, problems.map(diagnostic)));
    },
    undo: () => cm.undo(view),
    redo: () => cm.redo(view),
    undoable: () => cm.undoDepth(view.state) > 0,
    redoable: () => cm.redoDepth(view.state) > 0,
  };
}
