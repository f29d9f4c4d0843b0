"""Which file counts for an exercise: one rule for a class, for Gradescope and for the app.

A file that fills the function in beats one that leaves it as it was given; of several attempts the newest beats the
older ones; `old`, `copy`, `backup`, `starter` and `(1)` in a name lose; the file named after the exercise beats
others. What is left after that is a tie, and a tie is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from lib.exercises import EXERCISES, Exercise
from lib.grading.classroom.bodies import Body, body_of, same_code
from lib.grading.classroom.sources import MOST_LISTED, Refused, Source, listed, told_together
from lib.grading.names import close_names

_LOSES = (
    "old",
    "copy",
    "backup",
    "bak",
    "starter",
    "template",
    "checkpoint",
    "kopie",
    "copia",
    "copie",
    "cópia",
    "kopia",
)
_LOSES_ANYWHERE = re.compile(r"\(\d+\)|副本|备份|備份|旧|舊|копия|コピー")
_WORD = re.compile(r"[^\W_]+")
_VERSION = re.compile(r"(?<=[^\W\d_])_?(?:v?\d+|final|new)$")


@dataclass(frozen=True)
class Chosen:
    """The file that counts, and the function's name in it if it is another than the exercise asks for.

    `passed_over` are the others that define the function; `doubt` says what may be wrong with the choice.
    """

    exercise: Exercise
    source: Source
    function: str = ""
    passed_over: tuple[Source, ...] = ()
    doubt: str = ""


@dataclass(frozen=True)
class Tie:
    """Files that compete: nobody but the student, or the instructor, can say which one is meant."""

    exercise: Exercise
    sources: tuple[Source, ...]

    @property
    def says(self) -> str:
        """In words for the student."""
        names = listed([source.name for source in self.sources])
        return f"{self.exercise.function} is in {names}; hand in one of them"


@dataclass(frozen=True)
class Unread:
    """The answer may be in one of these files, which could not be read: no mark, and no zero."""

    exercise: Exercise
    files: tuple[Refused, ...]

    @property
    def says(self) -> str:
        """In words for the student."""
        return "; ".join(f"{file.name}: {file.why}" for file in told_together(self.files)[:MOST_LISTED])


@dataclass(frozen=True)
class Nowhere:
    """No file defines the function, and all could be read. `likeliest` is the one to show to its author, if any;
    `nothing_like_it` says that no other name is close, and no part of a file unread: it was not handed in."""

    exercise: Exercise
    likeliest: Source | None = None
    nothing_like_it: bool = False


class NoSuchFile(ValueError):
    """Says which word does not name a file."""


Choice = Chosen | Tie | Unread | Nowhere


@dataclass(frozen=True)
class _Candidate:
    source: Source
    function: str
    body: Body


def chosen(
    exercise: Exercise,
    sources: Sequence[Source],
    unread: Sequence[Refused] = (),
    *,
    names: Mapping[str, str] | None = None,
    guess: bool = False,
) -> Choice:
    """The one of a student's files that counts for the exercise.

    `sources` are the files that could be read (`source_of(name, data)` makes one), `unread` those that could not.
    `names` maps other names of functions to the exercises' own; `guess` takes the likeliest one if ours is nowhere.
    """
    wanted = exercise.function
    called = [wanted, *(theirs for theirs, ours in (names or {}).items() if ours == wanted)]
    found = [one for source in sources if (one := _best_in(exercise, source, called))]
    best = _winners(exercise, found)
    if perhaps := _may_hold_it(exercise, best, unread):
        return Unread(exercise, perhaps)
    if not best:
        return _guessed(exercise, sources, guess)
    if len(best) > 1:
        return Tie(exercise, tuple(one.source for one in best))
    others = tuple(one.source for one in found if one is not best[0])
    renamed = "" if best[0].function == wanted else best[0].function
    return Chosen(exercise, best[0].source, renamed, others, _doubt(best[0], found))


def picked(choice: Choice, sources: Sequence[Source], word: str) -> Source:
    """The file that the instructor's word means: its name or, of a tie, its number from 1. Raises NoSuchFile."""
    offered = choice.sources if isinstance(choice, Tie) else ()
    if word.isdecimal() and 0 < int(word) <= len(offered):
        return offered[int(word) - 1]
    named = [source for source in sources if source.name == word]
    if not named:
        raise NoSuchFile(f"{word} is none of {', '.join(source.name for source in sources) or 'no files'}")
    return named[0]


def _best_in(exercise: Exercise, source: Source, called: Sequence[str]) -> _Candidate | None:
    """The function in this file, under the first of its names that has the most in it."""
    bodies = [_Candidate(source, name, body) for name in called if (body := body_of(source, name, exercise.starter))]
    return max(bodies, key=lambda one: one.body, default=None)


def _winners(exercise: Exercise, found: Sequence[_Candidate]) -> list[_Candidate]:
    """Those that no other beats, one of each that say the same."""
    newer = [one for one in found if one.body >= Body.ELSEWHERE]
    left = [one for one in found if not any(two.source.attempt.replaces(one.source.attempt) for two in newer)]
    left = _most(left, lambda one: one.body)
    left = [one for one in left if not any(two.source.attempt.replaces(one.source.attempt) for two in left)]
    left = _most(left, lambda one: not loses(one.source.name))
    left = _most(left, lambda one: named_after(exercise, one.source.name))
    left = _most(left, lambda one: one.function == exercise.function)
    different: list[_Candidate] = []
    for one in left:
        if not any(_are_same(one, two) for two in different):
            different.append(one)
    return different


def _are_same(one: _Candidate, other: _Candidate) -> bool:
    return one.function == other.function and same_code(one.source.text, other.source.text, one.function)


def _most(found: Sequence[_Candidate], worth: Callable[[_Candidate], int]) -> list[_Candidate]:
    best = max(map(worth, found), default=0)
    return [one for one in found if worth(one) == best]


def loses(name: str) -> bool:
    """Whether the name says that the file is not the one that is meant: old, a copy, a backup, the starter."""
    words = {word.rstrip("0123456789") for word in _words(name)}
    return bool(words & set(_LOSES) or _LOSES_ANYWHERE.search(name))


def named_after(exercise: Exercise, name: str) -> int:
    """How surely the file, or its folder, is called after the exercise: 4 if like it, 3 if that is part of the name;
    2 and 1 for its function, which other exercises may share."""
    slug, function = ("_".join(_words(one)) for one in (exercise.slug, exercise.function))
    stems = ["_".join(_words(part.partition(".")[0])) for part in PurePosixPath(name).parts]
    stems += [_VERSION.sub("", stem) for stem in stems]
    whole = {stem.replace("_", "") for stem in stems}
    known = {"_".join(_words(one)) for one in EXERCISES} | {slug, function}
    within = {max((one for one in known if f"_{one}_" in f"_{stem}_"), key=len, default="") for stem in stems}
    fits = (slug.replace("_", "") in whole, slug in within, function.replace("_", "") in whole, function in within)
    return next((4 - place for place, fit in enumerate(fits) if fit), 0)


def _words(name: str) -> list[str]:
    """The words of a name in small letters: HuberLoss-2.py has huber, loss, 2 and py."""
    parted = re.sub(r"(?<=[a-z\d])(?=[A-Z])", "_", name)
    return [word.casefold() for word in _WORD.findall(parted)]


def _may_hold_it(exercise: Exercise, best: Sequence[_Candidate], unread: Sequence[Refused]) -> tuple[Refused, ...]:
    """The files that could not be read and that may be the one: all where the function is nowhere filled in, else
    those that would beat what was found."""
    if not best or best[0].body < Body.FILLED_IN:
        return tuple(unread)
    return tuple(file for file in unread if all(_would_beat(exercise, file, one.source) for one in best))


def _would_beat(exercise: Exercise, file: Refused, source: Source) -> bool:
    if file.attempt.replaces(source.attempt):
        return True
    if source.attempt.replaces(file.attempt) or loses(file.name):
        return False
    return loses(source.name) or named_after(exercise, file.name) > named_after(exercise, source.name)


def _guessed(exercise: Exercise, sources: Sequence[Source], guess: bool) -> Chosen | Nowhere:
    close = [(source, name) for source in sources for name in close_names(exercise.function, source.contents.functions)]
    if close and guess:
        return Chosen(exercise, close[0][0], close[0][1], doubt=f"{exercise.function} is taken to be {close[0][1]}")
    broken = [source for source in sources if source.contents.error]
    likely = [source for source, _ in close] or broken or list(sources)
    return Nowhere(exercise, likely[0] if close else likely[-1] if likely else None, not (close or broken))


def _doubt(best: _Candidate, found: Sequence[_Candidate]) -> str:
    """What an instructor may want to look at: the newest attempt is not the one that counts, or does not parse."""
    newer = [one.source.name for one in found if one.source.attempt.replaces(best.source.attempt)]
    if newer:
        return f"{newer[0]} is newer, but leaves {best.function} as it was given; {best.source.name} counts"
    broken = [one.source.name for one in found if one.body is Body.BROKEN and one.body < best.body]
    return f"{best.function} does not parse in {broken[0]}; {best.source.name} counts" if broken else ""
