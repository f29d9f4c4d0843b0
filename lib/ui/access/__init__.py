"""Access for everyone: what phones, browsers' translators and screen readers need beyond Streamlit's page.

Formulas, code and fields are left alone by translators, and React survives what these do to all other texts. A lesson's
fields have names in words, and neither capitals nor corrections; on a phone the signs of a calculation stand in a row
above the keyboard. What came of an entry is said. All of it is installed once for a tab (the files beside this one).
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from lib.ui.text import say

PARTS = ("translator.js", "entries.js", "mount.js")
JS = "\n".join((Path(__file__).parent / part).read_text("utf-8") for part in PARTS)
KEY = "access"

CSS = """
.st-key-access { position: absolute; width: 1px !important; height: 1px; overflow: hidden; }
.spoken_verdict { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.entry_keys { position: fixed; inset: auto 0; z-index: 1000; box-sizing: border-box; padding: 0.25rem;
  display: flex; gap: 0.2rem; background: light-dark(#f5f0e9, #2a2522);
  border-top: 1px solid light-dark(#d3cabe, #4a423b); }
.entry_keys[hidden] { display: none; }
.entry_keys button { flex: 1 1 0; min-width: 0; min-height: 2.75rem; padding: 0; font: 1.0625rem/1 inherit;
  touch-action: manipulation; color: light-dark(#1f1b16, #ede6dd); background: light-dark(#fffdf9, #1c1917);
  border: 1px solid light-dark(#d3cabe, #4a423b); border-radius: 0.3rem; }
@media (pointer: coarse), (max-width: 640px) {
  input, textarea, .cm-content, [data-baseweb="select"] > div { font-size: 1rem !important; }
}
"""

_component = st.components.v2.component("access", html="<span></span>", js=JS)


def access_for_everyone() -> None:
    """Use it once on a page. It has no key: with one, Streamlit would look up its state whenever a field is drawn."""
    names = {
        "−": say("minus"),
        "^": say("to the power of"),
        "(": say("open bracket"),
        ")": say("close bracket"),
        "log": say("log"),
        "√": say("square root"),
        ",": say("comma"),
        "[": say("open list"),
        "]": say("close list"),
    }
    with st.container(key=KEY):
        _component(data={"keys": say("Signs for a calculation"), "names": names}, height=1)
