"""“This verdict is wrong”: copies what it takes to see it again, and opens the issue form of the settings."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import streamlit as st

from lib.lesson.spec import Topic
from lib.lesson.working import Judged
from lib.ui.fields import texts_of
from lib.ui.hosting import issues_url
from lib.ui.text import say

MOST_CHARACTERS = 300  # of one number or entry in a report
PACKAGES = ("torch", "numpy", "streamlit")

JS = """
const copied = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {  // plain http has no clipboard
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};

export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  button.title = data.about;
  button.onclick = async () => {
    await copied(data.report);
    button.textContent = data.done;
    setTimeout(() => { button.textContent = data.label; }, 2500);
    if (data.url) window.open(data.url, "_blank", "noopener,noreferrer");
  };
}
"""

CSS = """
button {
  font: inherit; font-size: 0.875rem; padding: 0.25rem 0; cursor: pointer; white-space: nowrap;
  color: inherit; opacity: 0.7; background: none; border: none; text-decoration: underline;
}
button:hover, button:focus-visible { color: var(--st-link-color); opacity: 1; }
"""

_component = st.components.v2.component("wrong_verdict", html="<button type='button'></button>", css=CSS, js=JS)


def wrong_verdict(
    lesson: Topic, where: str, form: Mapping[str, Any], judged: Sequence[Judged], texts: Mapping[str, str]
) -> None:
    """The link, for all verdicts of a sheet at once; nothing where nothing is typed. `where` names the sheet."""
    if all(one.verdict == "blank" for one in judged):
        return
    url = issues_url()
    told = say("Copied. Paste it into the form.") if url else say("Copied. Send it to whoever runs this page.")
    _component(
        data={
            "label": say("This verdict is wrong"),
            "about": say("Copies the numbers, your entries, the verdicts and the versions. Nothing about you."),
            "done": told,
            "report": report_of(lesson, where, form, judged, texts),
            "url": url,
        },
        height=36,
        width=150,
    )


def report_of(
    lesson: Topic, where: str, form: Mapping[str, Any], judged: Sequence[Judged], texts: Mapping[str, str]
) -> str:
    """Numbers, entries, verdicts, names of mistakes and versions, and no person. The truth is left out: it may be
    covered, and follows from the numbers."""
    numbers = [f"- {name}: {_short(text)}" for name, text in texts_of(lesson, form).items() if text not in ("", None)]
    entries = [_line(one, texts) for one in judged if one.verdict != "blank"]
    versions = [f"{name} {version(name)}" for name in PACKAGES]
    lines = [
        f"Lesson: {lesson.slug}, {where}",
        "Numbers:",
        *numbers,
        "Entries:",
        *entries,
        f"Versions: Python {platform.python_version()}, {', '.join(versions)}",
        "What is wrong with the verdict:",
        "",
    ]
    return "\n".join(lines)


def _line(one: Judged, texts: Mapping[str, str]) -> str:
    mistakes = f" ({', '.join(mistake.name for mistake in one.mistakes)})" if one.mistakes else ""
    return f"- {one.row.key}: {_short(texts.get(one.row.key, ''))} → {one.verdict}{mistakes}"


def _short(text: Any) -> str:
    """As code, on one line, cut where it is long: what was typed is no Markdown."""
    line = " ".join(str(text).split()).replace("`", "'")
    return f"`{line[:MOST_CHARACTERS]}{'…' if len(line) > MOST_CHARACTERS else ''}`"
