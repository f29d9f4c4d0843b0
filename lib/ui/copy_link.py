"""A button that copies the page's address, which holds every field."""

from __future__ import annotations

import streamlit as st

from lib.ui.text import say

JS = """
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  const box = parentElement.querySelector(".by_hand");
  const [words, field] = box.children;
  button.textContent = data.label;
  words.textContent = data.by_hand;
  field.setAttribute("aria-label", data.address);
  const shut = () => { box.hidden = true; };
  const open = () => {
    field.value = window.location.href;
    box.hidden = false;
    field.focus();
    field.select();
  };
  box.onkeydown = (event) => { if (event.key === "Escape") { shut(); button.focus(); } };
  box.onfocusout = (event) => { if (!box.contains(event.relatedTarget)) shut(); };
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(window.location.href);
    } catch { return open(); }  // plain http has no clipboard, and a browser may refuse it
    button.textContent = data.done;
    setTimeout(() => { button.textContent = data.label; }, 1500);
  };
}
"""

CSS = """
button {
  font: inherit; width: 100%; min-height: 2.5rem; padding: 0.25rem 0.75rem; cursor: pointer; white-space: nowrap;
  color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
}
button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-link-color); }
.by_hand {
  position: fixed; top: 3.5rem; right: 1rem; z-index: 1000; box-sizing: border-box;
  width: min(24rem, calc(100vw - 2rem)); padding: 0.75rem;
  font: 0.875rem/1.4 var(--st-font); color: var(--st-text-color);
  background: var(--st-background-color);
  border: 1px solid var(--st-primary-color); border-radius: var(--st-button-radius);
}
.by_hand[hidden] { display: none; }
p { margin: 0 0 0.5rem; }
input {
  box-sizing: border-box; width: 100%; padding: 0.5rem; font: 1rem/1.4 var(--st-code-font); color: inherit;
  background: var(--st-secondary-background-color); border: 1px solid var(--st-border-color);
}
"""

HTML = f"""
<button type="button">{say("Copy link")}</button>
<div class="by_hand" hidden><p></p><input type="text" readonly translate="no"></div>
"""

_component = st.components.v2.component("copy_link", html=HTML, css=CSS, js=JS)


def copy_link() -> None:
    """Copies the address of what is on the screen. Use it once on a page.

    Where the browser has no clipboard (on plain http), the address stands selected in a field, to be copied by hand.
    It has no key: with one, Streamlit would look up its state whenever a field is drawn.
    """
    words = {
        "label": say("Copy link"),
        "done": say("Copied"),
        "by_hand": say(
            "This browser keeps its clipboard closed to this page. The link is selected: copy it from here."
        ),
        "address": say("The link to copy"),
    }
    _component(data=words, width=120, height=40)
