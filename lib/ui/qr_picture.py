"""A QR code on the screen."""

from __future__ import annotations

import streamlit as st

from lib.ui.qr import QUIET, as_path, qr_code
from lib.ui.text import say

# Dark on white in every theme. The words and the path are set, not parsed.
JS = """
export default function ({ data, parentElement }) {
  const svg = parentElement.querySelector("svg");
  svg.setAttribute("viewBox", `0 0 ${data.size} ${data.size}`);
  svg.setAttribute("aria-label", data.label);
  svg.querySelector("path").setAttribute("d", data.path);
}
"""
HTML = '<svg role="img"><rect width="100%" height="100%" fill="#fff"/><path fill="#000"/></svg>'
_drawn = st.components.v2.component(
    "qr_code", html=HTML, css="svg { display: block; width: min(22rem, 100%); aspect-ratio: 1; }", js=JS
)


def qr_picture(address: str, key: str) -> None:
    """The address as a code to scan. Raises Refusal where it is too long for one of a readable size."""
    code = qr_code(address)
    label = say("QR code of this address: {address}", address=address)
    _drawn(data={"path": as_path(code), "size": len(code) + 2 * QUIET, "label": label}, key=key)
