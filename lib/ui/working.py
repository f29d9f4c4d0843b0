"""The learner's working on the screen: a row per step, and PyTorch's number beside the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from lib.lesson.run import Case, TorchResult
from lib.lesson.spec import Lesson, Step, Topic
from lib.lesson.working import Judged, Part
from lib.lesson.working.diagnose import truth_of
from lib.lesson.working.entries import gives_away, judge_case
from lib.lesson.working.rows import MOST_TO_TYPE, Row, row_of, rows, sample_shape, turns
from lib.lesson.working.whole_run import WholeRun
from lib.tensors.write import format_tensor
from lib.ui.budget import page_budget
from lib.ui.fields import current, key_of
from lib.ui.text import coloured, number, plain, say

MOST_SAMPLES = 200
QUOTES = ("unreadable", "digits", "wrong")  # verdicts whose sentence may quote what was typed
HINT_LEVELS = 3  # words, the formula with this input's numbers, the value

_INSTEAD = {"e": "2.718…, which is exp(1)", "pi": "3.1416", "inf": "infinity", "nan": "NaN"}

SHORT = {
    "blank": "",
    "unreadable": ":red[✗ not a number]",
    "shape": ":red[✗ other shape]",
    "right": ":green[✓ right]",
    "earlier": ":green[✓ right from your earlier value]",
    "digits": ":orange[≈ more digits]",
    "mistake": ":red[✗ likely mistake]",
    "wrong": ":red[✗ not yet]",
}


@dataclass(frozen=True)
class Sheet:
    """What stands in a card: the sample and turn that are worked, and what is typed, by row key."""

    sample: tuple[int, ...]
    turn: str | None
    entries: Mapping[str, str]


def entry_key(lesson: Topic, sheet: str, row_key: str) -> str:
    return key_of(lesson, f"{sheet}_{row_key}")


def choose_sample(lesson: Topic, steps: Mapping[str, Step], part: Part) -> tuple[int, ...]:
    """The sample (or element) to work; nothing to choose where there is one."""
    shape = sample_shape(steps)
    indices = [str(i) for _, i in zip(range(MOST_SAMPLES), np.ndindex(shape), strict=False)]
    if len(indices) <= 1:
        return (0,) * len(shape)
    of_batch = len(shape) == 1 and isinstance(lesson, Lesson)  # a parameter has elements, no samples
    key = key_of(lesson, f"sample_{part}")
    if st.session_state.get(key) not in indices:
        st.session_state[key] = indices[0]
    chosen = st.selectbox(
        say("Sample to work") if of_batch else say("Element to work"),
        indices,
        format_func=lambda text: say("sample {index}" if of_batch else "element [{index}]", index=text.strip("(),")),
        key=key,
        label_visibility="collapsed",
        width=150,
        persist_state="session",
    )
    return _index(chosen)


def _index(text: str) -> tuple[int, ...]:
    return tuple(int(i) for i in text.strip("()").split(",") if i.strip())


def chosen_sample(lesson: Topic, values: Mapping[str, Any]) -> tuple[int, ...]:
    """The sample that the working above is about; the first one until another is chosen."""
    shape = sample_shape(Case.of(lesson, values, budget=page_budget()).forward.steps)
    index = _index(str(st.session_state.get(key_of(lesson, "sample_forward"), "")))
    inside = len(index) == len(shape) and all(i < size for i, size in zip(index, shape, strict=True))
    return index if inside else (0,) * len(shape)


def choose_turn(lesson: Topic, steps: Mapping[str, Step], part: Part) -> str | None:
    """The turn of a long loop to work; nothing to choose where the loop is short."""
    options = turns(steps)
    if not options:
        return None
    key = key_of(lesson, f"turn_{part}")
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[-1]
    return st.selectbox(
        say("Turn of the loop to work"),
        options,
        format_func=lambda turn: say("step {turn}", turn=turn),
        key=key,
        label_visibility="collapsed",
        width=110,
        persist_state="session",
    )


def working_card(
    lesson: Topic,
    values: Mapping[str, Any],
    part: Part,
    torch: TorchResult | None,
    sheet: str = "",
    in_address: bool = True,
    run: WholeRun | None = None,
) -> Sheet:
    """The whole card: heading, sample, rows, and the whole working on request.

    Entries are kept under `sheet`, so that each update of an optimizer has entries of its own; `in_address`: in the
    page's address too, so that a link opens them. `run` is what comes before the update or epoch that is worked.
    """
    sheet = sheet or part
    case = Case.of(lesson, values, budget=page_budget())
    steps = truth_of(case, part).steps
    with st.container(horizontal=True, vertical_alignment="center", key=key_of(lesson, f"head_{part}")):
        st.markdown(say("**Your working**"), width="content")
        sample = choose_sample(lesson, steps, part)
        turn = choose_turn(lesson, steps, part)
        st.markdown(_inputs_of(lesson, values, sample, sample_shape(steps)), width="content")
    entries = {row.key: _entry(lesson, sheet, row) for row in rows(steps, sample, turn)}
    judged = judge_case(case, entries, sample, part, turn, None if torch is None else torch.value, run)
    result = next((j for j in judged if j.row.step.name == "param"), judged[-1] if judged else None)
    show_all = bool(st.session_state.get(key_of(lesson, f"whole_{part}")))
    for place, step in enumerate(steps.values()):
        case.budget.ask()  # a row costs more than a step
        with st.container(key=key_of(lesson, f"step_{sheet}_{place}"), gap="xsmall"):  # notes must not move other rows
            if step.given and not gives_away(step, judged):
                _given(row_of(step, steps, sample))
            for number_of_row, judgement in enumerate(judged, 1):
                if judgement.row.step.name == step.name:
                    is_result = part == "forward" and judgement is result
                    _row(lesson, sheet, number_of_row, judgement, show_all, torch if is_result else None, in_address)
    _foot(lesson, sheet, part, [row for row, text in entries.items() if text], covers=torch is not None)
    return Sheet(sample, turn, entries)


def _foot(lesson: Topic, sheet: str, part: Part, filled: list[str], covers: bool) -> None:
    """The whole working on request, PyTorch's number (where there is one) covered on request, and a clean sheet."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(say("Show the whole working"), key=key_of(lesson, f"whole_{part}"))
        if part == "forward" and covers:
            _hide_switch()
        if filled:
            clear = key_of(lesson, f"clear_{sheet}")
            st.button(say("Clear"), clear, type="tertiary", on_click=_clear, args=(lesson, sheet, filled))


def _inputs_of(lesson: Topic, values: Mapping[str, Any], sample: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """The chosen sample's own numbers, where there are several samples: input [1, 2] · target 0."""
    named = {spec.name: values.get(spec.name) for spec in lesson.tensors}
    named |= {name: buffer for name, buffer in values.get("state", {}).items() if isinstance(buffer, np.ndarray)}
    parts = []
    for name, array in named.items() if shape and 0 not in shape or "state" in values else ():
        if isinstance(array, np.ndarray) and array.shape[: len(shape)] == shape and array[sample].size <= 6:
            parts.append(f"{name.replace('_', ' ')} {value_text(array[sample])}")
    return f":gray[{' · '.join(parts)}]" if parts else "&nbsp;"


def _hide_switch() -> None:
    st.toggle(
        say("Hide PyTorch until I answer"),
        key="hide_torch",
        persist_state="session",
        help=say("PyTorch's result stays covered until you have entered your own."),
    )


def _entry(lesson: Topic, sheet: str, row: Row) -> str:
    """What the row's field holds now, before its widget runs."""
    return str(current(lesson, f"{sheet}_{row.key}", "") or "")


def _clear(lesson: Topic, sheet: str, rows: list[str]) -> None:
    for row in rows:
        st.session_state[entry_key(lesson, sheet, row)] = ""
        st.session_state.pop(_hint_key(lesson, sheet, row), None)


def _hint_key(lesson: Topic, sheet: str, row: str) -> str:
    return key_of(lesson, f"hint_{sheet}_{row}")


def _row(
    lesson: Topic,
    sheet: str,
    place: int,
    judged: Judged,
    show_all: bool,
    torch: TorchResult | None,
    in_address: bool,
) -> None:
    row = judged.row
    hint_key = _hint_key(lesson, sheet, row.key)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key=key_of(lesson, f"row_{sheet}_{place}")
    ):
        st.markdown(f":gray[{place}] {row.label} ${row.step.symbol}$", width=205)
        st.text_input(
            f"{place} {row.label}",
            key=entry_key(lesson, sheet, row.key),
            label_visibility="collapsed",
            bind="query-params" if in_address else None,
            persist_state="session",
            width=150 if row.of(row.step.value).size == 1 else 190,
        )
        st.markdown(_verdict(judged), width=_verdict_width(row, torch))
        st.button(
            say("hint") if not st.session_state.get(hint_key) else say("more"),
            key=f"{hint_key}_button",
            type="tertiary",
            on_click=_next_hint,
            args=(hint_key,),
            help=say("First words, then the numbers, then the value."),
        )
        if torch is not None:
            _torch_cell(lesson, _beside(row, torch.value), answered=judged.verdict != "blank")
    _notes(lesson, sheet, judged)
    _hints(judged, HINT_LEVELS if show_all else st.session_state.get(hint_key, 0), everything=show_all)


def _verdict(judged: Judged) -> str:
    """The verdict in a word or two, and below it what a calculation gives."""
    short = say(SHORT[judged.verdict]) or "&nbsp;"
    if judged.entry is None or not judged.entry.calculated:
        return short
    return f"{short}  \n{coloured('gray', '= ' + number(judged.entry.array))}"


def _verdict_width(row: Row, torch: TorchResult | None) -> int:
    """Pixels; the entry's width and this one make the hints stand in one column."""
    if torch is not None:
        return 116
    return 180 if row.of(row.step.value).size == 1 else 140


def _given(row: Row) -> None:
    """A step that is shown and never asked."""
    value = row.of(row.step.value)
    if value.size <= MOST_TO_TYPE:
        st.markdown(f":gray[{row.label}] ${row.step.symbol}$ :gray[=] {value_text(value)}")


def _next_hint(key: str) -> None:
    st.session_state[key] = (st.session_state.get(key, 0) + 1) % (HINT_LEVELS + 1)


def _beside(row: Row, result: np.ndarray) -> np.ndarray:
    """PyTorch's result for this row: the chosen sample's, where the result has one number per sample."""
    return row.of(result) if result.shape == np.shape(row.step.value) else result


def _torch_cell(lesson: Topic, result: np.ndarray, answered: bool) -> None:
    """PyTorch's number beside the result; the other rows' values are not given away."""
    hidden = st.session_state.get("hide_torch") and not answered
    with st.container(key=key_of(lesson, "torch"), width="content"):
        st.markdown(f":gray[PyTorch]  \n**{'?' if hidden else number(result)}**", width="content")


def _notes(lesson: Topic, sheet: str, judged: Judged) -> None:
    """What a likely mistake is, or what is odd about the entry, under its row."""
    texts = [say(m.says) for m in judged.mistakes]
    says = plain(say(judged.says)) if judged.verdict in QUOTES else say(judged.says)  # it quotes what was typed
    told = _instead_of_constants(judged)
    if not texts and not says and not told:
        return
    heading = (
        say("Unless it is this slip, which gives the same digits:") if judged.verdict in ("right", "earlier") else ""
    )
    with st.container(key=key_of(lesson, f"note_{sheet}_{judged.row.key}")):
        if len(texts) > 1 or (texts and heading):
            heading = heading or say("More than one mistake fits:")
            texts = [heading + "\n" + "\n".join(f"- {text}" for text in texts)]
        st.markdown("\n\n".join([*filter(None, (says, told)), *texts]))


def _instead_of_constants(judged: Judged) -> str:
    """Which of the page's letters went before a constant: e is the error here."""
    told = []
    for name, meaning in judged.entry.shadowed.items() if judged.entry else ():
        what = plain(meaning.says)
        told.append(say("Here {name} is {what}, not {constant}.", name=name, what=what, constant=_INSTEAD[name]))
    return "  \n".join(told)


def _hints(judged: Judged, level: int, everything: bool) -> None:
    """Words, then the formula with the numbers, then the value."""
    if not level:
        return
    row = judged.row
    lines = [say(row.step.words)] if not everything else []
    if level > 1:
        numbers = row.numbers()
        lines.append(f"${row.step.latex}{' = ' + numbers if numbers else ''}$")
    if level > 2:
        lines.append(say("Value: **{value}**", value=value_text(judged.truth)))
    st.caption("  \n".join(line for line in lines if line))


def value_text(value: np.ndarray) -> str:
    """A step's value as it can be typed."""
    return format_tensor(np.asarray(value), digits=4, whole=True)
