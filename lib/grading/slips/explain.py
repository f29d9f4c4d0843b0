"""Why a submission fails, where no known mistake fits whole: what else could have led to what it answers?

Tried in turn, and the first that fits is told: a slip of code that answers every visible test alike; a known mistake
that explains every visible test that fails; a step on the way, handed in as the result; two slips together, if no other
two fit; a mistake that explains most of the tests that fail. Nothing here looks at a hidden test.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lib.exercises import Test
from lib.grading.expected import Likely
from lib.grading.slips.answers import Column, Given, given_by, is_telling
from lib.grading.slips.catalogue import Slip, two_things
from lib.grading.slips.table import Rows, Slips, Table, table_of
from lib.grading.trial import Runner, Trial
from lib.sandbox.job import Busy

MOST_TOLD = 2  # mistakes that fit alike
MOST_AROUND = 2  # slips that explain some tests, for which another one is looked for
MOST_CONFIRMED = 40  # pairs that fit one test and are tried on all
ENOUGH = 6  # numbers that differ: no two pairs of slips give them by chance
PLAIN = (-1.0, 2.0, 0.5)  # factors that are told of a single number too
PARTLY = 0.5  # of the tests that fail have to fit


@dataclass(frozen=True, eq=False)
class Seen:
    """What the visible tests show of a submission: its answers, the right ones, and which tests it fails."""

    tests: Sequence[Test]
    mine: Sequence[Given]
    right: Sequence[Given]
    failed: np.ndarray
    runner: Runner

    @property
    def shows_nothing(self) -> bool:
        """Whether all tests that fail are answered by 0, NaN or ∞, or every test by the same."""
        cases = zip(self.mine, self.right, self.tests, strict=True)
        telling = np.array([is_telling(*case) for case in cases], dtype=bool)
        first = self.mine[0]
        alike = [one.build == first.build and np.array_equal(one.numbers, first.numbers) for one in self.mine]
        return not (telling & self.failed).any() or (len(self.mine) > 1 and all(alike))

    def fits(self, table: Table) -> np.ndarray:
        """Which rows of a table answer which test as the submission does: (slips, tests)."""
        if not table.slips:
            return np.zeros((0, len(self.tests)), dtype=bool)
        return np.stack([column.like(one) for column, one in zip(table.columns, self.mine, strict=True)], axis=1)

    def whole(self, table: Table) -> list[int]:
        """The rows that answer all tests as the submission does, of which one that fails is telling."""
        told = (table.telling & self.failed).any(axis=1)
        return [int(m) for m in np.flatnonzero(self.fits(table).all(axis=1) & told)]


def explained(
    slips: Slips, trials: Sequence[Trial], failed: Sequence[bool], known: Sequence[Likely], runner: Runner
) -> list[Likely]:
    """What explains the failing tests best; nothing where nothing can be known. `known` are tried beside slips of code;
    their trials, as the submission's own, are those of `slips.tests`."""
    mine = [given_by(trial, parts) for trial, parts in zip(trials, slips.parts, strict=True)]
    one = Seen(slips.tests, mine, slips.right, np.array(failed, dtype=bool), runner)
    if not one.failed.any() or one.shows_nothing:
        return []
    try:
        single, steps = slips.single(runner)
        listed = _table_of_known(slips, known)
        ways: Sequence[Callable[[], list[Likely]]] = (
            lambda: _likeliest(single, one.whole(single)),
            lambda: _every_failing(one, listed, least=1),
            lambda: _a_step(one, steps),
            lambda: _a_multiple(one, steps),
            lambda: _two(one, slips, listed, single),
            lambda: _every_failing(one, single, least=2),
            lambda: _most(one, listed, single),
        )
        return next((found for way in ways if (found := way())), [])
    except Busy:  # others wait for the sandbox: the grade stands, and this can be asked again
        return []


def _table_of_known(slips: Slips, known: Sequence[Likely]) -> Table:
    rows: Rows = [
        (
            Slip(likely.name, likely.says, 1),
            tuple(given_by(trial, parts) for trial, parts in zip(likely.trials, slips.parts, strict=True)),
        )
        for likely in known
    ]
    return table_of(rows, slips.tests, slips.right)


def _likely(slip: Slip, says: str = "", name: str = "") -> Likely:
    return Likely(name or slip.name, says or slip.says, ())


def _likeliest(table: Table, places: Iterable[int]) -> list[Likely]:
    """The likeliest of the slips that fit; each sentence once."""
    fitting = sorted((table.slips[place] for place in places), key=lambda slip: slip.likely)
    told = {slip.says: slip for slip in fitting if slip.likely == fitting[0].likely}
    return [_likely(slip) for slip in list(told.values())[:MOST_TOLD]]


def _every_failing(one: Seen, table: Table, least: int) -> list[Likely]:
    """A mistake that explains every test that fails, at least so many of them by telling numbers."""
    fits = one.fits(table)[:, one.failed].all(axis=1)
    told = (table.telling & one.failed).sum(axis=1) >= least
    places = np.flatnonzero(fits & told)
    agrees = one.fits(table).sum(axis=1)
    best = [int(place) for place in places if agrees[place] == agrees[places].max()]
    return [
        replace(found, says=f"In the tests that fail, this fits: {found.says}") for found in _likeliest(table, best)
    ]


def _a_step(one: Seen, steps: Table) -> list[Likely]:
    """A value on the way that was handed in as the result, in every test that fails."""
    fits = one.fits(steps)[:, one.failed].all(axis=1) & (steps.telling & one.failed).any(axis=1)
    return [_likely(steps.slips[m], f"This is {steps.slips[m].says}") for m in np.flatnonzero(fits)[:1]]


def _a_multiple(one: Seen, steps: Table) -> list[Likely]:
    """The right answer, or a step, times a number that is the same in all tests that fail."""
    right = [Column(test, (given,)) for test, given in zip(one.tests, one.right, strict=True)]
    if np.isfinite(factor := _factors(one, right)[0]):
        says = f"In every visible test that fails, the answer is {factor:.6g} times the right one."
        return [Likely("off_by_a_factor", says, ())]
    for place, factor in enumerate(_factors(one, steps.columns)):
        if np.isfinite(factor):
            says = f"This is {factor:.6g} times {steps.slips[place].says}"
            return [Likely("a_step_times_a_factor", says, ())]
    return []


def _factors(one: Seen, columns: Sequence[Column]) -> np.ndarray:
    """By which factor the submission's answer is each row's, in all tests that fail; NaN where there is no such one."""
    found = [column.times(mine) for column, mine, failed in zip(columns, one.mine, one.failed, strict=True) if failed]
    alike = np.isclose(found, found[0], rtol=1e-5, atol=0).all(axis=0)
    enough = sum(len(np.unique(mine.numbers)) for mine, failed in zip(one.mine, one.failed, strict=True) if failed) > 2
    plain = np.isin(np.round(found[0], 9), PLAIN)
    return np.where(alike & (enough | plain), found[0], np.nan)


def _two(one: Seen, slips: Slips, listed: Table, single: Table) -> list[Likely]:
    """Two mistakes that explain everything together, if no other two do."""
    for tables in ((listed, listed), (listed, single)):
        found = _one_beside_the_other(one, *tables)
        if found:
            return found if len(found) == 1 else []
    return _around_one(one, slips, listed, single) or _at_once(one, slips, listed, single)


def _one_beside_the_other(one: Seen, first: Table, second: Table) -> list[Likely]:
    """Pairs of which in each test one explains the answer, and the other makes no difference."""
    fits, others = one.fits(first), one.fits(second)
    found: dict[tuple[bytes, bytes], Likely] = {}
    alone = (first.telling & fits & one.failed).any(axis=1), (second.telling & others & one.failed).any(axis=1)
    for m in np.flatnonzero(alone[0]):
        told = (fits[m] & ~second.active) | (others & ~first.active[m])
        for k in np.flatnonzero(told.all(axis=1) & alone[1]):
            if first is second and k <= m:
                continue
            key = (_answers(first, int(m)), _answers(second, int(k)))
            both = first.slips[m], second.slips[k]
            found.setdefault(key, Likely("+".join(s.name for s in both), two_things(*(s.says for s in both)), ()))
    return list(found.values())


def _answers(table: Table, place: int) -> bytes:
    return b"".join(np.round(given.numbers, 9).tobytes() for c in table.columns if (given := c.answers[place]))


def _around_one(one: Seen, slips: Slips, listed: Table, single: Table) -> list[Likely]:
    """Where one slip explains some of the tests: is there another that explains the rest beside it?"""
    alone = (one.fits(single) & single.telling & one.failed).sum(axis=1)
    found: list[Slip] = []
    for place in sorted(np.flatnonzero(alone).tolist(), key=lambda m: (-alone[m], single.slips[m].likely))[
        :MOST_AROUND
    ]:
        if not single.slips[place].source:
            table = slips.beside(single.slips[place], one.runner)
            found += [table.slips[m] for m in one.whole(table)]
    return _told(found, listed, single)


def _at_once(one: Seen, slips: Slips, listed: Table, single: Table) -> list[Likely]:
    """Two slips made in the same run: those that fit the most telling test are tried on all."""
    test = _most_telling(one)
    table = slips.pairs(one.runner, test)
    if not table.slips:
        return []
    places = np.flatnonzero(table.columns[0].like(one.mine[test]) & table.telling[:, 0])
    fitting = sorted((table.slips[place] for place in places), key=lambda slip: slip.likely)[:MOST_CONFIRMED]
    if not fitting:
        return []
    again = slips.again(fitting, one.runner)
    whole = [again.slips[m] for m in one.whole(again)]
    return _told(whole, listed, single)


def _told(pairs: Sequence[Slip], listed: Table, single: Table) -> list[Likely]:
    """The likeliest pair, if there is one alone; else what the likeliest have in common."""
    likeliest = [pair for pair in pairs if pair.likely == min(other.likely for other in pairs)]
    told = {frozenset(said.name.split("+")): said for said in (_in_known_words(p, listed, single) for p in likeliest)}
    return list(told.values()) if len(told) == 1 else _shared(likeliest, listed, single)


def _in_known_words(pair: Slip, listed: Table, single: Table) -> Likely:
    """A pair, each of its slips called by the name of the known mistake that answers alike, if there is one."""
    names, says = zip(*(_known_as(slip, listed, single) for slip in pair.both), strict=True)
    return Likely("+".join(names), two_things(*says), ())


def _known_as(slip: Slip, listed: Table, single: Table) -> tuple[str, str]:
    if slip in single.slips and listed.slips:
        place = single.slips.index(slip)
        answers = [column.answers[place] for column in single.columns]
        none = np.zeros(len(listed.slips), dtype=bool)
        cases = zip(listed.columns, answers, strict=True)
        like = [none if answer is None else column.like(answer) for column, answer in cases]
        if (same := np.flatnonzero(np.all(like, axis=0))).size:
            return listed.slips[same[0]].name, listed.slips[same[0]].says
    return slip.name, slip.says


def _shared(pairs: Sequence[Slip], listed: Table, single: Table) -> list[Likely]:
    """Where several pairs fit, what all of them have in common is known, and no more."""
    common = [slip for slip in (pairs[0].both if pairs else ()) if all(slip in pair.both for pair in pairs)]
    if len(common) != 1:
        return []
    name, says = _known_as(common[0], listed, single)
    return [Likely(f"{name}_and_another", f"Two things; one of them is this: {says}", ())]


def _most_telling(one: Seen) -> int:
    """The test that fails with enough different numbers, and among these the smallest."""

    def worth(mine: Given, right: Given, test: Test) -> tuple[int, int]:
        told = len(np.unique(mine.numbers)) if is_telling(mine, right, test) else 0
        return min(told, ENOUGH), -mine.numbers.size

    cases = list(zip(one.mine, one.right, one.tests, strict=True))
    return max(np.flatnonzero(one.failed).tolist(), key=lambda place: worth(*cases[place]))


def _most(one: Seen, *tables: Table) -> list[Likely]:
    """The mistake that explains most of the tests that fail, where it is one alone."""
    failing = int(one.failed.sum())
    for table in tables:
        fits = one.fits(table) & one.failed
        count = fits.sum(axis=1)
        enough = (count >= max(2, math.ceil(failing * PARTLY))) & ((table.telling & fits).sum(axis=1) >= 2)
        if not enough.any():
            continue
        best = count[enough].max()
        found = _likeliest(table, np.flatnonzero(enough & (count == best)))
        if len(found) == 1:
            says = f"This fits {best} of {failing} tests: {found[0].says}"
            return [Likely(f"{found[0].name}_in_part", says, ())]
    return []
