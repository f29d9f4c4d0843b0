// The code editor in the browser: CodeMirror 6 for Python, told by Streamlit what to show.
//
// What is typed belongs to the browser. Streamlit hears of it when the editor is left or the code is run, and changes
// the text only by asking to (a `replace` newer than the last), so a rerun in the middle of typing takes nothing away.
// A draft is kept in the browser's storage from the first letter on.

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, RangeSet, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration, EditorView, gutterLineClass, GutterMarker, highlightActiveLine, highlightActiveLineGutter, keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

const SAVE_AFTER = 250; // milliseconds without a key

// Dark and light in one: the same colours as the app gives to code elsewhere.
const colours = HighlightStyle.define([
  { tag: [tags.comment, tags.string, tags.docString], color: "light-dark(#1d6a3f, #8fd6ac)" },
  { tag: [tags.number, tags.bool, tags.null], color: "light-dark(#0f6b5c, #7fd6c2)" },
  { tag: [tags.keyword, tags.function(tags.definition(tags.variableName))], color: "light-dark(#1f5fa8, #8fbdf0)" },
  { tag: [tags.operator, tags.meta], color: "light-dark(#8a4b00, #e8b45c)" },
]);

const looks = EditorView.theme({
  "&": { color: "var(--st-text-color)", fontSize: "0.8125rem", maxHeight: "min(34rem, 70vh)" },
  "&.cm-focused": { outline: "none" }, // the frame shows the focus
  ".cm-scroller": { fontFamily: "var(--st-code-font)", lineHeight: "1.5", overflow: "auto" },
  ".cm-content": { minHeight: "12rem", padding: "0.4rem 0", caretColor: "var(--st-text-color)" },
  ".cm-gutters": { color: "var(--st-gray-text-color)", backgroundColor: "transparent", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2rem" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--st-text-color) 6%, transparent)",
  },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: "color-mix(in srgb, var(--st-primary-color) 25%, transparent)",
  },
  ".cm-content ::selection": { backgroundColor: "color-mix(in srgb, var(--st-primary-color) 30%, transparent)" },
  ".cm-marked.cm-marked": { backgroundColor: "color-mix(in srgb, var(--st-red-color) 18%, transparent)" },
  ".cm-gutterElement.cm-marked": { color: "var(--st-red-text-color)", fontWeight: "700" },
});

const mark = StateEffect.define(); // a line number, or null
const lineMark = Decoration.line({ class: "cm-marked", attributes: { "data-marked": "true" } });
const gutterMark = new (class extends GutterMarker { elementClass = "cm-marked"; })();

const marked = StateField.define({
  create: () => Decoration.none,
  update(lines, { changes, effects, state }) {
    for (const effect of effects) {
      if (effect.is(mark)) {
        const exists = effect.value >= 1 && effect.value <= state.doc.lines;
        return exists ? Decoration.set([lineMark.range(state.doc.line(effect.value).from)]) : Decoration.none;
      }
    }
    return lines.map(changes); // the mark stays with its line while others come and go
  },
  provide: (field) => [
    EditorView.decorations.from(field),
    gutterLineClass.compute([field], (state) => {
      const places = [];
      state.field(field).between(0, state.doc.length, (from) => { places.push(gutterMark.range(from)); });
      return RangeSet.of(places);
    }),
  ],
});

class Editor {
  constructor(component) {
    const { parentElement, data } = component;
    this.component = component;
    this.frame = parentElement.querySelector(".frame");
    this.foot = parentElement.querySelector(".foot");
    this.told = data.text; // what Streamlit knows
    this.replaced = data.replace;
    this.run = 0;
    this.view = new EditorView({
      state: EditorState.create({ doc: this.draft() ?? data.text, extensions: this.extensions(data) }),
      root: parentElement,
    });
    this.frame.replaceChildren(this.view.dom);
    this.frame.addEventListener("keydown", stay);
    addEventListener("pagehide", this.save);
    this.update(component);
    this.tell();
  }

  extensions(data) {
    const run = () => { this.tell(Date.now()); return true; };
    return [
      keymap.of([{ key: "Mod-Enter", run }, { key: "Ctrl-Enter", run }]),
      lineNumbers(), history(), indentOnInput(), indentUnit.of("    "), bracketMatching(), closeBrackets(),
      highlightActiveLine(), highlightActiveLineGutter(), python(), syntaxHighlighting(colours), looks, marked,
      keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
      EditorState.tabSize.of(4),
      EditorView.contentAttributes.of({ "aria-label": data.label, "aria-describedby": "foot", tabindex: "0" }),
      EditorView.domEventHandlers({ blur: (event) => this.left(event.relatedTarget) }),
      EditorView.updateListener.of((update) => { if (update.docChanged) this.changed(); }),
    ];
  }

  get text() { return this.view.state.doc.toString(); }

  // Called at every rerun.
  update(component) {
    const { data } = component;
    this.component = component;
    if (data.replace > this.replaced) {
      this.replaced = data.replace;
      this.told = data.text;
      const whole = { from: 0, to: this.view.state.doc.length, insert: data.text };
      this.view.dispatch({ changes: whole, annotations: isolateHistory.of("full") }); // one Ctrl+Z brings the old back
      this.save();
    }
    const wanted = JSON.stringify(data.mark);
    if (wanted !== this.wanted) {
      this.wanted = wanted;
      this.view.dispatch({ effects: mark.of(data.mark ? data.mark.line : null) });
    }
  }

  // Tells Streamlit the text, and with `run` that it is to be run.
  tell(run = this.run) {
    this.save();
    if (this.text === this.told && run === this.run) return;
    this.told = this.text;
    this.run = run;
    this.component.setStateValue("value", { text: this.told, run, replace: this.replaced });
  }

  // Leaving commits. A click on a link turns the page instead: Streamlit would send the text late, as from the page that
  // was left, and go back there. The draft is read when the page is opened again.
  left(to) {
    if (this.component.data.draft && to?.closest?.("a[href]")) this.save();
    else this.tell();
  }

  changed() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(this.save, SAVE_AFTER);
  }

  draft() {
    const { draft } = this.component.data;
    try {
      return draft ? localStorage.getItem(draft) : null;
    } catch {
      return null; // storage is switched off: `save` says so when there is something to lose
    }
  }

  save = () => {
    clearTimeout(this.waiting);
    const { draft, start, words } = this.component.data;
    try {
      if (draft && this.text === start) localStorage.removeItem(draft);
      else if (draft && localStorage.getItem(draft) !== this.text) localStorage.setItem(draft, this.text);
      this.say(words.keys);
    } catch {
      this.say(words.unsaved);
    }
  };

  say(words) {
    const here = /Mac|iP(hone|ad)/.test(navigator.platform) ? words.replace("Ctrl+", "⌘ ") : words;
    if (this.foot.textContent !== here) this.foot.textContent = here;
  }

  close = () => {
    this.save();
    removeEventListener("pagehide", this.save);
    this.view.destroy();
    editors.delete(this.component.parentElement);
  };
}

// Streamlit's own keys (R reruns, C clears) are not for what is typed here.
function stay(event) { event.stopPropagation(); }

const editors = new WeakMap(); // the element that Streamlit gives -> its editor

globalThis.torchByHandEditor = (component) => {
  const home = component.parentElement;
  if (editors.has(home)) editors.get(home).update(component);
  else editors.set(home, new Editor(component));
  return editors.get(home).close;
};
dispatchEvent(new Event("torchByHandEditor")); // to the pages that wait for it

export default function () {} // this module draws nothing itself
