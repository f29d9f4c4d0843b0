"""A sheet that is too long for the address is kept by the browser instead, the last one of each lesson."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from lib.lesson.spec import Topic
from lib.ui.browser_storage import SHEET, store, stored, trouble
from lib.ui.fields import MOST_IN_URL
from lib.ui.text import say
from lib.ui.working.sheets import SheetName, entry_key

MOST_ROWS, MOST_CHARACTERS = 200, 20_000  # of a sheet that comes from a browser, and of one row


def fits_the_address(lesson: Topic, fields: str, texts: Mapping[str, str]) -> bool:
    """Whether the address with these entries in it is one that servers take."""
    rows = {entry_key(lesson, fields, row): text for row, text in texts.items() if text}
    return len(urlencode({**st.query_params.to_dict(), **rows})) <= MOST_IN_URL


def keep_long(name: SheetName, texts: Mapping[str, str]) -> None:
    """Hands the sheet to the browser, and says what a reload would lose where that keeps nothing."""
    filled = {row: text for row, text in texts.items() if text}
    store(name.slug, json.dumps({"sheet": _name_in_json(name), "texts": filled}), SHEET)
    if trouble():
        st.caption(say("This working is too long for a link, and this browser keeps nothing: a reload would lose it."))
    else:
        st.caption(say("This working is too long for a link. This browser keeps it."))


def long_sheet(name: SheetName) -> dict[str, str]:
    """What the browser kept of this sheet; nothing where it kept another one, or what is none."""
    text = stored(name.slug, SHEET)
    try:
        kept = json.loads(text) if text else {}
        if not isinstance(kept, dict) or kept.get("sheet") != _name_in_json(name):
            return {}
        texts = kept["texts"].items()
        return {str(row): one for row, one in list(texts)[:MOST_ROWS] if _is_text(one)}
    except (ValueError, KeyError, AttributeError, RecursionError):
        return {}


def _name_in_json(name: SheetName) -> list[object]:
    return [name.part, name.numbers, None if name.sample is None else list(name.sample)]


def _is_text(value: object) -> bool:
    """A text that can be sent to a browser: half of a surrogate pair, which JSON may hold, cannot."""
    return isinstance(value, str) and len(value) <= MOST_CHARACTERS and value.isprintable()
