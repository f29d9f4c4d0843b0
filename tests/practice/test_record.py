"""What counts towards a lesson, and what a browser may hold instead of a record."""

import json

import pytest

from lib.practice.record import (
    MOST_ASKED,
    MOST_CHARACTERS,
    MOST_WORKED,
    Asked,
    LessonRecord,
    LessonRecordError,
    read,
    together,
    with_answer,
    with_right,
    with_wrong,
    written,
)


def after(*results: str) -> LessonRecord:
    """The record after results such as "alone a" (the numbers a, right), "watch a", "knows a" and "wrong"."""
    record = LessonRecord()
    for result in results:
        how, _, numbers = result.partition(" ")
        if how == "wrong":
            record = with_wrong(record)
        else:
            record = with_right(record, numbers, alone=how == "alone", knows=how == "knows")
    return record


@pytest.mark.parametrize(
    ("results", "done", "row"),
    [
        (["alone a", "alone b", "alone c"], True, 3),
        (["alone a", "alone b"], False, 2),
        (["alone a", "alone a", "alone a"], False, 1),
        (["alone a", "alone b", "wrong", "alone c"], False, 1),
        (["alone a", "wrong", "alone a"], False, 0),
        (["alone a", "alone b", "alone c", "wrong"], True, 0),
        (["together a", "together b", "together c"], False, 0),
        (["alone a", "together b", "alone c", "alone d"], True, 3),
        (["knows a", "knows b"], True, 2),
        (["knows a", "knows a"], False, 1),
        (["knows a", "wrong", "knows b"], False, 1),
        ([], False, 0),
    ],
    ids=str,
)
def test_three_in_a_row_alone_or_two_for_whoever_knows(results, done, row):
    record = after(*results)
    assert (record.done, record.row, record.right) == (done, row, bool(results))


@pytest.mark.parametrize(
    ("answers", "ends"),
    [
        ([(False, 5)], Asked(0, 5, 1)),
        ([(True, 5)], Asked(1, 5, 0)),
        ([(False, 5), (True, 5)], Asked(0, 5, 1)),
        ([(False, 5), (False, 5)], Asked(0, 5, 1)),
        ([(True, 5), (True, 5)], Asked(1, 5, 0)),
        ([(True, 5), (False, 5)], Asked(0, 5, 1)),
        ([(False, 5), (True, 6), (True, 9)], Asked(2, 9, 1)),
        ([(True, 5), (True, 8), (True, 15), (False, 36)], Asked(0, 36, 1)),
    ],
    ids=str,
)
def test_an_answer_counts_once_a_day(answers, ends):
    record = LessonRecord()
    for right, day in answers:
        record = with_answer(record, "why", right, day)
    assert record.asked == {"why": ends}


FULL = LessonRecord(True, 2, 1, False, ("0a1b2c3d",), {"why": Asked(1, 20_000, 2), "ignores_weight": Asked()})


def test_a_record_comes_back_from_its_text_and_stays_small():
    assert read(written(FULL)) == FULL
    record = LessonRecord()
    for number in range(300):
        record = with_answer(with_right(record, str(number), True), "m" * 60 + str(number), False, number)
    assert len(record.worked) == MOST_WORKED and len(record.asked) == MOST_ASKED
    assert len(written(record)) < MOST_CHARACTERS and read(written(record)) == record


STRANGE = {
    "empty": "",
    "no JSON": "{",
    "a number": "7",
    "a list": "[]",
    "nested without end": "[" * 100_000,
    "too long": " " * (MOST_CHARACTERS + 1) + written(LessonRecord()),
    **{
        f"{key} {value!r:.20}": json.dumps({**json.loads(written(FULL)), key: value})
        for key, value in [
            ("right", 1),
            ("row", -1),
            ("row", 4),
            ("row", True),
            ("row", 1.5),
            ("known", 1e400),
            ("done", None),
            ("worked", "0a1b2c3d"),
            ("worked", ["<script>"]),
            ("worked", [7]),
            ("asked", []),
            ("asked", {"why": [1, 2]}),
            ("asked", {"why": [1, -2, 3]}),
            ("asked", {"why": [1, 10**9, 3]}),
            ("asked", {"\ud800": [1, 2, 3]}),
            ("asked", {"a b": [1, 2, 3]}),
        ]
    },
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_any_other_text_is_no_record(text):
    with pytest.raises(LessonRecordError):
        read(text)


EARLY = LessonRecord(True, 1, 0, False, ("00000001",), {"why": Asked(2, 10, 0), "a": Asked(0, 3, 1)})
LATE = LessonRecord(False, 0, 2, True, ("00000002",), {"why": Asked(0, 12, 1), "b": Asked(1, 4, 0)})
BETTER = LessonRecord(
    True, 1, 2, True, ("00000001", "00000002"), {"a": Asked(0, 3, 1), "b": Asked(1, 4, 0), "why": Asked(0, 12, 1)}
)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (EARLY, LATE, BETTER),
        (EARLY, EARLY, EARLY),
        (LessonRecord(), LATE, LATE),
        (
            LessonRecord(asked={"a": Asked(0, 3, 1)}),
            LessonRecord(asked={"a": Asked(2, 3, 0)}),
            LessonRecord(asked={"a": Asked(2, 3, 0)}),
        ),
    ],
    ids=["both lack something", "same", "empty", "same day"],
)
def test_the_better_of_both(one, other, both):
    assert together(one, other) == both
    assert together(other, one) == both or one.worked != other.worked  # numbers stay in the order in which they came
