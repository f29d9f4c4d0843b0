"""The working as a page to print or hand in: the browser prints what the style sheet leaves of the page."""

from __future__ import annotations

import streamlit as st

from lib.ui.text import say

JS = """
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  button.onclick = () => window.print();
}
"""

CSS = """
button { font: 0.875rem/1.6 var(--st-font); padding: 0.25rem 0; cursor: pointer; border: 0; background: none;
  color: var(--st-text-color); }
button:hover, button:focus-visible { color: var(--st-link-color); text-decoration: underline; }
"""

PRINTED = """
<style>
[data-testid="stElementContainer"]:has(.for-paper) { display: none; }
@media print {
  [data-testid="stElementContainer"]:has(.for-paper) { display: block; margin: 0.5rem 0 1rem; }
  [data-testid="stSidebar"], [data-testid="stHeader"], [class*="_tools"], [class*="_views"], [class*="_foot_"],
  [class*="_ending_"], [class*="_neighbours"], [class*="_practice"], [class*="_fold_line"], [class*="_letters"],
  [class*="_below"], [data-testid="stTooltipIcon"], [class*="_row_"] button, iframe,
  [data-testid="stExpander"], [data-testid="stPopover"] { display: none !important; }
  [class*="_lesson_grid"] { grid-template-columns: minmax(0, 1fr) !important; }
  [class*="_input_card"] { display: grid !important; }
  [class*="_row_"] { break-inside: avoid; }
  .stMain, .stAppViewContainer, .stApp { position: static !important; overflow: visible !important; }
}
</style>
"""

_component = st.components.v2.component("print_page", html="<button type='button'></button>", css=CSS, js=JS)


def print_button() -> None:
    """Opens the browser's print dialog. Use it once on a page."""
    _component(data={"label": say("Print my working")}, width=130, height=36)


def for_paper() -> None:
    """Lines that only paper shows: who worked this."""
    st.html(f"{PRINTED}<div class='for-paper'>{say('Name: ________________________   Date: ______________')}</div>")
