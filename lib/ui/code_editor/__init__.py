"""A code editor for Python: CodeMirror 6, bundled beside this file.

Ctrl+Enter runs, leaving commits, Tab indents, Esc and then Tab leaves. What is typed stays in the browser until it is
committed, so no rerun takes it away; with `draft` it also stands in the browser's storage from the first letter on.
"""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from lib.ui.text import say

BUNDLE = Path(__file__).with_name("editor.bundle.js").read_text(encoding="utf-8")

# The bundle is asked for once in a session; until it is there the text can be read, and scrolled, but not edited.
JS = """
export default function (component) {
  const { data, parentElement, setStateValue } = component;
  if (globalThis.torchByHandEditor) return globalThis.torchByHandEditor(component);
  parentElement.querySelector(".frame").textContent = data.text;
  let close = () => {};
  const open = () => { close = globalThis.torchByHandEditor(component); };
  addEventListener("torchByHandEditor", open, { once: true });
  setStateValue("bundle", true);
  return () => { removeEventListener("torchByHandEditor", open); close(); };
}
"""

HTML = '<div class="frame"></div><p class="foot" id="foot" role="status"></p>'

CSS = """
.frame {
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius); overflow: auto;
  background: var(--st-code-background-color); min-height: 12rem; white-space: pre-wrap;
  font: 0.8125rem/1.5 var(--st-code-font);
}
.frame .cm-editor .cm-content { white-space: break-spaces; overflow-wrap: anywhere; flex-shrink: 1; }
.frame:focus-within { border-color: var(--st-primary-color); box-shadow: 0 0 0 1px var(--st-primary-color); }
.foot { margin: 0.25rem 0 0; font: 0.8125rem/1.4 var(--st-font); color: var(--st-gray-text-color); }
"""

_bundle = st.components.v2.component("code_editor_bundle", js=BUNDLE)
_editor = st.components.v2.component("code_editor", html=HTML, css=CSS, js=JS)


@dataclass(frozen=True)
class EditorValue:
    """What stands in the editor, as last committed. `run` is another number after every Ctrl+Enter; 0 before."""

    text: str
    run: int = 0


def written(key: str, start: str) -> EditorValue:
    """What stands in the editor `key`, before it is drawn in this run; `start` until something was written."""
    told = (st.session_state.get(key) or {}).get("value")
    if told and told["replace"] >= st.session_state.get(_replace_key(key), 0):
        st.session_state[_text_key(key)] = told["text"]
    return EditorValue(st.session_state.get(_text_key(key), start), told["run"] if told else 0)


def begin(key: str, text: str) -> None:
    """What the editor `key` begins with in this session; later on this changes nothing."""
    st.session_state.setdefault(_text_key(key), text)


def write(key: str, text: str) -> None:
    """Puts a text into the editor in place of what stands there; for callbacks."""
    st.session_state[_text_key(key)] = text
    st.session_state[_replace_key(key)] = time.time_ns() // 1_000_000


def code_editor(key: str, start: str, *, label: str, mark_line: int | None = None, draft: str = "") -> EditorValue:
    """Draws the editor.

    `label` is its name for screen readers, `mark_line` (from 1) stands out in red, `draft` names the place in the
    browser's storage where the text is kept while it differs from `start`.
    """
    value = written(key, start)
    data: dict[str, Any] = {
        "text": value.text,
        "start": start,
        "label": label,
        "draft": draft,
        "replace": st.session_state.get(_replace_key(key), 0),
        "mark": mark_line and {"line": mark_line, "of": zlib.crc32(value.text.encode())},
        "words": {
            "keys": say("Ctrl+Enter runs. Tab indents; Esc, then Tab leaves."),
            "unsaved": say("This browser does not keep your text: its storage is full or switched off."),
        },
    }
    with st.container(gap=None):
        state = _editor(key=key, data=data, on_value_change=_rerun, on_bundle_change=_rerun)
        if state.bundle:
            _bundle(key="code_editor_bundle")
    return value


def _rerun() -> None:
    """Does nothing: Streamlit runs the page again by itself, and `written` reads the new text."""


def _text_key(key: str) -> str:
    return f"{key}_text"


def _replace_key(key: str) -> str:
    return f"{key}_replaced"
