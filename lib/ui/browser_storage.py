"""The learner's own browser keeps drafts, attempts and progress: no account is needed, and nothing stays on the server.

The editor keeps drafts by itself (see lib.ui.code_editor); only their names come here. A record is one text for each
exercise, and one for each lesson. The browser sends all records once in a session, and gets what is stored here at
the end of a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitDuplicateElementKey

from lib.ui.text import coloured, say

PREFIX = "torch_by_hand/"
RECORD, LESSON, SHEET, DRAFT = (PREFIX + kind for kind in ("record/", "lesson/", "sheet/", "draft/"))
MOST_TO_WRITE = 3  # records sent with a run: the one at work, and those just left
MOST_KEPT, MOST_CHARACTERS = 1_000, 400_000  # records that come from a browser, and the length of one
KEY = "browser_storage"

# Another tab's writing is read too, so that two tabs do not undo each other's.
JS = """
const items = (prefix) => Object.fromEntries(
  Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => [key, localStorage.getItem(key)]));

const content = (prefix) => ({
  records: { ...items(prefix + "record/"), ...items(prefix + "lesson/"), ...items(prefix + "sheet/") },
  drafts: Object.keys(items(prefix + "draft/")),
});

const troubleOf = (error) => (error.name === "QuotaExceededError" ? "full" : "off");
"""

KEEP_JS = (
    JS
    + """
export default function ({ data, setTriggerValue }) {
  try {
    if (!data.known) setTriggerValue("content", content(data.prefix));
    for (const [key, text] of Object.entries(data.write)) {
      if (localStorage.getItem(key) !== text) localStorage.setItem(key, text);
    }
    if (data.trouble) setTriggerValue("trouble", "");
  } catch (error) {
    if (data.trouble !== troubleOf(error)) setTriggerValue("trouble", troubleOf(error));
  }
  const other = ({ key, newValue }) => {
    const record = ["record/", "lesson/", "sheet/"].some((kind) => key?.startsWith(data.prefix + kind));
    if (record && newValue !== data.write[key]) setTriggerValue("content", content(data.prefix));
  };
  addEventListener("storage", other);
  globalThis.torchByHandOther?.();
  return globalThis.torchByHandOther = () => removeEventListener("storage", other);
}
"""
)

FILE_JS = (
    JS
    + """
export default function ({ data, parentElement, setTriggerValue }) {
  const [save, load] = parentElement.querySelectorAll("button");
  const input = parentElement.querySelector("input");
  const words = parentElement.querySelector("p");
  save.textContent = data.words.save;
  load.textContent = data.words.load;
  const answer = (text) => { words.textContent = text; };
  save.onclick = () => {
    try {
      const kept = items(data.prefix);
      if (!Object.keys(kept).length) return answer(data.words.nothing);
      const link = document.createElement("a");
      const text = JSON.stringify({ torch_by_hand: 1, items: kept }, null, 1);
      link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      link.download = `torch-by-hand-${new Date().toISOString().slice(0, 10)}.json`;
      link.click();
      URL.revokeObjectURL(link.href);
      answer(data.words.saved);
    } catch (error) { answer(data.words[troubleOf(error)]); }
  };
  load.onclick = () => input.click();
  input.onchange = async () => {
    const text = await input.files[0].text();
    input.value = "";
    let found;
    try { found = Object.entries(JSON.parse(text).items); } catch { return answer(data.words.strange); }
    found = found.filter(([key, value]) => key.startsWith(data.prefix) && typeof value === "string");
    if (!found.length) return answer(data.words.strange);
    try {
      for (const [key, value] of found) localStorage.setItem(key, value);
      answer(data.words.loaded);
    } catch (error) { answer(data.words[troubleOf(error)]); }
    setTriggerValue("content", content(data.prefix));
  };
}
"""
)

FILE_HTML = """
<button type="button"></button> <button type="button"></button>
<input type="file" accept=".json" hidden><p role="status"></p>
"""

FILE_CSS = """
button {
  font: 0.875rem/1.4 var(--st-font); min-height: 2.25rem; padding: 0.25rem 0.75rem; cursor: pointer;
  color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
}
button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-link-color); }
p { margin: 0.25rem 0 0; font: 0.875rem/1.4 var(--st-font); }
"""

_keeper = st.components.v2.component("browser_storage", js=KEEP_JS)
_file = st.components.v2.component("work_file", html=FILE_HTML, css=FILE_CSS, js=FILE_JS)


def draft_place(slug: str) -> str:
    """Where the browser keeps what stands in the editor of this exercise."""
    return DRAFT + slug


def has_draft(slug: str) -> bool:
    """Whether something was written for this exercise, tried or not."""
    return draft_place(slug) in st.session_state.get(f"{KEY}_drafts", ())


def stored(slug: str, kind: str = RECORD) -> str:
    """The record of this exercise, LESSON or SHEET; empty if there is none, or the browser has not answered yet."""
    return _records().get(kind + slug, "")


def everything_stored() -> Mapping[str, str]:
    """Every record, by kind and slug: for whoever asks for many of them."""
    return _records()


def store(slug: str, text: str, kind: str = RECORD) -> None:
    """Keeps a record of this exercise or lesson. The browser writes it when `keep_in_browser` is next drawn."""
    _records()[kind + slug] = text
    changed = st.session_state.setdefault(f"{KEY}_changed", {})
    changed.pop(kind + slug, None)
    changed[kind + slug] = text
    for key in list(changed)[:-MOST_TO_WRITE]:
        del changed[key]


def has_told() -> bool:
    """Whether the browser has said in this session what it keeps."""
    return f"{KEY}_records" in st.session_state


def stored_at_once(texts: Mapping[str, str], kind: str = RECORD) -> None:
    """Keeps the records of many exercises, or lessons, all of which the browser writes."""
    keyed = {kind + slug: text for slug, text in texts.items()}
    _records().update(keyed)
    st.session_state[f"{KEY}_changed"] = {**st.session_state.get(f"{KEY}_changed", {}), **keyed}


def keep_in_browser() -> None:
    """Reads the browser's storage once in a session, writes what was stored since; says so if it cannot.

    It is drawn where a run asks for it first, and only there: so a fragment may ask for it as well as its page.
    """
    data = {
        "prefix": PREFIX,
        "known": f"{KEY}_records" in st.session_state,
        "write": st.session_state.get(f"{KEY}_changed", {}),
        "trouble": st.session_state.get(f"{KEY}_trouble", ""),
    }
    try:
        _keeper(key=KEY, data=data, height=1, on_content_change=_take_content, on_trouble_change=_take_trouble)
    except StreamlitDuplicateElementKey:  # drawn already
        return
    if data["trouble"]:
        st.caption(coloured("orange", trouble_words()[data["trouble"]]))


def trouble() -> str:
    """Why the browser keeps nothing, by its key in `trouble_words`; empty where it does, as far as is known."""
    return str(st.session_state.get(f"{KEY}_trouble", ""))


def work_file() -> None:
    """Two buttons: everything kept in the browser as a file, and back."""
    words = trouble_words() | {
        "save": say("Save my work as a file"),
        "load": say("Load a file"),
        "nothing": say("There is no work to save yet."),
        "saved": say("Saved: your drafts, attempts and progress in one file."),
        "loaded": say("Loaded. For the exercises and lessons in the file, it took the place of what was here."),
        "strange": say("This file holds no work saved from here."),
    }
    _file(key="work_file", data={"prefix": PREFIX, "words": words}, on_content_change=_take_file)


def trouble_words() -> dict[str, str]:
    """Why the browser could not keep something."""
    return {
        "full": say(
            "This browser's storage is full: your last attempt is kept only until you close this tab. "
            "Save your work as a file, or free some storage in the browser's settings."
        ),
        "off": say("This browser does not keep anything for this page: your work lasts until you close this tab."),
    }


def _records() -> dict[str, str]:
    early: dict[str, str] = st.session_state.setdefault(f"{KEY}_early", {})  # before the browser answered
    return st.session_state.get(f"{KEY}_records", early)


def _take_content() -> None:
    _take(st.session_state[KEY])


def _take_file() -> None:
    _take(st.session_state["work_file"])


def take_carried(key: str) -> None:
    """Takes over what the browser holds after the component of this key has put something to it."""
    _take(st.session_state[key])


def _take(told: Mapping[str, Any]) -> None:
    """Takes over what the browser holds. That may be anything, and whoever reads a record has to expect it."""
    content = told.get("content")
    if not isinstance(content, Mapping):
        return
    records, drafts = content.get("records"), content.get("drafts")
    kept = records.items() if isinstance(records, Mapping) else ()
    st.session_state[f"{KEY}_records"] = {
        key: text for key, text in list(kept)[:MOST_KEPT] if isinstance(text, str) and len(text) <= MOST_CHARACTERS
    }
    st.session_state[f"{KEY}_drafts"] = frozenset(
        key for key in (drafts if isinstance(drafts, list | tuple) else ())[:MOST_KEPT] if isinstance(key, str)
    )
    st.session_state[f"{KEY}_changed"] = {}


def _take_trouble() -> None:
    trouble = st.session_state[KEY].get("trouble")
    if trouble in ("", *trouble_words()):
        st.session_state[f"{KEY}_trouble"] = trouble
