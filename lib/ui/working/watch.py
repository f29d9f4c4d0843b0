"""Watch: the sample's own steps, revealed one by one. Nothing of other samples is given away."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from lib.lesson.working import Row
from lib.ui.fields import key_of
from lib.ui.idea import draw_idea
from lib.ui.text import say
from lib.ui.working.desk import Desk
from lib.ui.working.ending import after_watching
from lib.ui.working.guess import landmark, side
from lib.ui.working.row import Look, shown_row, words_row
from lib.ui.working.sheets import SheetName, kept_sheet
from lib.ui.working.torchs import torch_line


def watch(desk: Desk) -> None:
    """The idea, the steps shown so far with their numbers, those to come in words, and one button."""
    rows, name = desk.own, desk.name(desk.sample)
    seen = kept_sheet(name).watched
    if desk.part == "forward":
        draw_idea(desk.lesson, desk.case, desk.steps, desk.sample, {row.step.name for row in rows[:seen]}, False)
    look = Look(desk.fields, "watch")
    for place, row in enumerate(rows, 1):
        if place <= seen:
            shown_row(desk.lesson, place, row, look, _guessed(name, row))
        else:
            words_row(desk.lesson, place, row, look)
    if seen < len(rows):
        _ask(desk, name, rows[seen])
    else:
        after_watching(desk)
    if desk.torch is not None and desk.result is not None and desk.part == "forward":
        torch_line(desk.lesson, desk.result, desk.torch.value, desk.numbers, "watch")


def _ask(desk: Desk, name: SheetName, row: Row) -> None:
    """The next step, after a guess where its value is one number."""
    mark = landmark(row.of(row.step.value), name.numbers + row.key)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=key_of(desk.lesson, f"next_step_{desk.part}")
    ):
        if mark is not None:
            symbol = row.step.symbol
            st.markdown(say("Will ${symbol}$ be larger or smaller than {mark}?", symbol=symbol, mark=f"{mark:g}"))
            for one in ("larger", "smaller"):
                key = key_of(desk.lesson, f"guess_{desk.part}_{one}")
                st.button(say(one), key, on_click=_reveal, args=(name, row.key, one))
        label = say("Next step") if mark is None else say("Just show it")
        kind: Literal["secondary", "tertiary"] = "secondary" if mark is None else "tertiary"
        st.button(
            label, key_of(desk.lesson, f"reveal_{desk.part}"), type=kind, on_click=_reveal, args=(name, row.key, "")
        )


def _reveal(name: SheetName, row_key: str, guess: str) -> None:
    sheet = kept_sheet(name)
    sheet.watched += 1
    if guess:
        sheet.guesses[row_key] = guess


def _guessed(name: SheetName, row: Row) -> str:
    """What came of the guess."""
    guess = kept_sheet(name).guesses.get(row.key)
    value = row.of(row.step.value)
    mark = landmark(value, name.numbers + row.key)
    if guess is None or mark is None:
        return ""
    if guess == side(value, mark):
        return say("{side} than {mark}, as you said.", side=say(guess).capitalize(), mark=f"{mark:g}")
    return say("You said {guess} than {mark}.", guess=say(guess), mark=f"{mark:g}")
