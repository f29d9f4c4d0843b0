"""A button that copies the page's address, which holds every field."""

from __future__ import annotations

import streamlit as st

from lib.ui.text import say

JS = """
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  button.onclick = async () => {
    await navigator.clipboard.writeText(window.location.href);
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
"""

_component = st.components.v2.component(
    "copy_link", html=f"<button type='button'>{say('Copy link')}</button>", css=CSS, js=JS
)


def copy_link() -> None:
    """Copies the address of what is on the screen. Use it once on a page.

    It has no key: with one, Streamlit would look up its state whenever a field is drawn.
    """
    _component(data={"label": say("Copy link"), "done": say("Copied")}, width=120, height=40)
