"""Every text reaches the screen through `say`, so that another language needs a catalogue and no second app."""

from __future__ import annotations

import re
from string import Formatter
from typing import Any

import numpy as np

from lib.refusal import Refusal
from lib.tensors.write import format_tensor


def say(text: str, /, **values: object) -> str:
    """The text as the learner reads it, with `values` filled in for {names}."""
    return text.format(**values) if values else text


def say_error(error: Exception) -> str:
    """What an error says, as Markdown. A refusal of ours is looked up as a whole sentence, whatever it tells of.

    What it tells of comes from outside, and so may the words of other errors: they are shown as they are.
    """
    if isinstance(error, Refusal):
        return _AsTheyAre().vformat(say(error.text), (), error.values) if error.values else say(error.text)
    return plain(say(str(error)))


def plain(text: str) -> str:
    """Text that may hold anything, for a place that reads Markdown: every character stands for itself.

    Words from a link, a field, a file, or from an error that quotes them: no link, no picture, no formula and no colour
    comes of them.
    """
    line = _BREAKS.sub(" ", text).strip()
    return _LINKED.sub(_parted, _LISTED.sub(r"\1\\\2", _SIGNS.sub(r"\\\g<0>", line)))


def coloured(colour: str, text: str) -> str:
    """Markdown in a colour, whatever brackets it holds: a bare ] would end the colour, and be lost."""
    return f":{colour}[{_BARE_BRACKETS.sub(lambda found: f'&#{ord(found[0])};', text)}]"


_BARE_BRACKETS = re.compile(r"(?<!\\)[\[\]]")
_SIGNS = re.compile(r"[\\`*_\[\]<>{}$~&|#]")
_LISTED = re.compile(r"^([0-9]*)([-+.)])(?=[\s\-+.)]|$)")  # at the start, a list or a rule; -1 and 1.5 are neither
_BREAKS = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
# What browsers make of bare addresses and of :words:, even of escaped ones, is a link or an icon. A word joiner, which
# has no width, parts them.
_LINKED = re.compile(r"(:)(//|[a-z0-9+_\\-]+[:/])|(www)(\.)|(@)(.)", re.IGNORECASE)


def _parted(found: re.Match[str]) -> str:
    first, second = filter(None, found.groups())
    return f"{first}\u2060{second}"


class _AsTheyAre(Formatter):
    """Fills a sentence in with words from outside."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return plain(str(super().format_field(value, format_spec)))


def number(value: object) -> str:
    """A result as torch prints it: four decimals, or scientific where that says nothing."""
    array = np.asarray(value)
    if array.ndim == 0:
        return _one(float(array))
    shown = ", ".join(_one(float(v)) for v in array.reshape(-1)[:8]) if array.ndim == 1 else ""
    return f"[{shown}{', …' if array.size > 8 else ''}]" if shown else _block(array)


def _one(value: float) -> str:
    if not np.isfinite(value) or value == 0 or 1e-4 <= abs(value) < 1e6:
        return f"{value:.4f}" if np.isfinite(value) and value != int(value) else f"{value:g}"
    return f"{value:.4g}"


def _block(array: np.ndarray) -> str:
    text = format_tensor(array[(slice(0, 4),) * array.ndim], digits=4)
    return text + (" …" if any(size > 4 for size in array.shape) else "")


def shape(array: np.ndarray) -> str:
    """(3, 2) float32, as beside a field."""
    return f"({', '.join(map(str, array.shape))}{',' if array.ndim == 1 else ''}) {array.dtype.name}"
