"""What the letters and names of a row stand for, where an entry calculates with them: `s - 1`, `mean(l)`, `delta / 2`.

A name of an earlier row is the learner's own entry there; a row that is blank, or whose value the page covers, is open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lib.lesson.run.case import Case
from lib.lesson.spec import Numbers, Step, Tensor
from lib.lesson.working.diagnose import Part, same_value, truth_of
from lib.lesson.working.rows import Row, row_of, sample_shape
from lib.tensors.expression import Meaning
from lib.tensors.read import Typed

# The letters that formulas use for an input, where the list of symbols does not begin with its name.
_LETTERS = {
    "input": ("x",),
    "target": ("y", "t"),
    "weight": ("w",),
    "input1": ("x_1", "x1", "u"),
    "input2": ("x_2", "x2", "v"),
    "anchor": ("a",),
    "param": ("theta",),
    "grad": ("g",),
}
_GREEK = "alpha beta gamma delta epsilon varepsilon eta theta lambda mu rho sigma tau Delta".split()


def symbols_of(
    row: Row, case: Case, part: Part, asked: Sequence[Row], entries: Mapping[str, Typed]
) -> dict[str, Meaning]:
    """Every name that an entry in this row may use. `entries` are those of the rows above it.

    The gradient is worked from the right values of the forward steps, so their letters are known there.
    """
    steps = truth_of(case, part).steps
    names = _inputs(row, case, steps)
    if part == "gradient":
        names |= _finished(row, case, names)
    for step in steps.values():
        if step.name == row.step.name and not row.is_all:
            break
        for name in (*_written(step.latex), step.name, step.base):
            if _is_plain(name) and not (name in names and name in case.given and step.base != name):
                names[name] = _meaning(step, row, steps, asked, entries)
        if step.name == row.step.name:
            break
    return names


def _finished(row: Row, case: Case, inputs: Mapping[str, Meaning]) -> dict[str, Meaning]:
    """The letters of the forward steps, which the gradient starts from."""
    steps, names = case.forward.steps, dict[str, Meaning]()
    place = None if row.index is None else row.index[: len(sample_shape(steps))]
    for step in steps.values():
        value = step.value if place is None else row_of(step, steps, place).of(step.value)
        for name in (*_written(step.latex), step.name, step.base):
            if _is_plain(name) and not (name in inputs and name in case.given):
                names[name] = Meaning(step.label, value)
    return names


def _meaning(
    step: Step, row: Row, steps: Mapping[str, Step], asked: Sequence[Row], entries: Mapping[str, Typed]
) -> Meaning:
    """The learner's entry for an earlier step; a shown step's value, unless the page covers it."""
    own = [r for r in asked if r.step.name == step.name and r.key in entries]
    own.sort(key=lambda r: r.is_all is not (row.index is None))  # the whole for a whole, the sample's for a sample
    if own:
        return Meaning(step.label, entries[own[0].key].array)
    if step.given and not _covered(step, asked, entries):
        value = row_of(step, steps, row.index or ()).of(step.value) if row.index is not None else step.value
        return Meaning(step.label, value)
    return Meaning(step.label)


def _covered(given: Step, asked: Sequence[Row], entries: Mapping[str, Typed]) -> bool:
    """Whether a shown step holds the value of a row that has no right entry yet: then the page covers it."""
    if np.all(given.value == np.round(given.value)):
        return False
    waiting = (r for r in asked if r.key not in entries or not _is_right(r, entries[r.key]))
    return any(same_value(given.value, row.step.value) for row in waiting)


def _is_right(row: Row, entry: Typed) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.allclose(entry.array, row.of(row.step.value), rtol=5e-3, atol=1e-12, equal_nan=True))


def _inputs(row: Row, case: Case, steps: Mapping[str, Step]) -> dict[str, Meaning]:
    """Inputs, parameters and what an optimizer remembers, under their names and the letters of the page."""
    shape = sample_shape(steps)
    sliced = _slicing(row, shape)
    names: dict[str, Meaning] = {}
    specs = {spec.name: spec for spec in case.lesson.fields}
    for name, value in [*case.given.items(), *_remembered(case)]:
        if not _is_numeric(value):
            continue
        is_about_samples = isinstance(specs.get(name), Tensor) or name not in specs
        meaning = Meaning(name, sliced(np.asarray(value)) if is_about_samples else np.asarray(value))
        for letter in (name, *_LETTERS.get(name, ()), *_letters_of(case, name)):
            names.setdefault(letter, meaning)
        if isinstance(specs.get(name), Numbers):
            for place, number in enumerate(value, 1):
                one = Meaning(f"{name}[{place - 1}]", np.asarray(number))
                names |= {f"{name.removesuffix('s')}{sign}{place}": one for sign in ("", "_")}
    for step in steps.values():  # b ← μ b + g: in its own row, b is what was remembered
        if step.base in names and step.base not in specs:
            names |= {letter: names[step.base] for letter in _written(step.latex) if _is_plain(letter)}
    return names


def _remembered(case: Case) -> list[tuple[str, Any]]:
    state = case.given.get("state")
    return list(state.items()) if isinstance(state, Mapping) else []


def _is_numeric(value: Any) -> bool:
    if value is None or isinstance(value, bool | str):
        return False
    try:
        array = np.asarray(value)
    except ValueError:
        return False
    return array.dtype.kind in "iuf"


def _slicing(row: Row, shape: tuple[int, ...]) -> Callable[[np.ndarray], np.ndarray]:
    """Takes the chosen sample's part of a tensor that has one; the whole for a row about the whole."""
    index = row.index
    if index is None:
        return lambda value: value
    return lambda value: np.asarray(value[index]) if shape and value.shape[: len(shape)] == shape else value


def _letters_of(case: Case, name: str) -> Iterator[str]:
    """The letters whose meaning in the list of symbols begins with the name: "delta: the distance …"."""
    for latex, meaning in case.lesson.symbols:
        if re.match(rf"(?:the )?{re.escape(name)}\s*(?:$|:)", meaning) and "," not in re.sub(r"\{[^}]*\}", "", latex):
            yield from filter(_is_plain, _written(latex + "="))


def _is_plain(name: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z]\w*", name))


def _written(latex: str) -> list[str]:
    r"""How the symbol of a formula can be typed: `\hat m_i` as m_hat and mhat, `\ell_n` as l, l_n and ell."""
    symbol = re.split(r"=|\\leftarrow", latex)[0].strip()
    if "frac" in symbol or "(" in symbol:
        return []
    symbol = re.sub(r"\\(?:text|mathrm)\{(\w+)\}", r"\1", symbol)
    symbol = re.sub(r"\\(hat|bar|tilde)\s*\{?(\\?[A-Za-z]+)\}?", r"\2\1", symbol)
    parts = re.fullmatch(r"\\?([A-Za-z]+?)(hat|bar|tilde)?('?)(?:_\{?([\w,\s\\]+)\}?)?", symbol)
    if not parts:
        return []
    base = {"ell": "l", "varepsilon": "epsilon"}.get(parts[1], parts[1])
    if len(base) > 1 and base not in (*_GREEK, "var"):
        return []
    bases = [base + (f"_{parts[2]}" if parts[2] else "") + ("_prime" if parts[3] else "")]
    bases += [base + parts[2]] if parts[2] else []
    bases += [{"l": "ell", "lambda": "lambda_", "epsilon": "eps"}[b] for b in bases if b in ("l", "lambda", "epsilon")]
    below = re.sub(r"[^\w,]", "", parts[4] or "")
    if "," in below:  # x_{n,y_n} is the score of the right class: x_y, and never x alone
        return [f"{base}_{below.partition(',')[2][:1]}" for base in bases]
    return [*bases, *(f"{base}_{below}" for base in bases if below)]
