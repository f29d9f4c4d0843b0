"""One row of the working: words, formula, entry, verdict, and a note below. Always these five, in this order.

A note that comes or goes must not move what stands after it: the browser would take the fields for other ones, and
forget what was typed. So each place is always drawn, empty where there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from lib.lesson.spec import Topic
from lib.lesson.working import Judged, Row
from lib.tensors.write import format_tensor
from lib.ui.fields import key_of
from lib.ui.text import coloured, number, plain, say
from lib.ui.working.sheets import KeptSheet, SheetName, entry_key, kept_sheet
from lib.ui.working.ways import Way

QUOTES = ("unreadable", "digits", "wrong")  # verdicts whose sentence may quote what was typed
DONE = ("right", "earlier")
MISSED = ("wrong", "mistake", "shape")
MISSES_UNTIL_SHOWN = 2
HINTS: dict[Way, tuple[str, ...]] = {
    "watch": ("numbers", "value"),
    "together": ("numbers", "value"),  # words and formula stand there already
    "alone": ("words", "numbers", "value"),
}

SHORT = {
    "blank": "",
    "unreadable": ":red[✗ not a number]",
    "shape": ":red[✗ wrong shape]",
    "right": ":green[✓ right]",
    "earlier": ":green[✓ right from your earlier value]",
    "digits": ":orange[≈ more digits]",
    "mistake": ":red[✗ wrong]",
    "wrong": ":red[✗ wrong]",
}

_INSTEAD = {"e": "2.718…, which is exp(1)", "pi": "3.1416", "inf": "infinity", "nan": "NaN"}


@dataclass(frozen=True)
class Look:
    """How all rows of a sheet are drawn."""

    part: str
    way: Way
    everything: bool = False  # the whole working is shown
    in_address: bool = True
    sheets: Mapping[str, SheetName] = field(default_factory=dict)  # by row key

    def sheet_of(self, row: Row) -> KeptSheet:
        return kept_sheet(self.sheets[row.key])


def asked_row(lesson: Topic, place: int, judged: Judged, look: Look, aside: str = "", name: str = "") -> None:
    """A row that the learner fills in. `aside` is said below it while it is blank; with a `name` it tells no recipe."""
    row, done = judged.row, judged.verdict in DONE
    shown = hints_shown(row, look)
    with _row(lesson, look, place):
        if name:
            told = "numbers" in shown
            st.markdown("\n\n".join(filter(None, (name, *_text(row, bool(shown), told, told)))))
        else:
            st.markdown(f"{place} " + "\n\n".join(_text(row, True, True, done or "numbers" in shown)))
        st.text_input(
            f"{place} {row.label}",
            key=entry_key(lesson, look.part, row.key),
            label_visibility="collapsed",
            bind="query-params" if look.in_address else None,
            persist_state=None if look.in_address else "session",  # other updates of a class's homework are not drawn
        )
        _text_or_nothing(_verdict(judged))
        _hint_button(lesson, judged, look, len(shown))
        _below(lesson, look, row, _notes(judged, "value" in shown), aside if judged.verdict == "blank" else "")


def shown_row(lesson: Topic, place: int, row: Row, look: Look, note: str = "") -> None:
    """A row that is filled in: words, formula, this input's numbers and the value."""
    with _row(lesson, look, place):
        st.markdown(f"{place} " + "\n\n".join(_text(row, True, True, True)))
        st.markdown(f"**{value_text(row.of(row.step.value))}**")
        st.empty()
        st.empty()
        _below(lesson, look, row, "", note)


def words_row(lesson: Topic, place: int, row: Row, look: Look) -> None:
    """A row of which only the words are told."""
    with _row(lesson, look, place):
        st.markdown(f"{place} {_text(row, True, False, False)[0]}")
        for _ in range(4):
            st.empty()


def given_line(row: Row) -> None:
    """A step that is shown and never asked."""
    st.markdown(f":gray[{row.label}] ${row.step.symbol}$ :gray[=] {value_text(row.of(row.step.value))}")


def value_text(value: np.ndarray) -> str:
    """A step's value as it can be typed."""
    return format_tensor(np.asarray(value), digits=4, whole=True)


def hints_shown(row: Row, look: Look) -> tuple[str, ...]:
    """What of words, numbers and value the learner has asked for, or sees with everything else."""
    kinds = HINTS[look.way]
    return kinds if look.everything else kinds[: look.sheet_of(row).hints.get(row.key, 0)]


def note_miss(judged: Judged, look: Look, text: str) -> bool:
    """Counts each other wrong entry of a row once; whether this one is new."""
    missed = look.sheet_of(judged.row).missed.setdefault(judged.row.key, [])
    if judged.verdict not in MISSED or text in missed:
        return False
    missed.append(text)
    return True


def by_oneself(row: Row, look: Look) -> bool:
    """Whether this row was answered alone, at the first try and without being shown."""
    missed = look.sheet_of(row).missed.get(row.key)
    return look.way == "alone" and not missed and "value" not in hints_shown(row, look)


def _row(lesson: Topic, look: Look, place: int) -> st.delta_generator.DeltaGenerator:
    return st.container(key=key_of(lesson, f"row_{look.part}_{place}"), gap=None)


def _text(row: Row, words: bool, formula: bool, numbers: bool) -> list[str]:
    """Two paragraphs, which the style sheet puts side by side where they fit: words; formula and, below it, numbers."""
    step, parts, lines = row.step, [], []
    if words:
        every = say("{label}: one number for each sample.", label=row.label)
        told = every if row.is_all else say(step.words) or row.label
        parts.append(told + (f" :gray[{row.label}] `{step.torch_name}`" if step.torch_name else ""))
    if formula:
        lines.append(f"${step.symbol if row.is_all else step.latex}$")
    if numbers and (filled := row.numbers()):
        lines.append(rf"$\phantom{{{step.symbol}}} {filled}$")
    return [*parts, "  \n".join(lines)]


def _verdict(judged: Judged) -> str:
    """The verdict in a word or two, and below it what a calculation gives."""
    short = say(SHORT[judged.verdict])
    if judged.entry is None or not judged.entry.calculated:
        return short
    return f"{short}  \n{coloured('gray', '= ' + number(judged.entry.array))}"


def _hint_button(lesson: Topic, judged: Judged, look: Look, shown: int) -> None:
    """One more hint at each press; after two misses the step itself."""
    row, kinds, sheet = judged.row, HINTS[look.way], look.sheet_of(judged.row)
    if judged.verdict in DONE or shown == len(kinds):
        st.empty()
        return
    stuck = len(sheet.missed.get(row.key, ())) >= MISSES_UNTIL_SHOWN
    asks = say("show this step") if stuck else say("hint") if not shown else say("more")
    st.button(
        f"{asks} {coloured('gray', say('for {step}', step=row.label))}",  # the style sheet hides the grey words
        key=key_of(lesson, f"hint_{look.part}_{row.key}_button"),
        type="tertiary",
        on_click=_show,
        args=(sheet, row.key, len(kinds) if stuck else shown + 1),
        help=say("For {step}: {kinds}.", step=row.label, kinds=say(", then the ").join(kinds[shown:])),
    )


def _show(sheet: KeptSheet, row_key: str, level: int) -> None:
    sheet.hints[row_key] = level


def _text_or_nothing(text: str) -> None:
    st.markdown(text) if text else st.empty()


def _below(lesson: Topic, look: Look, row: Row, note: str, aside: str) -> None:
    """A note on what was typed, or else an aside that is no news of it."""
    if not note and not aside:
        st.empty()
        return
    kind = "note" if note else "aside"
    with st.container(key=key_of(lesson, f"{kind}_{look.part}_{row.key}")):
        st.markdown(note or aside)


def _notes(judged: Judged, value_too: bool) -> str:
    """What a likely mistake is, what is odd about the entry, and the step's value where it was asked for."""
    texts = [say(m.says) for m in judged.mistakes]
    says = plain(say(judged.says)) if judged.verdict in QUOTES else say(judged.says)  # it quotes what was typed
    heading = say("Unless it is this slip, which gives the same digits:") if judged.verdict in DONE else ""
    if len(texts) > 1 or (texts and heading):
        heading = heading or say("More than one mistake fits:")
        texts = [heading + "\n" + "\n".join(f"- {text}" for text in texts)]
    value = say("Here it is **{value}**.", value=value_text(judged.truth)) if value_too else ""
    return "\n\n".join(filter(None, (says, _instead_of_constants(judged), *texts, value)))


def _instead_of_constants(judged: Judged) -> str:
    """Which of the page's letters went before a constant: e is the error here."""
    told = []
    for name, meaning in judged.entry.shadowed.items() if judged.entry else ():
        what = plain(meaning.says)
        told.append(say("Here {name} is {what}, not {constant}.", name=name, what=what, constant=_INSTEAD[name]))
    return "  \n".join(told)
