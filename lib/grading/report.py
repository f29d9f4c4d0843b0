"""A grade as plain text and as JSON: what went wrong first, and why that probably is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from lib.grading.grade import Grade, TestResult
from lib.grading.judge import MOST_OF_A_TEXT
from lib.grading.trial import described
from lib.sandbox.job import Fault, LeftOut
from lib.tensors.compare import Comparison
from lib.tensors.write import format_tensor

MOST_SHOWN = 60  # numbers of an array; of a larger one the shape is told


def in_words(grade: Grade) -> str:
    """The whole report: points, the likely mistake, one line per test, and the first visible failure in full."""
    lines = [f"{grade.exercise}: {grade.score:g} of {grade.max_score:g} points"]
    lines += [f"Please look: {grade.doubt}"] if grade.doubt else []
    if grade.problem:
        lines += [grade.problem, *left_out_said(grade)]
        return "\n".join(lines)
    lines += [f"Likely mistake: {likely.says}" for likely in grade.mistakes[:2]]
    lines += [grade.look_at] if grade.look_at else []
    failed = next((test for test in grade.tests if not test.passed and not test.hidden), None)
    for test in grade.tests:
        lines.append(headline(test))
        if test is failed:
            lines += [f"    {line}" for line in detail(test)]
    written = dict.fromkeys(name for test in grade.tests if test.passed for name in test.changed)
    if written:
        lines.append(f"Note: it changes its inputs ({', '.join(written)}); work on a copy.")
    lines += left_out_said(grade)
    if grade.output:
        lines += ["Printed:", grade.output.rstrip()]
    return "\n".join(lines)


LEFT_OUT = {
    "out of time": "it took too long",
    "out of memory": "it asked for more memory than there is",
    "too deep": "it called itself without end",
    "too much output": "it printed too much",
    "exited": "it ended the program",
    "crashed": "Python crashed",
    "not written": "it has nothing in it, and comes after the function itself",
    "bare": "only types and decorators that are defined nowhere; the rest of it counts",
    "not needed": "the function does not need it",
}
MOST_LEFT_OUT = 8  # places that are told one by one


def left_out_said(grade: Grade) -> list[str]:
    """A sentence for each place that was left out of the file, by cell and line, and why; of a cell only the first."""
    first = {(one.cell or -one.line): one for one in reversed(grade.left_out)}
    places = sorted(first.values(), key=lambda one: one.line)
    told = [one_left_out_said(one) for one in places[:MOST_LEFT_OUT]]
    if len(places) > MOST_LEFT_OUT:
        told.append(f"Left out: {len(places) - MOST_LEFT_OUT} more places like these.")
    return told


def one_left_out_said(one: LeftOut) -> str:
    """Where and why, in a sentence: "Left out: cell 3, line 2 (train(9999)): it took too long."."""
    fault = one.fault
    why = LEFT_OUT.get(one.why) or (f"{fault.type}: {fault.message}" if fault else one.why)
    code = f" ({one.code[:MOST_OF_A_CODE]}{' …' if len(one.code) > MOST_OF_A_CODE else ''})" if one.code else ""
    return f"Left out: {one.place}{code}: {' '.join(why.split())}"


MOST_OF_A_CODE = 60  # characters of a line


def headline(test: TestResult) -> str:
    """One line: ✓ or ✗, name, points, and what is to be said."""
    mark = "✓" if test.passed else "✗"
    hidden = " (hidden)" if test.hidden else ""
    says = "" if test.passed else f": {test.outcome if test.hidden else told(test)}"
    return f"  {mark} {test.name}{hidden} {test.points:g}/{test.max_points:g}{says}"


def told(test: TestResult) -> str:
    """What is wrong, in one sentence: the kind of failure, then where and by how much."""
    kind = f"{test.outcome}, " if test.outcome in ("wrong value", "wrong dtype", "not finite") else ""
    return kind + test.message


ULPS_TOLD = 1e6  # a larger difference does not come from rounding


def ulps_told(found: Comparison) -> str:
    """How many neighbouring floats lie between, where rounding could be the reason."""
    return f", {found.ulps:.3g} ulps (neighbouring floats)" if found.ulps <= ULPS_TOLD else ""


def detail(test: TestResult) -> Iterator[str]:
    """What was computed, and the hint."""
    yield from computed(test)
    if test.hint:
        yield f"Hint: {test.hint}"


def computed(test: TestResult) -> Iterator[str]:
    """The inputs, what came, what was expected with the differences marked, the ulps."""
    for name, value in test.args.items():
        yield f"{name} = {shown(value)}"
    if test.comparison is not None:
        yield from aligned(test.got, test.expected)
    if test.comparison is not None and test.comparison.index is not None and math.isfinite(test.comparison.ulps):
        yield f"largest difference {test.comparison.absolute:.3g}{ulps_told(test.comparison)}"
    if test.fault is not None and test.fault.traceback:
        yield from test.fault.traceback.rstrip().splitlines()
    if test.changed:
        yield f"Note: it changes its inputs ({', '.join(test.changed)}); work on a copy."
    yield from (f"Warning: {text}" for text in test.warnings)


def aligned(got: Any, expected: Any) -> Iterator[str]:
    """Two rows of numbers under each other, and carets under those that differ."""
    ours, theirs = _array(got), _array(expected)
    if ours is None or theirs is None or ours.shape != theirs.shape or not 0 < ours.size <= MOST_SHOWN:
        yield f"came:     {shown(got)}"
        yield f"expected: {shown(expected)}"
        return
    for place, (mine, right) in enumerate(zip(_rows(ours), _rows(theirs), strict=True)):
        words = [_told_apart(a, b) for a, b in zip(mine.tolist(), right.tolist(), strict=True)]
        wide = [max(len(a), len(b)) for a, b, _ in words]
        row = f" row {place}" if ours.ndim > 1 else ""
        yield f"came    {row}  " + "  ".join(a.rjust(w) for (a, _, _), w in zip(words, wide, strict=True))
        yield f"expected{row}  " + "  ".join(b.rjust(w) for (_, b, _), w in zip(words, wide, strict=True))
        marks = "  ".join(("^" * w if off else " " * w) for (_, _, off), w in zip(words, wide, strict=True))
        if marks.strip():
            yield " " * len(f"expected{row}") + f"  {marks}"


def _told_apart(a: float, b: float) -> tuple[str, str, bool]:
    """Two numbers with six digits, or with all of them where that would hide the difference; whether they differ."""
    off, mine, right = not _near(a, b), f"{a + 0.0:.6g}", f"{b + 0.0:.6g}"  # + 0.0: no minus before a zero
    return (repr(a), repr(b), off) if off and mine == right else (mine, right, off)


def _near(a: Any, b: Any) -> bool:
    return bool(np.isclose(a, b, rtol=1e-6, atol=1e-9, equal_nan=True))


def _array(value: Any) -> np.ndarray | None:
    array = np.asarray(value) if isinstance(value, np.ndarray | np.generic | int | float) else None
    return array if array is not None and array.dtype.kind in "biuf" else None


def _rows(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)


def shown(value: Any) -> str:
    """A value as a learner would type it; a large array as its shape."""
    if isinstance(value, np.ndarray):
        large = value.size > MOST_SHOWN or value.dtype.kind not in "biuf"
        text = described(value) if large else " ".join(format_tensor(value).split())
        return text if value.dtype in (np.float64, np.int64) else f"{text} {value.dtype.name}"
    if isinstance(value, dict | list | tuple | str) and len(repr(value)) > MOST_OF_A_TEXT:
        return described(value)
    return repr(value)


def as_json(grade: Grade) -> dict[str, Any]:
    """The grade under the keys that other programs rely on. NaN and infinities are texts: JSON has no such numbers."""
    return {
        "exercise": grade.exercise,
        "score": grade.score,
        "max_score": grade.max_score,
        "counted": grade.counted,
        "problem": grade.problem,
        "isolation": grade.isolation,
        "versions": dict(grade.versions),
        "mistakes": [likely.says for likely in grade.mistakes],
        "mistake_names": [likely.name for likely in grade.mistakes],
        "left_out": [_left_out_as_json(one) for one in grade.left_out],
        "left_out_says": left_out_said(grade),
        "only_needed": grade.only_needed,
        "doubt": grade.doubt,
        "tests": [_test_as_json(test, grade) for test in grade.tests],
        "output": grade.output,
        "seconds": round(grade.seconds, 4),
    }


def _left_out_as_json(one: LeftOut) -> dict[str, Any]:
    """`cell` is null in a .py file; `line` counts within the cell, `program_line` in the text that was graded."""
    return {
        "cell": one.cell or None,
        "line": one.line_in_cell,
        "last_line": one.line_in_cell + one.last_line - one.line,
        "program_line": one.line,
        "why": one.why,
        "error": f"{one.fault.type}: {one.fault.message}" if one.fault and one.fault.type else None,
        "code": one.code,
        "says": one_left_out_said(one),
    }


def _test_as_json(test: TestResult, grade: Grade) -> dict[str, Any]:
    found = test.comparison
    explained = grade.mistakes[:1] if not test.passed and not test.hidden else ()
    return {
        "name": test.name,
        "points": test.points,
        "max_points": test.max_points,
        "hidden": test.hidden,
        "outcome": test.outcome,
        "message": test.message,
        "mistake": explained[0].says if explained else None,
        "mistake_name": explained[0].name if explained else None,
        "part": test.part or None,
        "index": list(found.index) if found is not None and found.index is not None else None,
        "got": _number(found.got) if found is not None else None,
        "expected": _number(found.expected) if found is not None else None,
        "error": _number(found.absolute) if found is not None else None,
        "ulps": _number(found.ulps) if found is not None else None,
        "fault": _fault_as_json(test.fault) if test.fault is not None and not test.passed else None,
        "seconds": round(test.seconds, 4),
    }


def _fault_as_json(fault: Fault) -> dict[str, Any]:
    """An error with the line of the file where it was raised, and that line's place as its author sees it."""
    return {"type": fault.type, "message": fault.message, "line": fault.line, "place": fault.place, "code": fault.code}


def _number(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return str(value) if isinstance(value, complex) else value
