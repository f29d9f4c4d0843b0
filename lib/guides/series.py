"""A training log as it is pasted: the losses in it, and their course."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lib.guides.finding import Seen
from lib.refusal import Refusal
from lib.tensors.number import ascii_signs

MOST_CHARACTERS = 100_000
MOST_LOSSES = 10_000

_VALUE = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|[-+]?\b(?:nan|inf(?:inity)?)\b"
_NUMBER = re.compile(rf"(?<![\w.])(?:{_VALUE})(?![\w.])", re.IGNORECASE)
_NAMED = re.compile(  # loss: 0.69, but not val_loss, and not the head of a table
    rf"(?<![A-Za-z0-9_,;|\t])(?<!val )(?<!test )(?:train(?:ing)?[ _-]?)?loss['\"]?[ \t]*(?:[:=]|is)?[ \t]*"
    rf"(?:tensor\()?[ \t]*({_VALUE})",
    re.IGNORECASE,
)
_TENSOR = re.compile(rf"\btensor\(\s*({_VALUE})[^()]*(?:\([^()]*\)[^()]*)*\)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"(?<![\w.,])([-+]?\d+),(\d+(?:[eE][-+]?\d+)?)(?![\w,]|\.\d)")
_SEPARATORS = re.compile(r"[\s,;|\[\](){}]*")

Kind = Literal["falling", "rising", "swinging", "resting", "ended"]


@dataclass(frozen=True)
class Course:
    """How a series goes, in a word and in a sentence.

    `rest` is where it has come to rest, or NaN or infinity where it ended so; None while it is on its way. `error` is
    the standard error of that mean, `half` half a unit of the last digit printed.
    """

    kind: Kind
    says: str
    rest: float | None = None
    error: float | None = None
    half: float = 0.0


def losses_in(text: str) -> list[Seen]:
    """The losses in what was typed or pasted: a number, a list, a column of a log, printed tensors.

    Where the word loss stands before numbers, those alone are meant; of a table with several columns the one named
    loss, or the last. Raises a Refusal where there is no loss.
    """
    plain = ascii_signs(text).strip()
    if len(plain) > MOST_CHARACTERS:
        raise Refusal(
            "this is {length:,} characters; expected at most {most:,}", length=len(plain), most=MOST_CHARACTERS
        )
    words = _words(_with_points(plain))
    if not words:
        says = "“{typed}” is not a number; type the loss as printed, or nan or inf."
        raise Refusal(says, typed=text.strip()[:40])
    return [_seen(word) for word in words[:MOST_LOSSES]]


def _with_points(text: str) -> str:
    """0,6931 as 0.6931, where no comma parts numbers and no point stands in one."""
    if "[" in text or re.search(r"\d\.\d|,\s|\bloss\b", text):
        return text
    return _DECIMAL_COMMA.sub(r"\1.\2", text)


def _words(text: str) -> list[str]:
    """The losses, as they are printed."""
    if named := _NAMED.findall(text):
        return named
    if tensors := _TENSOR.findall(text):
        return tensors
    lines = [line for line in text.split("\n") if line.strip()]
    table = _column(lines) if len(lines) > 1 else []
    if table:
        return table
    return _NUMBER.findall(text) if not _SEPARATORS.fullmatch(text) and not _left_over(text) else []


def _left_over(text: str) -> bool:
    """Whether anything but numbers and separators stands in the text."""
    return not _SEPARATORS.fullmatch(_NUMBER.sub(" ", text))


def _column(lines: Sequence[str]) -> list[str]:
    """The column of a table that holds the losses; nothing where the lines are no table."""
    rows = [[word for word in re.split(r"[\s,;|]+", line.strip(" |,;")) if word] for line in lines]
    heading = rows[0] if not any(_NUMBER.fullmatch(word) for word in rows[0]) else None
    body = rows[1:] if heading else rows
    if not body or len({len(row) for row in body}) > 1 or not all(_NUMBER.fullmatch(row[-1]) for row in body):
        return []
    place = next((i for i, word in enumerate(heading or ()) if "loss" in word.lower()), len(body[0]) - 1)
    found = [row[place] for row in body if place < len(row)]
    return found if all(_NUMBER.fullmatch(word) for word in found) else []


def _seen(word: str) -> Seen:
    value = float(word)
    found = re.fullmatch(r"[-+]?\d*(?:\.(\d*))?(?:[eE]([-+]?\d+))?", word)
    if found is None or found[1] is None or len(found[2] or "") > 5:
        return Seen(value)
    exponent = int(found[2] or 0) - len(found[1])
    return Seen(value, 0.5 * 10.0**exponent if -300 < exponent < 300 else 0.0)


def course_of(series: Sequence[Seen]) -> Course:
    """How the losses go: falling, rising, swinging, at rest, or ended in NaN or infinity."""
    values = np.array([seen.value for seen in series])
    broken = np.flatnonzero(~np.isfinite(values))
    if broken.size:
        return _ended(values, int(broken[0]))
    noise = _noise(values)
    tail = values[-max(3, len(values) // 3) :]
    half = max(seen.half for seen in series[-len(tail) :])
    start, end = _ends(values)
    error = float(np.std(tail, ddof=1) / math.sqrt(len(tail))) if len(tail) > 1 else 0.0
    allowed = max(2.5 * noise * math.sqrt(2 / max(1, len(values) // 3)), 2 * half, 1e-9 * abs(start))
    if len(values) < 3:  # two numbers show no noise of their own
        allowed = max(allowed, 0.02 * abs(start))
    resting = _is_flat(tail, noise, half)
    if abs(end - start) <= allowed:
        if _swings(values):
            low, high = values.min(), values.max()
            says = f"It swings between {low:.4g} and {high:.4g} and comes no lower: the steps are too large."
            return Course("swinging", says)
        says = f"It does not move: {len(values)} losses around {values.mean():.4f}."
        return Course("resting", says, float(values.mean()), _standard_error(values), half)
    if end > start:
        return Course("rising", f"It rises, from {start:.4g} to {end:.4g}: the steps go uphill, or are too large.")
    if resting and len(values) >= 6:
        says = f"It fell from {start:.4g}, and rests at {tail.mean():.4f} now."
        return Course("resting", says, float(tail.mean()), error, half)
    return Course("falling", f"It is still falling, from {start:.4g} to {end:.4g}: the model learns. Let it go on.")


def _ended(values: np.ndarray, first: int) -> Course:
    """From a healthy start to NaN: whether it rose before tells a step that was too large from a bad batch."""
    name = "NaN" if math.isnan(values[first]) else "infinite"
    if first == 0:
        return Course(
            "ended", f"It is {name} from the first number on: look at the data and the first batch.", values[0]
        )
    before = values[:first]
    grew = first > 1 and before[-1] > 2 * abs(before.min()) + 1e-9
    why = "it had been rising: the steps are too large" if grew else "nothing announced it: look at that batch"
    says = f"Number {first + 1} is {name}, after {before[-1]:.4g}; {why}."
    return Course("ended", says, float(values[first]))


def _noise(values: np.ndarray) -> float:
    """How far one loss strays from its neighbours, whatever the trend: from second differences."""
    if len(values) < 3:
        return 0.0
    return float(np.median(np.abs(np.diff(values, 2))) / (0.6745 * math.sqrt(6)))


def _ends(values: np.ndarray) -> tuple[float, float]:
    third = max(1, len(values) // 3)
    return float(values[:third].mean()), float(values[-third:].mean())


def _is_flat(tail: np.ndarray, noise: float, half: float) -> bool:
    start, end = _ends(tail)
    third = max(1, len(tail) // 3)
    return abs(end - start) <= max(2.5 * noise * math.sqrt(2 / third), 2 * half, 0.002 * abs(end))


def _swings(values: np.ndarray) -> bool:
    """Up and down by a fifth of the loss and more, step by step."""
    turns = np.diff(np.sign(np.diff(values)))
    wide = np.ptp(values) > 0.2 * abs(values.mean())
    return bool(len(values) >= 4 and wide and np.count_nonzero(turns) >= 0.6 * max(1, len(turns)))


def _standard_error(values: np.ndarray) -> float:
    return float(np.std(values, ddof=1) / math.sqrt(len(values))) if len(values) > 1 else 0.0
