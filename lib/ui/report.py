"""A grade on the screen: what went wrong, where, by how much, and why that probably is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from lib.exercises import Exercise
from lib.grading.grade import Grade, TestResult
from lib.grading.judge import STOPPED, cut
from lib.grading.report import left_out_said, ulps_told
from lib.plots.difference import difference
from lib.tensors.compare import numbers_of
from lib.tensors.write import format_tensor
from lib.ui.aligned import CSS, MOST_CELLS, aligned, differing, side_by_side
from lib.ui.lesson_link import lesson_link
from lib.ui.text import coloured, plain, say, shape

OUTCOMES = {
    "passed": "passed",
    "wrong value": "wrong value",
    "wrong shape": "wrong shape",
    "wrong kind": "wrong kind of result",
    "wrong form": "wrong form",
    "wrong dtype": "wrong number format (dtype)",
    "not finite": "NaN or infinite where PyTorch is finite",
    "raised": "an error was raised",
    "out of time": "took too long",
    "not run": "not run",
    "out of memory": "took too much memory",
    "too deep": "called itself without end",
    "too much output": "printed too much",
    "exited": "ended the program",
    "crashed": "Python crashed",
    "bad result": "no usable result",
    "wrong arguments": "cannot be called like this",
    "no such function": "no such function",
    "does not parse": "cannot be read",
    "our fault": "our fault; not counted",
}


def show_report(exercise: Exercise, grade: Grade) -> None:
    """Points, the likely mistake, the first failing test open and the others folded, printed text, warnings."""
    st.html(CSS)
    _score(grade)
    if grade.problem:
        _problem(grade)
        _left_out(grade)
        return
    failed = _first_failed(grade)
    _likely(exercise, grade, failed)
    with st.container(gap="xsmall"):
        for place, test in enumerate(grade.tests):
            if not test.hidden:
                with st.expander(_heading(test), expanded=test is failed):
                    _test(exercise, test, place)
        _hidden([test for test in grade.tests if test.hidden])
        _printed(grade)
    _left_out(grade)


def error_line(grade: Grade) -> int | None:
    """The line of the learner's file at which the first failing test stopped; None if it gave a result."""
    failed = _first_failed(grade)
    return failed.fault.line if failed and failed.fault else None


def _first_failed(grade: Grade) -> TestResult | None:
    """The first visible test that failed: it is shown open."""
    return next((test for test in grade.tests if not test.passed and not test.hidden), None)


def _score(grade: Grade) -> None:
    if not grade.counted:
        return
    passed = sum(test.passed for test in grade.tests)
    words = say("{passed} of {all} tests passed", passed=passed, all=len(grade.tests))
    if any(test.hidden for test in grade.tests):
        points = say("{score} of {most} points", score=f"{grade.score:g}", most=f"{grade.max_score:g}")
        words = f"{points} · {words}"
    colour, sign = ("green", "✓") if grade.passed else ("red", "✗")
    st.markdown(f"**:{colour}[{sign} {words}]**")


def _problem(grade: Grade) -> None:
    """What is wrong with the file as a whole: the line, and where in it."""
    (st.error if grade.counted else st.warning)(plain(grade.problem))
    fault = next((test.fault for test in grade.tests if test.fault), None)
    if fault and grade.counted and fault.traceback:
        st.code(fault.traceback, language=None)


def _left_out(grade: Grade) -> None:
    """What of the file did not run, although it did not keep the function from being tried."""
    for sentence in left_out_said(grade):
        st.caption(plain(sentence))


def _likely(exercise: Exercise, grade: Grade, failed: TestResult | None) -> None:
    """The mistakes that explain everything the visible tests show, and the lesson with the failing test's numbers."""
    if not grade.mistakes:
        if grade.look_at:
            st.caption(plain(grade.look_at))
        return
    with st.container(key=f"exercise_note_{exercise.slug}"):
        if len(grade.mistakes) == 1:
            st.markdown(say("**Likely mistake.** {says}", says=say(grade.mistakes[0].says)))
        else:
            lines = "\n".join(f"- {say(mistake.says)}" for mistake in grade.mistakes)
            st.markdown(say("**Likely mistake:** more than one fits.") + "\n" + lines)
        if failed:
            lesson_link(exercise, grade.mistakes[0], failed)


def _heading(test: TestResult) -> str:
    """One line: passed or not, the name, what went wrong, the points."""
    sign = ":green[✓]" if test.passed else ":red[✗]"
    says = "" if test.passed else f" · {coloured('red', plain(_short(test)))}"
    points = say("{score} of {most}", score=f"{test.points:g}", most=f"{test.max_points:g}")
    worth = points if test.max_points else say("no points")
    return f"{sign} **{plain(test.name)}**{says} · :gray[{worth}]"


def _short(test: TestResult) -> str:
    """The message where it is short, else the kind of failure."""
    return test.message if _is_short(test) else say(OUTCOMES[test.outcome])


def _is_short(test: TestResult) -> bool:
    return test.outcome == "wrong value" and 0 < len(test.message) < 70


def _test(exercise: Exercise, test: TestResult, place: int) -> None:
    if not test.passed:
        if not _is_short(test):  # else it stands in the heading
            st.markdown(plain(test.message))
        if test.hint and test.outcome not in STOPPED:  # it is about the numbers, and there are none
            st.markdown(say("Hint: {hint}", hint=test.hint))
    if test.fault and test.fault.traceback and not test.passed:
        st.code(test.fault.traceback, language=None)
    st.code(call_text(exercise, test.args), language="python", wrap_lines=True)
    if test.expected is not None:
        _arrays(exercise, test, place)
    for name in test.changed:
        st.caption(say("Your code changed its input {name}; later code would see the changed one.", name=plain(name)))
    for warning in test.warnings:
        st.caption(say("Warning (free): {warning}", warning=plain(warning)))


def call_text(exercise: Exercise, args: Mapping[str, Any]) -> str:
    """The call with this test's numbers, as it could be typed; of a large array the shape only."""
    if exercise.answer == "update":
        return _updates_text(exercise, args)
    written = {name: _written(value) for name, value in args.items()}
    lines = "".join(f"    {name}={text},{remark}\n" for name, (text, remark) in written.items())
    return f"{exercise.function}(\n{lines})"


def _updates_text(exercise: Exercise, args: Mapping[str, Any]) -> str:
    """A loop of calls, each handed what the one before returned. Learning rates that change are looped over as well."""
    first = {"param": args["param"], "state": {}, "grads": args["grads"]}
    each, over = "grad", "grads"
    handed = {name: _written(value)[0] for name, value in args.items() if name not in first}
    if np.ndim(args.get("lr", 0.0)):
        first["rates"], handed["lr"] = args["lr"], "lr"
        each, over = "grad, lr", "zip(grads, rates)"
    written = {name: _written(value) for name, value in first.items()}
    lines = [f"{name} = {text}{remark}" for name, (text, remark) in written.items()]
    named = ", ".join((*exercise.signature.by_place, *(f"{name}={text}" for name, text in handed.items())))
    return "\n".join((*lines, f"for {each} in {over}:", f"    param, state = {exercise.function}({named})"))


def _written(value: Any) -> tuple[str, str]:
    """A value in Python; of a large array three dots, and its shape as a remark."""
    if not isinstance(value, np.ndarray):
        return repr(value), ""
    if value.size > MOST_CELLS:
        return "…", f"  # {shape(value)}"
    kind = "" if value.dtype.name in ("float64", "int64", "bool") else f", np.{value.dtype.name}"
    return f"np.array({format_tensor(value)}{kind})", ""


def _arrays(exercise: Exercise, test: TestResult, place: int) -> None:
    """Expected and got: aligned, or as a picture where they are large; then how far they are apart."""
    got, expected = numbers_of(test.got), np.asarray(test.expected)
    if test.part:
        st.caption(plain(test.part))
    if got is None or got.shape != expected.shape:
        _apart(test.got, got, expected)
        return
    if got.size <= MOST_CELLS:
        st.html(aligned(got, expected, differing(got, expected, test.test.rtol, test.test.atol)))
    elif not test.passed:
        st.plotly_chart(
            difference(got, expected),
            key=f"difference_{exercise.slug}_{place}",
            config={"displayModeBar": False},
            alt=say("Where the result differs from what was expected"),
        )
    if test.comparison and not test.passed:
        st.caption(_detail(test))


def _apart(value: Any, got: np.ndarray | None, expected: np.ndarray) -> None:
    """Two results of different shape or kind; of one that is no array of numbers, or large, how it begins."""
    named = {f"expected {shape(expected)}": expected} | ({f"got {shape(got)}": got} if got is not None else {})
    st.html(side_by_side({n: a for n, a in named.items() if a.dtype.kind in "biufc" and a.size <= MOST_CELLS}))
    if value is not None and (got is None or got.size > MOST_CELLS):
        st.code(say("got {value}", value=repr(cut(value, MOST_CELLS))), language=None, wrap_lines=True)


def _detail(test: TestResult) -> str:
    found = test.comparison
    assert found is not None
    return say(
        "Largest error {absolute}, relative {relative}{ulps}.",
        absolute=f"{found.absolute:.3g}",
        relative=f"{found.relative:.3g}",
        ulps=ulps_told(found),
    )


def _hidden(tests: list[TestResult]) -> None:
    """Of hidden tests: name, points and the kind of failure only."""
    if not tests:
        return
    passed = sum(test.passed for test in tests)
    label = say("Hidden tests: {passed} of {all} passed", passed=passed, all=len(tests))
    with st.expander(label, expanded=passed < len(tests)):
        lines = [f"- {_heading(test)}" for test in tests]
        st.markdown("\n".join(lines))


def _printed(grade: Grade) -> None:
    if grade.output:
        with st.expander(say("Printed text")):
            st.code(grade.output, language=None, wrap_lines=True, height=240 if len(grade.output) > 1000 else "content")
