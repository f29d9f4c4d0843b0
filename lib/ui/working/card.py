"""The learner's working on the screen: the idea, a row per step, PyTorch's number below, and where to go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.lesson.run import TorchResult
from lib.lesson.spec import Topic
from lib.lesson.working import Judged, Part, Row
from lib.lesson.working.entries import gives_away, judge_case
from lib.lesson.working.rows import MOST_TO_TYPE, row_of
from lib.ui import lesson_progress
from lib.ui.browser_storage import keep_in_browser
from lib.ui.budget import said_in_words
from lib.ui.fields import key_of
from lib.ui.idea import draw_idea
from lib.ui.print_page import print_button
from lib.ui.text import say
from lib.ui.working.choosing import choose_sample, choose_turn, sample_name
from lib.ui.working.desk import Desk, WayHere, desk_of, from_the_start
from lib.ui.working.ending import after_the_last_steps, anew_key, ending, offer_to_know
from lib.ui.working.long_sheets import fits_the_address, keep_long, long_sheet
from lib.ui.working.row import (
    DONE,
    Look,
    asked_row,
    by_oneself,
    given_line,
    note_miss,
    shown_row,
    value_text,
)
from lib.ui.working.sheets import Sample, SheetName, clear_sheet, entry_key, keep_sheet, kept_sheet, open_sheet, put_in
from lib.ui.working.torchs import is_covered, note_answered, torch_line
from lib.ui.working.watch import watch
from lib.ui.working.ways import Way, choose_way, go, knows, open_steps, way_of
from lib.ui.wrong_verdict import wrong_verdict


@dataclass(frozen=True)
class Sheet:
    """What stands in a card: the sample and turn that are worked, and what is typed, by row key."""

    sample: Sample
    turn: str | None
    entries: Mapping[str, str]


@st.fragment
def guided_working(
    lesson: Topic,
    values: Mapping[str, Any],
    part: Part,
    torch: TorchResult | None,
    fields: str = "",
    form: Mapping[str, Any] | None = None,
    before: WayHere = from_the_start,
) -> None:
    """The card of a lesson's page, in three ways. What is typed draws it anew, and nothing else of the page.

    `fields` is the start of the fields' keys, `form` what stands in the page's fields (both as in Desk).
    """
    with said_in_words():
        desk = desk_of(lesson, values, part, torch, fields, form, before)
        way = way_of(lesson, new=lesson_progress.state(lesson.slug) == "new" and not _typed_already(desk))
        _draw_page_where_it_changed(desk, way)
        tools = st.container(horizontal=True, vertical_alignment="center", key=key_of(lesson, f"tools_{part}"))
        if way == "watch":
            watch(desk)
        elif _rows(desk, way, in_address=True):
            st.rerun(scope="app")  # what was covered elsewhere on the page is not any more
        with tools:  # after the rows: the samples' ticks follow from them
            if part == "forward":  # the gradient's card follows it
                choose_way(lesson, way)
                offer_to_know(desk)
            _choose(desk)
        if part == "forward":  # once on a page
            keep_in_browser()


def working_card(
    lesson: Topic, values: Mapping[str, Any], part: Part, torch: TorchResult | None, fields: str = ""
) -> Sheet:
    """The rows by themselves, all of them open, and outside the address: to be handed in to a class."""
    desk = desk_of(lesson, values, part, torch, fields)
    with st.container(horizontal=True, vertical_alignment="center", key=key_of(lesson, f"tools_{part}")):
        st.markdown(say("**Your working**"), width="content")
        tools = st.container(horizontal=True, width="content")
    _rows(desk, "together", in_address=False)
    with tools:
        _choose(desk)
    return Sheet(desk.sample, desk.turn, _texts(desk))


def _choose(desk: Desk) -> None:
    choose_sample(desk.lesson, desk.steps, desk.part, lambda sample: bool(desk.found(sample)))
    choose_turn(desk.lesson, desk.steps, desk.part)


def _typed_already(desk: Desk) -> bool:
    """Whether something stands on the sheet: whoever comes by a link that holds entries is past watching."""
    start = entry_key(desk.lesson, desk.fields, "")
    return any(key.startswith(start) for key in st.query_params) or any(
        st.session_state.get(key) for key in map(str, st.session_state) if key.startswith(start)
    )


def _draw_page_where_it_changed(desk: Desk, way: Way) -> None:
    """Other parts of the page follow the sample and the way; an entry alone does not draw them anew."""
    key = key_of(desk.lesson, f"drawn_{desk.part}")
    now, before = (way, desk.sample), st.session_state.get(key)
    st.session_state[key] = now
    other_numbers = st.session_state.pop(anew_key(desk), False)
    context = get_script_run_ctx()
    if context is not None and context.fragment_ids_this_run and (now != before or other_numbers):
        st.rerun(scope="app")


def _rows(desk: Desk, way: Way, in_address: bool) -> bool:
    """The rows of the sheet and what stands below them; whether that uncovers or covers other parts of the page."""
    texts, judged = _read(desk, in_address)
    bound = in_address and fits_the_address(desk.lesson, desk.fields, texts)
    everything = bool(st.session_state.get(key_of(desk.lesson, f"whole_{desk.part}")))
    look = Look(desk.fields, way, everything, bound, {row.key: name for name, rows in _sheets(desk) for row in rows})
    result = next((one for one in judged if desk.result and one.row.key == desk.result.key), None)
    changed = False
    if in_address:  # of what is handed in to a class, its own book is kept
        _tell_progress(desk, judged, look, texts)
        if result is not None and desk.torch is not None:
            changed = note_answered(desk.lesson, result.verdict != "blank")
    seen, open_ones = _rows_on_screen(desk, way)
    covered = way == "alone" or (in_address and is_covered(desk.lesson))
    solved = [sample for sample in desk.samples if desk.found(sample)]
    if desk.part == "forward":
        draw_idea(desk.lesson, desk.case, desk.steps, desk.sample, _found(judged, seen, open_ones), covered, solved)
    _draw_rows(desk, judged, seen, open_ones, look)
    keys = {row.key for row in open_ones}
    if result is not None and desk.torch is not None and result.row.key in keys:
        torch_line(desk.lesson, result.row, desk.torch.value, desk.numbers, way)
    if in_address and keys and all(one.verdict in DONE for one in judged if one.row.key in keys):
        after_the_last_steps(desk) if len(open_ones) < len(seen) else ending(desk, judged, way)
    with st.container(horizontal=True, vertical_alignment="center", key=key_of(desk.lesson, f"foot_{desk.part}")):
        _foot(desk, way, any(texts.values()))
        if in_address:
            where = f"{desk.fields}, sample {list(desk.sample)}" + (f", turn {desk.turn}" if desk.turn else "")
            wrong_verdict(desk.lesson, where, desk.form, judged, texts)
    if in_address and not bound:
        keep_long(desk.name(desk.sample), texts)
    return changed


def _read(desk: Desk, in_address: bool) -> tuple[dict[str, str], list[Judged]]:
    """What stands in the rows, kept with their sheets, and what it is worth."""
    texts: dict[str, str] = {}
    for name, rows in _sheets(desk):
        texts |= open_sheet(desk.lesson, name, [row.key for row in rows])
    if in_address and not any(texts.values()):
        texts |= put_in(desk.lesson, desk.fields, texts, long_sheet(desk.name(desk.sample)))
    judged = _judged(desk, texts)
    _keep(desk, judged, texts)
    return texts, _judged(desk, texts) if _collect(desk, texts) else judged


def _rows_on_screen(desk: Desk, way: Way) -> tuple[list[Row], list[Row]]:
    """The rows that are seen, and those of them that the learner fills in."""
    if way == "alone":
        ends = [*desk.own[-1:][: not knows(desk.lesson)], *([desk.result] if desk.result else [])]
        return (rows := list({row.key: row for row in ends}.values())), rows
    if count := open_steps(desk.lesson):
        return desk.own, desk.own[-count:]
    return desk.asked, desk.asked


def _found(judged: Sequence[Judged], seen: Sequence[Row], open_ones: Sequence[Row]) -> set[str]:
    """The steps whose numbers the learner knows: found, or filled in."""
    keys = {row.key for row in open_ones}
    filled = {row.step.name for row in seen if row.key not in keys}
    return filled | {one.row.step.name for one in judged if one.verdict in DONE and not one.row.is_all}


def _sheets(desk: Desk) -> list[tuple[SheetName, list[Row]]]:
    """The sheets on the screen: the sample's own, and the one about all samples together."""
    whole = [row for row in desk.asked if row.index is None]
    return [(desk.name(desk.sample), [row for row in desk.asked if row.index is not None]), (desk.name(None), whole)]


def _judged(desk: Desk, texts: Mapping[str, str]) -> list[Judged]:
    torch = None if desk.torch is None else desk.torch.value
    return judge_case(desk.case, texts, desk.sample, desk.part, desk.turn, torch, desk.before())


def _keep(desk: Desk, judged: Sequence[Judged], texts: Mapping[str, str]) -> None:
    """The sheets with what stands in them, and the sample's loss once it is found."""
    for name, rows in _sheets(desk):
        keep_sheet(name, {row.key: texts[row.key] for row in rows})
    last = next((one for one in judged if desk.own and one.row.key == desk.own[-1].key), None)
    if last is not None and last.entry is not None:
        kept_sheet(desk.name(desk.sample)).found = value_text(last.entry.array) if last.verdict in DONE else ""


def _collect(desk: Desk, texts: dict[str, str]) -> bool:
    """Once all samples are solved, puts what they gave into the row that collects them, if it is blank."""
    collects = next((row for row in desk.asked if row.is_all), None)
    found = [desk.found(sample) for sample in desk.samples]
    if collects is None or texts[collects.key] or not found or not all(found) or np.ndim(collects.step.value) != 1:
        return False
    texts[collects.key] = f"[{', '.join(found)}]"
    st.session_state[entry_key(desk.lesson, desk.fields, collects.key)] = texts[collects.key]
    return True


def _texts(desk: Desk) -> dict[str, str]:
    """What stands in the rows after they were drawn."""
    keys = {row.key: entry_key(desk.lesson, desk.fields, row.key) for row in desk.asked}
    return {row: str(st.session_state.get(key) or "") for row, key in keys.items()}


def _tell_progress(desk: Desk, judged: Sequence[Judged], look: Look, texts: Mapping[str, str]) -> None:
    """What the entries say of the learner, over lessons, for the browser to keep."""
    slug = desk.lesson.slug
    if any(texts.values()):
        lesson_progress.began(slug)
    for one in judged:
        new = note_miss(one, look, texts[one.row.key])
        if new and len(one.mistakes) == 1:
            lesson_progress.fell_for(slug, one.mistakes[0].name)
        if desk.result is None or one.row.key != desk.result.key or desk.part == "gradient":
            continue
        if new and look.way == "alone":
            lesson_progress.result_wrong(slug)
        if one.verdict == "right":
            numbers, alone = f"{desk.fields} {desk.numbers}", by_oneself(one.row, look)
            lesson_progress.result_right(slug, numbers, alone, knows=alone and knows(desk.lesson))


def _draw_rows(desk: Desk, judged: Sequence[Judged], seen: Sequence[Row], open_ones: Sequence[Row], look: Look) -> None:
    """Step by step: what is given, what is filled in, and what is asked."""
    verdicts = {one.row.key: (place, one) for place, one in enumerate(judged, 1)}
    keys = {row.key for row in open_ones}
    for step in desk.steps.values():
        desk.case.budget.ask()  # a row costs more than a step
        given = row_of(step, desk.steps, desk.sample)
        if step.given and look.way != "alone" and given.of(step.value).size <= MOST_TO_TYPE:
            if not gives_away(step, judged):
                given_line(given)
        for row in (row for row in seen if row.step.name == step.name):
            place, one = verdicts[row.key]
            name = _alone_name(desk, row) if look.way == "alone" else ""
            if row.key in keys:
                asked_row(desk.lesson, place, one, look, _still_open(desk, row), name)
            else:
                shown_row(desk.lesson, place, row, look)


def _alone_name(desk: Desk, row: Row) -> str:
    """What a row asks for, where nothing says how it is found."""
    if desk.result is not None and row.key == desk.result.key:
        return say("The result")
    if len(desk.samples) > 1 and row.index is not None:
        return say("The loss of {sample}", sample=sample_name(desk.lesson, desk.steps, desk.sample))
    return row.label[:1].upper() + row.label[1:]  # KL stays KL


def _still_open(desk: Desk, row: Row) -> str:
    """Under the row that collects the samples: what is found so far, and which samples are to come."""
    found = [desk.found(sample) for sample in desk.samples] if row.is_all else []
    if not any(found) or all(found):
        return ""
    so_far = ", ".join(text or "?" for text in found)
    return say("So far [{so_far}]. Work the samples with a ? above, or type all numbers.", so_far=so_far)


def _foot(desk: Desk, way: Way, filled: bool) -> None:
    """What else can be done with the sheet."""
    if way == "alone":
        key = key_of(desk.lesson, f"in_steps_{desk.part}")
        st.button(say("Work it in steps"), key, type="tertiary", on_click=go, args=(desk.lesson, "together"))
        return
    st.toggle(say("Show the whole working"), key=key_of(desk.lesson, f"whole_{desk.part}"))
    if filled:
        clear = key_of(desk.lesson, f"clear_{desk.fields}")
        st.button(say("Clear"), clear, type="tertiary", on_click=_clear, args=(desk,))
    if filled and desk.part == "forward":
        print_button()


def _clear(desk: Desk) -> None:
    for name, _ in _sheets(desk):
        clear_sheet(desk.lesson, name)
