"""How long there is still time, counted down in the browser from what the server's clock says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from lib.ui.text import say

# The browser measures how long the page has been open, and never asks what time it thinks it is.
JS = """
const told = (seconds, words) => {
  const s = Math.max(0, Math.ceil(seconds));
  const d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
  if (d >= 2) return `${d} ${words.days} ${h} ${words.hours}`;
  if (d || h) return `${24 * d + h} ${words.hours} ${m} ${words.minutes}`;
  return m >= 10 ? `${m} ${words.minutes}` : `${m}:${String(s % 60).padStart(2, "0")} ${words.minutes}`;
};

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector("p");
  const since = performance.now();
  const show = () => {
    const gone = (performance.now() - since) / 1000;
    const next = data.stages.find((stage) => stage.seconds > gone);
    const text = next ? next.text.replace("…", told(next.seconds - gone, data.words)) : data.after;
    if (place.textContent !== text) place.textContent = text;
    place.dataset.late = Boolean(!next || next.late);
  };
  show();
  const clock = setInterval(show, 1000);
  return () => clearInterval(clock);
}
"""

CSS = """
p { margin: 0; font: 600 0.9375rem/1.4 var(--st-font); color: var(--st-green-text-color); }
p[data-late="true"] { color: var(--st-orange-text-color); }
"""

_component = st.components.v2.component("countdown", html='<p role="timer"></p>', css=CSS, js=JS)


@dataclass(frozen=True)
class Stage:
    """What is said until a moment; … in the text becomes the time that is left."""

    until: datetime
    text: str
    late: bool = False


def countdown(now: datetime, stages: Sequence[Stage], after: str, key: str) -> None:
    """The stages one after another, and then `after`. `now` is the server's."""
    data = {
        "stages": [
            {"seconds": (one.until - now).total_seconds(), "text": one.text, "late": one.late} for one in stages
        ],
        "after": after,
        "words": {"days": say("days"), "hours": say("h"), "minutes": say("min")},
    }
    _component(key=key, data=data, height=24)
