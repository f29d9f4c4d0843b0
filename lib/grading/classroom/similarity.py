"""Who wrote the same as somebody else, or as what is published: for people to look at, never a verdict, never a mark.

Every function is taken apart into pieces (`pieces`). What stands in the starter does not count. A piece that few people
have counts with its size, one that many have counts for little, one that all have for nothing: what is obvious is
written alike by people who never met. The exercise's own solution and its typical mistakes are people too, in this, so
that the obvious is known in a small class as well. Two functions are shown if what they share counts at least
`LEAST_SHARED`, which a function of three lines does not reach, and makes up at least `LEAST_SHARE` of the shorter one.
What is published is shown beside an answer if each makes up most of the other, or if they are the same word for word,
with names that hardly anybody chose.

The measure is that of inverse document frequency (K. Spärck Jones, 1972) on the fingerprints of syntax trees (I. Baxter
and others, 1998).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from lib.catalog import TOPICS
from lib.exercises import Exercise
from lib.grading.classroom.pieces import OF_A_NAME, Lines, Pieces, pieces_of
from lib.lesson.code.source import local_parts

LEAST_SHARED, LEAST_SHARE = 24.0, 0.6  # nodes of a syntax tree: a line of NumPy has about ten
LEAST_PUBLISHED, LEAST_OF_PUBLISHED = 8.0, 0.8  # what is published was there for all: it may be less, but more of it
OBVIOUS = 0.3  # what more of the class than this have is not even looked at
MARKED = 0.5  # pieces that count at least this much of their size are marked on the page


@dataclass(frozen=True, eq=False)
class Written:
    """A function and whose it is: a student's, or published."""

    who: str
    file: str
    text: str
    pieces: Pieces
    published: bool = False
    is_lesson: bool = False  # much more than one function: nobody has nearly all of it


@dataclass(frozen=True, eq=False)
class Alike:
    """Two functions that share more than chance and the obvious explain.

    `shared` is what they have in common, in nodes of the syntax tree, each counted by how few people have it; `share`
    is the part of the shorter one that this makes up. `marks` are the lines where it stands, in the one and the other.
    """

    exercise: Exercise
    one: Written
    other: Written
    shared: float
    share: float
    marks: tuple[frozenset[int], frozenset[int]]


def written(exercise: Exercise, who: str, file: str, text: str, function: str = "") -> Written:
    """A student's answer, without what the starter gave."""
    found = pieces_of(text, function or exercise.function)
    return Written(who, file, text, _without(found, pieces_of(exercise.starter)))


def alike(exercise: Exercise, answers: Sequence[Written]) -> list[Alike]:
    """The pairs that are alike, and the answers that are like what is published; the likest first."""
    answers = [one for one in answers if one.pieces]
    published = list(_published(exercise))
    typical = [pieces_of(wrong.source, exercise.function) for wrong in exercise.mistakes]
    had_by_class = _had(one.pieces for one in answers)
    had_by_all = had_by_class + _had([*(one.pieces for one in published), *typical])
    rare_to_all = _Rarity(had_by_all, len(answers) + len(published) + len(typical))
    found = list(_pairs(exercise, answers, rare_to_all))
    rare_to_class = _Rarity(had_by_class + Counter(dict.fromkeys(had_by_class, 1)), len(answers) + 1)
    for one in answers:
        against = [pair for other in published if (pair := _alike(exercise, one, other, rare_to_class))]
        found += sorted(against, key=lambda pair: -pair.shared)[:1]
    return sorted(found, key=lambda pair: -pair.shared)


def _had(everybody: Iterable[Pieces]) -> Counter[int | str]:
    """How many people have each piece."""
    had: Counter[int | str] = Counter()
    for one in everybody:
        had.update([*one.count, *one.words])
    return had


def _without(pieces: Pieces, starter: Pieces) -> Pieces:
    """The pieces that the starter does not have: of one that it has once, the second is the author's own."""
    words = {word: size for word, size in pieces.words.items() if word not in starter.words}
    return replace(pieces, count=pieces.count - starter.count, words=words)


def _published(exercise: Exercise) -> Iterator[Written]:
    """The solution, and the code of the lesson that the exercise is about."""
    starter = pieces_of(exercise.starter)
    found = pieces_of(exercise.solution, exercise.function)
    yield Written("the published solution", "solution.py", exercise.solution, _without(found, starter), True)
    if exercise.lesson:
        lesson = TOPICS[exercise.lesson]
        by_hand = getattr(lesson, "grad_by_hand" if exercise.answer == "grad" else "by_hand", None)
        text = local_parts(by_hand) if by_hand else ""
        found = _without(pieces_of(text), starter)
        yield Written("the lesson's code", f"{exercise.lesson}.py", text, found, True, True)


@dataclass(frozen=True)
class _Rarity:
    """How much of its size a piece counts for: all where only two of `people` have it, nothing where all have it."""

    had: Mapping[int | str, int]
    people: int

    def of(self, key: int | str) -> float:
        most = math.log(max(self.people, 3) / 2)
        return min(1.0, max(0.0, math.log(max(self.people, 3) / max(self.had.get(key, 1), 1)) / most))

    def worth(self, pieces: Pieces) -> float:
        return sum(self.of(key) * pieces.size[key] * count for key, count in pieces.count.items())


def _pairs(exercise: Exercise, answers: Sequence[Written], rarity: _Rarity) -> Iterator[Alike]:
    """The pairs of students. Only those are compared that share a piece which is not obvious."""
    having = defaultdict(list)
    for place, one in enumerate(answers):
        for key in one.pieces.count:
            having[key].append(place)
    most = max(4, OBVIOUS * len(answers))
    shared = Counter[tuple[int, int]]()
    for key, those in having.items():
        if len(those) <= most:
            size = answers[those[0]].pieces.size[key]
            for pair in combinations(those, 2):
                shared[pair] += size
    for places, size in shared.items():
        one, other = (answers[place] for place in places)
        if size >= LEAST_SHARED / 2 and (found := _alike(exercise, one, other, rarity)):
            yield found


def _alike(exercise: Exercise, one: Written, other: Written, rarity: _Rarity) -> Alike | None:
    """The two, if they share enough."""
    common = one.pieces.count & other.pieces.count
    code = sum(rarity.of(key) * one.pieces.size[key] * count for key, count in common.items())
    words = sum(rarity.of(w) * size for w, size in one.pieces.words.items() if w in other.pieces.words)
    own, theirs = rarity.worth(one.pieces), rarity.worth(other.pieces)
    if other.published:
        share = code / max(own, 0 if other.is_lesson else theirs, 1)
        size = sum(one.pieces.size[key] * count for key, count in common.items())
        enough = size >= LEAST_SHARED and code >= LEAST_PUBLISHED and share >= LEAST_OF_PUBLISHED
        enough |= words >= OF_A_NAME * MARKED and one.pieces.spelled == other.pieces.spelled
    else:
        share = code / max(min(own, theirs), 1)
        enough = code + words >= LEAST_SHARED and share >= LEAST_SHARE
    if not enough:
        return None
    told = [key for key in common if other.published or rarity.of(key) >= MARKED]
    marks = tuple(_lines(written.pieces, told) for written in (one, other))
    return Alike(exercise, one, other, code + words, share, (marks[0], marks[1]))


def _lines(pieces: Pieces, keys: Sequence[int]) -> frozenset[int]:
    spans: list[Lines] = [span for key in keys for span in pieces.lines.get(key, ())]
    return frozenset(line for first, last in spans for line in range(first, last + 1))
