"""How often a wrong submission is told why: `python -m benchmarks.teaching_exercises [slug …]` prints a Markdown table.

Three sets, none of which knows the catalogue: ordinary slips written by hand, pairs of them, and mutants of every
exercise's solution, made by changing its text in one place. A mutant counts if a visible test shows it. A name is a
false friend if it does not answer the hidden tests, which nobody looked at to find it, as the mutant does.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from lib.exercises import EXERCISES, Exercise
from lib.grading.expected import Likely, truth_of
from lib.grading.form import in_parts
from lib.grading.grade import Grade, grade
from lib.grading.judge import fits
from lib.grading.slips.answers import given_by
from lib.grading.slips.table import Slips
from lib.grading.trial import run_tests
from lib.sandbox.pool import shared_pool
from tests.grading.slips_by_hand import NOBODY_KNOWS, SLIPS, TWO_SLIPS, Wrong

CHANGES = (  # in the text of a solution: what stands there, and what a careless hand writes
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" \* ", " / "),
    (r" / ", " * "),
    (r" / ", " // "),
    (r"\*\* ?2\b", ""),
    (r"axis=-1", "axis=0"),
    (r", keepdims=True", ""),
    (r"\.sum\(", ".mean("),
    (r"\.mean\(", ".sum("),
    (r"np\.sqrt\(", "("),
    (r"np\.abs\(", "("),
    (r"np\.log\(", "np.log2("),
    (r"np\.maximum\(", "np.minimum("),
    (r" < ", " > "),
    (r"0\.5 \* ", ""),
    (r"(?<![\w.])2 \* ", ""),
    (r"(?<=return )(?=[a-z(])", "-"),
    (r"np\.arange\(steps\)", "np.arange(1, steps + 1)"),
)


def mutants(exercise: Exercise) -> Iterator[str]:
    """The solution, changed in one place of its function."""
    source = exercise.solution
    begin, end = source.index("def "), source.find("\ndef branches")
    end = len(source) if end < 0 else end
    for pattern, new in CHANGES:
        for found in re.finditer(pattern, source):
            if begin <= found.start() < end and '"""' not in source[: found.start()].rsplit("\n", 1)[-1]:
                yield source[: found.start()] + new + source[found.end() :]


def is_shown(given: Grade) -> bool:
    """Whether a visible test fails by a number, not by an error that says itself what is wrong."""
    failed = [test for test in given.tests if not test.hidden and not test.passed]
    return any(test.outcome in ("wrong value", "wrong shape") for test in failed)


def is_false(exercise: Exercise, source: str, named: Sequence[Likely], everywhere: Slips) -> bool:
    """Whether none of the names answers the hidden tests as the source does; of pairs and parts this is not known."""
    trials = run_tests(exercise, exercise.tests, source, shared_pool())
    truth = truth_of(exercise, shared_pool())
    trials = list(map(in_parts, trials, truth.parts))
    known = {likely.name: likely for likely in truth.mistakes}
    table, steps = everywhere.single(shared_pool())
    checked = []
    for one in named:
        if one.name in known:
            cases = zip(exercise.tests, trials, known[one.name].trials, strict=True)
            checked.append(all(fits(*case) for case in cases))
        for place, slip in enumerate(table.slips):
            if (slip.name, slip.says) == (one.name, one.says):
                mine = [given_by(trials[t], truth.parts[t]) for t in everywhere.places]
                checked.append(all(c.like(a)[place] for c, a in zip(table.columns, mine, strict=True)))
    return bool(checked) and not any(checked)


def of_mutants(exercise: Exercise) -> Counter[str]:
    count = Counter[str]()
    everywhere = Slips(exercise, exercise.tests, truth_of(exercise, shared_pool()).parts)
    for source in mutants(exercise):
        given = grade(exercise, source)
        if given.passed or not given.counted:
            count["alike"] += 1
            continue
        count["rejected"] += 1
        if is_shown(given):
            count["shown"] += 1
            count["named"] += bool(given.mistakes)
            false = bool(given.mistakes) and is_false(exercise, source, given.mistakes, everywhere)
            count["false friends"] += false
    return count


def by_hand(table: dict[str, Wrong]) -> str:
    truly = 0
    for wrong in table.values():
        given = grade(EXERCISES[wrong.exercise], wrong.source)
        says = " ".join(f"{one.name} {one.says}" for one in given.mistakes).lower()
        truly += any(word.lower() in says for word in wrong.words)
    return f"{truly} of {len(table)}"


def row(*cells: object) -> None:
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def report(slugs: Sequence[str] = ()) -> None:
    """Prints everything; with slugs, mutants of these exercises only."""
    row("slips", "named truly")
    row("---", "---")
    if not slugs:
        row("ordinary, written by hand", by_hand(SLIPS))
        row("two at once", by_hand(TWO_SLIPS))
        named = sum(bool(grade(EXERCISES[w.exercise], w.source).mistakes) for w in NOBODY_KNOWS.values())
        row("wrong in ways nobody can know, named all the same", f"{named} of {len(NOBODY_KNOWS)}")
    total = Counter[str]()
    slips = []
    for slug in slugs or EXERCISES:
        exercise = EXERCISES[slug]
        one = of_mutants(exercise)
        total += one
        shown = [place for place, test in enumerate(exercise.tests) if not test.hidden]
        parts = truth_of(exercise, shared_pool()).parts
        single, _ = Slips(exercise, [exercise.tests[i] for i in shown], [parts[i] for i in shown]).single(shared_pool())
        slips.append(len(single.slips))
        if slugs or one["named"] < one["shown"] or one["false friends"]:
            row(slug, f"{one['named']} of {one['shown']} mutants; false friends {one['false friends']}")
    row("mutants of solutions rejected", f"{total['rejected']} (others answer alike: {total['alike']})")
    row("mutants that a visible test shows, named", f"{total['named']} of {total['shown']}")
    row("false friends among them", total["false friends"])
    row("exercises × slips of code that are tried", f"{len(slips)} × {int(np.mean(slips))}")


if __name__ == "__main__":
    report(sys.argv[1:])
