"""A submission as the store shows it to whoever looks: receipt, points, what the tests said, and people's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from lib.catalog import TOPICS
from lib.exercises import Exercise
from lib.ui.course.code_text import readable
from lib.ui.course.times import when
from lib.ui.report import OUTCOMES
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.seen import SeenSubmission, SeenTest


def receipt(seen: SeenSubmission, zone: str) -> None:
    """What proves that it was handed in: number, time, and the SHA-256 of what was stored."""
    about = say("**Receipt {number}** · attempt {attempt} · {at}", number=seen.number, attempt=seen.attempt,
                at=when_to_the_second(seen, zone))  # fmt: skip
    if seen.late:
        about += say(" · :orange[{days} late]", days=days_told(seen.late))
    if seen.file:
        about += say(" · from {file}", file=plain(seen.file))
    st.markdown(about)
    st.caption(say("SHA-256 of what was stored: `{sha}`", sha=seen.sha256))


def when_to_the_second(seen: SeenSubmission, zone: str) -> str:
    from zoneinfo import ZoneInfo

    return f"{when(seen.at, zone)}:{seen.at.astimezone(ZoneInfo(zone)):%S}"


def days_told(days: int) -> str:
    return say("1 day") if days == 1 else say("{days} days", days=days)


def report(seen: SeenSubmission, exercise: Exercise) -> None:
    """What the grading said, as far as it is shown by now."""
    if seen.state == "our fault":
        our_fault()
    elif seen.state != "graded":
        st.info(say("This is not graded yet."))
    elif seen.score is None:
        st.info(say("It is graded. What came of it is shown later."))
    else:
        _graded(seen, exercise)


def our_fault() -> None:
    st.warning(
        say(
            "We could not grade this, and that is our fault. It takes no attempt away, and what you handed in is kept. "
            "Whoever teaches the course sees it and can have it graded again."
        )
    )


def _graded(seen: SeenSubmission, exercise: Exercise) -> None:
    _score(seen)
    if seen.problem:
        st.error(plain(seen.problem))
    _mistakes(seen, exercise)
    visible = [test for test in seen.tests if not test.hidden]
    with st.container(gap="xsmall"):
        first = next((test for test in visible if not passed(test)), None)
        for test in [] if seen.problem else visible:
            with st.expander(_heading(test), expanded=test is first):
                _details(test)
        _hidden([test for test in seen.tests if test.hidden])
        if seen.output:
            with st.expander(say("Printed text")):
                st.code(seen.output, language=None, wrap_lines=True)
    if not seen.in_full:
        st.caption(say("Hidden tests are not shown yet; they count too."))


def _score(seen: SeenSubmission) -> None:
    count = sum(passed(test) for test in seen.tests)
    words = say("{score:g} of {of:g} points", score=seen.score, of=seen.of) if seen.in_full else ""
    tests = say("{passed} of {all} tests passed", passed=count, all=len(seen.tests))
    visible = say("{passed} of {all} visible tests passed", passed=count, all=len(seen.tests))
    told = f"{words} · {tests}" if seen.in_full else visible
    colour, sign = ("green", "✓") if seen.passed else ("red", "✗")
    st.markdown(f"**:{colour}[{sign} {told}]**")


def _mistakes(seen: SeenSubmission, exercise: Exercise) -> None:
    if not seen.mistakes:
        return
    with st.container(key=f"stored_note_{seen.number}"):
        if len(seen.mistakes) == 1:
            st.markdown(say("**Likely mistake.** {says}", says=seen.mistakes[0]))
        else:
            lines = "\n".join(f"- {says}" for says in seen.mistakes)
            st.markdown(say("**Likely mistake:** more than one fits.") + "\n" + lines)
        lesson_of(exercise)


def lesson_of(exercise: Exercise) -> None:
    """A link to the lesson that the exercise is about, where there is one."""
    pages = st.session_state["pages"]
    if exercise.lesson in TOPICS and exercise.lesson in pages:
        label = say("Lesson: {title}", title=TOPICS[exercise.lesson].title)
        st.page_link(pages[exercise.lesson], label=label, icon=":material/menu_book:", width="content")


def passed(test: SeenTest) -> bool:
    return test.outcome == "passed"


def _heading(test: SeenTest) -> str:
    """One line: passed or not, the name, what went wrong, the points."""
    sign = ":green[✓]" if passed(test) else ":red[✗]"
    says = "" if passed(test) else f" · :red[{plain(_short(test))}]"
    points = say("{score:g} of {most:g}", score=test.points, most=test.max_points)
    worth = points if test.max_points else say("no points")
    return f"{sign} **{plain(test.name)}**{says} · :gray[{worth}]"


def _short(test: SeenTest) -> str:
    return test.message if _is_short(test) else say(OUTCOMES.get(test.outcome, test.outcome))


def _is_short(test: SeenTest) -> bool:
    return test.outcome == "wrong value" and 0 < len(test.message) < 70


def _details(test: SeenTest) -> None:
    """What was handed over, what came and what was expected, as `grade` prints it."""
    if passed(test):
        st.caption(say("Passed."))
    elif test.details:
        st.code(test.details, language=None, wrap_lines=True)
    elif not _is_short(test):
        st.markdown(plain(test.message))


def _hidden(tests: Sequence[SeenTest]) -> None:
    """Of hidden tests: name, points and the kind of failure only."""
    if not tests:
        return
    count = sum(map(passed, tests))
    label = say("Hidden tests: {passed} of {all} passed", passed=count, all=len(tests))
    with st.expander(label, expanded=count < len(tests)):
        st.markdown("\n".join(f"- {_heading(test)}" for test in tests))


def code_of(seen: SeenSubmission) -> None:
    """What was handed in."""
    if seen.code is None:
        st.caption(say("The code is not kept any more."))
    else:
        st.code(readable(seen.code), language="python", wrap_lines=True)


def words_of_people(seen: SeenSubmission, zone: str) -> None:
    """The comment, and what was asked and answered."""
    if seen.comment:
        st.markdown(say("**Comment**"))
        st.markdown(plain_lines(seen.comment))
    for look in seen.looks:
        st.markdown(say("**Another look asked for** · {at}", at=when(look.at, zone)))
        st.markdown(plain_lines(look.asks))
        if look.answered:
            st.markdown(say("**Answer** · {at}", at=when(look.answered, zone)))
            st.markdown(plain_lines(look.answer))
        else:
            st.caption(say("No answer yet. It will stand here."))


def plain_lines(text: str) -> str:
    """Words of people with their lines: each stands for itself."""
    return "  \n".join(plain(line) for line in text.splitlines())
