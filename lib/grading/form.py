"""Answers that are several arrays: a tuple of parts, or a dict by key, and each part may be one of these once more.

The right answer decides the form. From then on it is a row of parts, each with the way that leads to it, and an answer
of the same form is taken apart along the same ways.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lib.grading.trial import AnswerPart, Place, Trial, described
from lib.tensors.compare import numbers_of

DEEPEST = 2  # a dict of tuples, but no dict of tuples of dicts
MOST_NAMES = 8  # in a sentence
MOST_OF_A_NAME = 40  # characters


class Misfit(ValueError):
    """An answer has another form than the right one: what came, and what was expected."""


def parts_of(value: Any, names: Sequence[str] = ()) -> tuple[AnswerPart, ...]:
    """A right answer in parts; `names` are those of a tuple's. Raises Misfit for what cannot be judged."""
    if names and not (isinstance(value, tuple) and len(value) == len(names)):
        raise Misfit(f"{described(value)} came back; expected {_a_tuple(names)}, as parts in exercise.toml has it")
    return tuple(_spread(value, AnswerPart("", value), names))


def _spread(value: Any, whole: AnswerPart, names: Sequence[str] = ()) -> Iterator[AnswerPart]:
    inside = list(_inside(value, whole.name, names))
    if not inside:
        if numbers_of(value) is None:
            raise Misfit(f"{_of(whole.name)}{described(value)} came back; expected numbers, or a tuple or dict of them")
        yield whole
        return
    if len(whole.path) == DEEPEST:
        raise Misfit(f"{whole.name} is {described(value)}; expected an array: parts are nested one level at most")
    for place, item in inside:
        yield from _spread(item, AnswerPart(place.name, item, path=(*whole.path, place)))


def _inside(value: Any, of: str, names: Sequence[str]) -> Iterator[tuple[Place, Any]]:
    """What a tuple or a dict holds. A list is one array, where it is a regular block of numbers."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield Place("dict", key, f"{of}.{_readable(key)}" if of else _readable(key)), item
    elif isinstance(value, tuple) or (isinstance(value, list) and numbers_of(value) is None):
        for number, item in enumerate(value):
            yield Place("tuple", number, names[number] if names else f"{of or 'result'}[{number}]"), item


def in_parts(trial: Trial, right: Sequence[AnswerPart]) -> Trial:
    """The trial with its answer taken apart as the right one is; with a misfit, where it has another form."""
    if not right or not right[0].path or trial.misfit or len(trial.parts) != 1 or trial.parts[0].path:
        return trial
    try:
        return replace(trial, parts=tuple(_followed(trial.parts[0].value, right)))
    except Misfit as misfit:
        return replace(trial, parts=(), misfit=f"{misfit}.")


def _followed(value: Any, right: Sequence[AnswerPart], depth: int = 0, whole: str = "") -> Iterator[AnswerPart]:
    if len(right[0].path) == depth:
        yield replace(right[0], value=value)
        return
    grouped = _grouped(right, depth)
    (_need_dict if right[0].path[depth].sort == "dict" else _need_tuple)(value, list(grouped), whole)
    for place, group in grouped.items():
        yield from _followed(value[place.key], group, depth + 1, place.name)


def _grouped(right: Sequence[AnswerPart], depth: int) -> dict[Place, list[AnswerPart]]:
    grouped: dict[Place, list[AnswerPart]] = {}
    for part in right:
        grouped.setdefault(part.path[depth], []).append(part)
    return grouped


def _need_tuple(value: Any, places: Sequence[Place], whole: str) -> None:
    if not isinstance(value, tuple | list) or len(value) != len(places):
        names = [place.name for place in places]
        raise Misfit(f"{_of(whole)}{described(value)} came back; expected {_a_tuple(names)}")


def _need_dict(value: Any, places: Sequence[Place], whole: str) -> None:
    wanted = [place.key for place in places]
    names = _listed(wanted)
    if not isinstance(value, Mapping):
        raise Misfit(f"{_of(whole)}{described(value)} came back; expected a dict with {names}")
    missing = [key for key in wanted if key not in value]
    extra = [key for key in value if key not in wanted]
    if missing:
        close = difflib.get_close_matches(_readable(missing[0]), [_readable(key) for key in extra], 1)
        holds = f"is {close[0]} meant?" if close else f"it holds {_listed(list(value)) or 'nothing'}"
        raise Misfit(f"{_of(whole)}the dict has no {_readable(missing[0])}: {holds}; expected {names}")
    if extra:
        raise Misfit(f"{_of(whole)}the dict also holds {_listed(extra)}; expected {names} and nothing else")


def joined(parts: Sequence[AnswerPart], depth: int = 0) -> Any:
    """The parts put together again: the answer that they were taken from."""
    if len(parts[0].path) == depth:
        return parts[0].value
    values = {place.key: joined(group, depth + 1) for place, group in _grouped(parts, depth).items()}
    return values if parts[0].path[depth].sort == "dict" else tuple(values.values())


def build(value: Any) -> Any:
    """How an answer is built, without its numbers: what two answers that do not fit may have in common."""
    if isinstance(value, Mapping):
        return {key: build(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [build(item) for item in value]
    return type(value).__name__


def _a_tuple(names: Sequence[str]) -> str:
    return f"a tuple of {len(names)}: {_listed(names)}"


def _of(whole: str) -> str:
    return f"{whole}: " if whole else ""


def _listed(names: Sequence[Any]) -> str:
    shown = ", ".join(map(_readable, names[:MOST_NAMES]))
    return f"{shown} …" if len(names) > MOST_NAMES else shown


def _readable(key: Any) -> str:
    """A key as text: a learner's may be a number, very long, or half a character."""
    text = (key if isinstance(key, str) else repr(key)).encode("utf-8", "replace").decode()
    return text if len(text) <= MOST_OF_A_NAME else f"{text[: MOST_OF_A_NAME - 2]} …"
