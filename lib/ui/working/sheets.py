"""What is typed on a sheet, and where it stays: a sheet belongs to its sample (or update) and to its numbers.

Other numbers are another sheet, and whoever goes back to the old ones finds the old sheet again. The session keeps the
last sheets of a tab; the one on the screen stands in the page's address too, so that a link or a reload opens it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
import streamlit as st

from lib.lesson.spec import Topic
from lib.ui.fields import key_of

MOST_KEPT = 60  # each sample has one, and what is about all samples
KEPT, STANDING = "sheets", "sheets_standing"  # in the session: all kept sheets; which of them stands in which fields

Sample = tuple[int, ...]


@dataclass(frozen=True)
class SheetName:
    """Which sheet: of a lesson, its `part` (forward, gradient, an update), the numbers, and the sample.

    What is about all samples together (`sample` is None) has a sheet of its own, which all samples share.
    """

    slug: str
    part: str
    numbers: str
    sample: Sample | None

    @property
    def place(self) -> tuple[str, str, bool]:
        """The fields in which it stands while it is on the screen."""
        return self.slug, self.part, self.sample is None


@dataclass
class KeptSheet:
    """What was typed, by row key, and the sample's own loss once it was found."""

    texts: dict[str, str] = field(default_factory=dict)
    found: str = ""
    watched: int = 0  # steps shown in Watch
    guesses: dict[str, str] = field(default_factory=dict)  # larger or smaller, by row key
    hints: dict[str, int] = field(default_factory=dict)  # how many were asked for
    missed: dict[str, list[str]] = field(default_factory=dict)  # wrong entries, each once


def entry_key(lesson: Topic, part: str, row_key: str) -> str:
    """The key of a row's field, and the name of its query parameter."""
    return key_of(lesson, f"{part}_{row_key}")


def fingerprint(values: Mapping[str, Any]) -> str:
    """A short name for these numbers: the same for the same ones, whatever session asks."""
    digest = blake2b(digest_size=9)
    for part in _parts(values):
        digest.update(part)
    return digest.hexdigest()


def _parts(value: Any) -> Iterable[bytes]:
    if isinstance(value, Mapping):
        for name in sorted(value):
            yield str(name).encode()
            yield from _parts(value[name])
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype}{value.shape}".encode()
        yield value.tobytes()
    else:
        yield ("" if callable(value) else repr(value)).encode()


def kept_sheet(name: SheetName) -> KeptSheet:
    """The sheet of this name, an empty one before there is any; it counts as the one used last."""
    sheets: OrderedDict[SheetName, KeptSheet] = st.session_state.setdefault(KEPT, OrderedDict())
    sheet = sheets.pop(name, None) or KeptSheet()
    sheets[name] = sheet
    while len(sheets) > MOST_KEPT:
        sheets.popitem(last=False)
    return sheet


def found_of(name: SheetName) -> str:
    """The sample's loss as the learner found it; empty while the sample is open."""
    sheet = st.session_state.get(KEPT, {}).get(name)
    return sheet.found if sheet else ""


def open_sheet(lesson: Topic, name: SheetName, row_keys: Iterable[str]) -> dict[str, str]:
    """Before the fields are drawn: what stands in them, after another sheet was put away and this one was opened.

    On entering a page the address comes first: it may be a link that somebody sent. Without one, the kept sheet.
    """
    state, standing = st.session_state, st.session_state.setdefault(STANDING, {})
    before: SheetName | None = standing.get(name.place)
    rows = list(row_keys)
    if before not in (None, name):
        _put_away(lesson, before)
    kept = kept_sheet(name).texts
    texts = {}
    for row in rows:
        key = entry_key(lesson, name.part, row)
        if key in state and before not in (None, name):
            state[key] = kept.get(row, "")
        elif key not in state and key not in st.query_params and kept.get(row):
            state[key] = kept[row]
        texts[row] = str(state.get(key, st.query_params.get(key, "")) or "")
    standing[name.place] = name
    return texts


def put_in(lesson: Topic, part: str, rows: Iterable[str], kept: Mapping[str, str]) -> dict[str, str]:
    """Before the fields are drawn: puts these texts into those of the rows that they are about, and gives them."""
    texts = {row: kept[row] for row in rows if row in kept}
    for row, text in texts.items():
        st.session_state[entry_key(lesson, part, row)] = text
    return texts


def keep_sheet(name: SheetName, texts: Mapping[str, str]) -> None:
    """After the fields were drawn: what stands in them is kept under the sheet's name."""
    kept_sheet(name).texts.update(texts)


def clear_sheet(lesson: Topic, name: SheetName) -> None:
    """For a callback: empties every field of the sheet."""
    sheet = kept_sheet(name)
    for row in sheet.texts:
        st.session_state[entry_key(lesson, name.part, row)] = ""
    sheet.texts, sheet.found, sheet.hints, sheet.missed = {}, "", {}, {}


def _put_away(lesson: Topic, name: SheetName) -> None:
    """Keeps what was typed up to the moment in which another sheet was asked for."""
    texts = kept_sheet(name).texts
    for row in texts:
        key = entry_key(lesson, name.part, row)
        if key in st.session_state:
            texts[row] = str(st.session_state[key] or "")
