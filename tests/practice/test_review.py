"""Five a day: what comes back when, what goes first, and what a browser may hold instead."""

import json

import pytest

from lib.catalog import TOPICS
from lib.practice.record import Asked, LessonRecord
from lib.practice.review import FIVE, Day, Item, comes_back, five_of, read_day, written_day

CE, ADAM = "cross_entropy_loss", "adam"


def record(right: bool = True, asked: dict[str, Asked] | None = None) -> LessonRecord:
    return LessonRecord(right=right, asked=asked or {})


def anything(slug: str, name: str, kind: str) -> bool:
    return True


def five(day: int, possible=anything, **records: LessonRecord) -> tuple[Item, ...]:
    return five_of(records, Day(day), possible).items


@pytest.mark.parametrize(
    ("row", "days"), [(0, 1), (1, 3), (2, 7), (3, 21), (9, 21)], ids=["missed", "once", "twice", "rests", "rests on"]
)
def test_days_until_it_comes_back(row, days):
    assert comes_back(Asked(row, 100, 1)) == 100 + days
    for day, waits in ((100 + days - 1, True), (100 + days, False)):
        asked = five(day, **{CE: record(False, {"ignores_weight": Asked(row, 100, 1)})})
        assert bool(asked) is not waits


def test_a_newcomer_is_asked_nothing():
    assert five(100) == five(100, **{CE: record(False)}) == ()


def test_what_was_fallen_for_goes_first_the_longest_due_before_the_others():
    known = list(TOPICS[ADAM].mistakes)[:2]
    asked = {
        CE: record(asked={"ignores_weight": Asked(0, 97, 1), "why": Asked(1, 10, 0)}),
        ADAM: record(asked={known[0]: Asked(0, 90, 2), known[1]: Asked(2, 50, 1)}),
    }
    names = [item.name for item in five(100, **asked)]
    assert names[:4] == [known[1], known[0], "ignores_weight", "why"]


def test_two_are_calculations_and_lessons_are_mixed():
    chosen = five(100, **{slug: record() for slug in (CE, ADAM, "sgd")})
    assert len(chosen) == FIVE == len(set(chosen))
    assert sum(item.kind == "calculation" for item in chosen) == 2
    assert len({item.slug for item in chosen}) == 3


def test_of_slips_alone_two_are_calculated_and_the_rest_found():
    fallen = {name: Asked(0, 90, 1) for name in list(TOPICS[CE].mistakes)[:9]}
    kinds = sorted(item.kind for item in five(100, **{CE: record(False, fallen)}))
    assert kinds == ["calculation"] * 2 + ["quiz"] * 3


def test_where_nothing_can_be_calculated_the_rest_is_asked():
    chosen = five(100, lambda slug, name, kind: kind == "quiz", **{CE: record()})
    assert len(chosen) == 3 and {item.kind for item in chosen} == {"question", "quiz"}


def test_what_a_lesson_no_longer_has_is_not_asked():
    assert five(100, **{CE: record(False, {"no_such_slip": Asked(0, 1, 1)}), "no_such_lesson": record()}) == ()


def test_every_item_can_be_asked():
    for item in five_of({CE: record(), "step_lr": record()}, Day(20_000)).items:
        assert item.name in {**TOPICS[item.slug].questions, **TOPICS[item.slug].mistakes}


DAY = Day(20_000, (Item(CE, "why", "question"), Item(CE, "ignores_weight", "calculation")), 1)


def test_the_five_stay_what_they_are_while_they_are_answered():
    assert read_day(written_day(DAY), 20_000) == DAY
    later = five_of({CE: record(asked={"why": Asked(0, 20_000, 1)})}, DAY, anything)
    assert later.items[:2] == DAY.items and len(later.items) == FIVE


STRANGE_ITEMS: list[object] = [
    7,
    [7],
    [[{}, "why", "question"]],
    [["no", "why", "question"]],
    [[CE, "why", "quiz"]],
    [[CE, "no_slip", "quiz"]],
]


@pytest.mark.parametrize(
    "text",
    [
        written_day(DAY).replace("20000", "19999"),
        "",
        "[]",
        "7",
        '{"day": 20000}',
        "{" * 5000,
        *(json.dumps({"day": 20_000, "items": items, "done": 0}) for items in STRANGE_ITEMS),
    ],
    ids=str,
)
def test_any_other_text_is_an_empty_day(text):
    assert read_day(text, 20_000) == Day(20_000)
