"""A button that posts to a route of ours. Streamlit's own buttons reach the script only, which can set no cookie."""

from __future__ import annotations

from html import escape

import streamlit as st

from lib.ui.course.addresses import address

CSS = """
<style>
.class-post { display: inline; margin: 0; }
.class-post button {
  font: inherit; font-size: 0.875rem; width: 100%; min-height: 2.5rem; padding: 0.25rem 0.75rem; cursor: pointer;
  text-align: center;  color: inherit; background: transparent; border-radius: 0.3rem;
  border: 1px solid color-mix(in srgb, currentColor 28%, transparent);
}
.class-post button:hover, .class-post button:focus-visible { border-color: currentColor; }
</style>
"""


def post_button(label: str, path: str, fields: dict[str, str] | None = None, *, width: str = "content") -> None:
    """`label` and `fields` are shown and sent as they are, whatever is in them."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in (fields or {}).items()
    )
    form = f'<form class="class-post" method="post" action="{escape(address(path))}">{hidden}'
    st.html(f"{CSS}{form}<button type='submit'>{escape(label)}</button></form>", width=width)  # type: ignore[arg-type]
