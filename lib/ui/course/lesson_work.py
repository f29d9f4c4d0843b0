"""A lesson of an assignment: its numbers, the working card, and handing the working in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from lib.catalog import TOPICS
from lib.lesson.names import name_of
from lib.lesson.objectives import OBJECTIVES, TYPED
from lib.lesson.run import Case
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Lesson, Topic
from lib.lesson.working.rows import rows
from lib.ui.budget import page_budget, said_in_words
from lib.ui.course.acting import store
from lib.ui.course.handing_in import need_room
from lib.ui.course.times import when
from lib.ui.fields import current, key_of
from lib.ui.open_lesson import open_lesson
from lib.ui.text import plain, say
from lib.ui.working import Sheet, entry_key, working_card

if TYPE_CHECKING:
    from lib.course.lessons import AskedLesson, Begun, HandedIn
    from lib.course.who import Who


@dataclass(frozen=True)
class LessonDesk:
    """Where somebody works a lesson of an assignment. `closed` says why nothing is taken, if so; who `only_looks` sees
    the page of a student who has done nothing yet."""

    who: Who
    asked: AskedLesson
    zone: str
    closed: str = ""
    only_looks: bool = False

    @property
    def lesson(self) -> Topic:
        return TOPICS[self.asked.slug]

    def sheet(self, card: str) -> str:
        """Begins the names under which entries are kept."""
        look = "look" if self.only_looks else ""
        return "_".join(filter(None, (f"assigned_{self.asked.id}_{self.who.id}", look, card)))


def lessons_so_far(lessons: Sequence[AskedLesson], mine: Mapping[int, HandedIn | None]) -> None:
    """Which lessons of the assignment are complete, in a line."""
    said = [f"{_sign(mine[one.id])} {plain(one.title)}" for one in lessons]
    st.markdown(say("Lessons: {said}", said=" · ".join(said)))


def _sign(mine: HandedIn | None) -> str:
    if mine is None:
        return say(":gray[nothing handed in]")
    return say(":green[✓ complete]") if mine.complete else say(":orange[rows open]")


def work_lesson(desk: LessonDesk, mine: HandedIn | None) -> None:
    """The whole part; `mine` is what was handed in."""
    from lib.course.lessons import begun_of, lesson_cards

    cards, lesson = lesson_cards(desk.asked), desk.lesson
    left, right = st.columns([0.3, 0.7], gap="medium")
    with left, st.container(key="exercise_statement"):
        _asked(lesson, desk.asked)
    sheets = {card: desk.sheet(card) for card in cards}
    _take_up(lesson, sheets, mine if desk.only_looks else begun_of(store(), desk.who, desk.asked.id) or mine)
    with right, said_in_words():
        with st.container(border=True, key=key_of(lesson, "assigned_working_card")):
            card = _chosen(lesson, cards, desk.asked)
            sheet = working_card(lesson, cards[card], "forward", None, sheets[card])
        entries = _entries(lesson, cards, sheets, card, sheet)
        _keep(desk, sheet, entries)
        _hand_in(desk, sheet, entries)
        _handed_in(desk, mine)


def _asked(lesson: Topic, asked: AskedLesson) -> None:
    """What is to be worked, and the way to the lesson."""
    st.header(plain(asked.title), anchor=False)
    st.markdown(say("Work these numbers by hand until every row is right, then hand your working in."))
    st.markdown(f"$${lesson.formula}$$")
    if (objective := OBJECTIVES.get(asked.numbers.get("objective", ""))) is not None:
        st.markdown(say("It minimises {title}:", title=objective.title) + f" ${objective.formula}$")
    st.code("\n".join(_lines(lesson, asked.numbers)), language=None, wrap_lines=True)
    open_lesson(lesson.slug, label=say("What the lesson says"))


def _lines(lesson: Topic, numbers: Mapping[str, str]) -> list[str]:
    """The numbers as they are typed, without what plays no part: rare arguments that stand at their defaults."""
    from lib.course.numbers import texts_of

    idle = {spec.name for spec in lesson.form if spec.rare} if not isinstance(lesson, Lesson) else set()
    idle -= {"grads"} if numbers.get("objective") == TYPED else set()
    usual = texts_of(lesson, {})
    shown = {
        name: text for name, text in numbers.items() if text != "none" and not (name in idle and text == usual[name])
    }
    if numbers.get("objective") in OBJECTIVES:
        shown.pop("grads", None)
    return [f"{name} = {text}" for name, text in shown.items()]


def _chosen(lesson: Topic, cards: Mapping[str, Mapping[str, Any]], asked: AskedLesson) -> str:
    """The update or epoch that is worked, chosen where there are several, and what is known before it."""
    from lib.course.cards import asked_in

    if list(cards) == [""]:
        return ""
    word = say("Update {number}") if asked_in(lesson) == "update" else say("Epoch {number}")
    labels = {card: word.format(number=card) for card in cards}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        card = _card(labels, key_of(lesson, f"card_{asked.id}"))
        if isinstance(lesson, Scheduler):
            before = cards[card]["lr"] if int(card) else cards[card]["initial_lr"]
            st.markdown(say(":gray[learning rate before it: {lr}]", lr=f"{before:.6g}"), width="content")
    return card


def _card(labels: Mapping[str, str], key: str) -> str:
    first = next(iter(labels))
    if len(labels) == 1:
        st.markdown(f"**{labels[first]}**", width="content")
        return first
    if st.session_state.get(key) not in labels:
        st.session_state[key] = first
    chosen = st.segmented_control(
        say("What is worked"),
        list(labels),
        format_func=labels.__getitem__,
        key=key,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return chosen or first


def _entries(
    lesson: Topic, cards: Mapping[str, Mapping[str, Any]], sheets: Mapping[str, str], drawn: str, sheet: Sheet
) -> dict[str, str]:
    """What is typed on all cards, by card and row: on the one that is drawn, and on those that are not."""
    from lib.course.cards import row_key, sample_in

    typed = {row_key(drawn, row): text for row, text in sheet.entries.items()}
    for card in cards.keys() - {drawn}:
        steps = Case.of(lesson, cards[card], budget=page_budget()).forward.steps
        for row in rows(steps, sample_in(steps, sheet.sample), sheet.turn):
            typed[row_key(card, row.key)] = str(current(lesson, f"{sheets[card]}_{row.key}", "") or "")
    return typed


def _take_up(lesson: Topic, sheets: Mapping[str, str], mine: HandedIn | Begun | None) -> None:
    """Once in a session: what was typed or handed in last stands in the rows again, on whichever machine."""
    from lib.course.cards import card_and_row

    first = next(iter(sheets.values()))
    if mine is None or not mine.entries or st.session_state.get(f"{first}_taken_up"):
        return
    st.session_state[f"{first}_taken_up"] = True
    begun = tuple(entry_key(lesson, sheet, "") for sheet in sheets.values())
    if any(str(key).startswith(begun) for key in st.session_state):
        return
    st.session_state[key_of(lesson, "sample_forward")] = ",".join(map(str, mine.sample))
    if mine.turn:
        st.session_state[key_of(lesson, "turn_forward")] = mine.turn
    for key, text in mine.entries.items():
        card, row = card_and_row(key)
        if card in sheets:
            st.session_state[entry_key(lesson, sheets[card], row)] = text


def _keep(desk: LessonDesk, sheet: Sheet, entries: Mapping[str, str]) -> None:
    """Keeps on the server what was typed here since the last run. A card that only stands open writes nothing."""
    from lib.course.lessons import save_begun

    key, typed = f"{desk.sheet('')}_kept", {row: text for row, text in entries.items() if text.strip()}
    if typed != st.session_state.setdefault(key, typed) and not desk.only_looks:
        save_begun(store(), desk.who, desk.asked.id, sheet.sample, typed, sheet.turn or "")
        st.session_state[key] = typed


def _hand_in(desk: LessonDesk, sheet: Sheet, entries: Mapping[str, str]) -> None:
    from lib.course.lessons import hand_in_working

    nothing = not any(text.strip() for text in entries.values())
    key, off = key_of(desk.lesson, f"hand_in_{desk.asked.id}"), bool(desk.closed) or desk.only_looks or nothing
    if st.button(say("Hand in this working"), key=key, type="primary", disabled=off):
        with said_in_words():
            need_room("submissions", desk.who)
            hand_in_working(store(), desk.who, desk.asked.id, sheet.sample, entries, sheet.turn or "")
            st.rerun()  # what stands above tells it too
    if desk.closed:
        st.markdown(desk.closed)


def _handed_in(desk: LessonDesk, mine: HandedIn | None) -> None:
    """What the server says of what was handed in last."""
    if mine is None:
        st.caption(say("Nothing handed in yet. The server judges what you hand in: complete or open, without points."))
        return
    at = when(mine.at, desk.zone) + late_in_words(mine.late)
    if mine.complete:
        st.success(say("Complete. Handed in {at}.", at=at))
        return
    st.warning(
        say(
            "Handed in {at}. Still open: {rows}. Hand in again when they are right.",
            at=at,
            rows=_still_open(desk, mine),
        )
    )


def _still_open(desk: LessonDesk, mine: HandedIn) -> str:
    """The rows in words, each update's or epoch's together."""
    from lib.course.cards import asked_in, card_and_row

    by_card: dict[str, list[str]] = {}
    for card, row in map(card_and_row, mine.still_open):
        by_card.setdefault(card, []).append(plain(_named(row)))
    name = asked_in(desk.lesson)
    return "; ".join((f"**{name} {card}** " if card else "") + ", ".join(rows) for card, rows in by_card.items())


def late_in_words(days: int) -> str:
    if not days:
        return ""
    return say(", 1 day late") if days == 1 else say(", {days} days late", days=days)


def words_of_row(slug: str, key: str) -> str:
    """Update 2: param."""
    from lib.course.cards import asked_in, card_and_row

    card, row = card_and_row(key)
    words = _named(row)
    return f"{asked_in(TOPICS[slug])} {card}: {words}" if card and slug in TOPICS else words


def _named(key: str) -> str:
    """What a row of this key is called; one that asks for all samples is told apart."""
    step = key.removesuffix("_all")
    return name_of(step) if step == key else say("{name} (all)", name=name_of(step))
