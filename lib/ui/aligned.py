"""Two arrays under each other, number by number, with those that differ marked: as an HTML table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from itertools import product

import numpy as np

MOST_CELLS = 64  # a larger array is shown as a picture

CSS = """
<style>
.aligned, .aligned > div { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; overflow-x: auto; }
.aligned table { border-collapse: collapse; font: 0.8125rem/1.5 "Source Code Pro", ui-monospace, monospace; }
.aligned caption { caption-side: top; text-align: left; white-space: nowrap; font-family: inherit; opacity: 0.8; }
.aligned th { font-weight: 400; text-align: left; padding-right: 0.75rem; }
.aligned td { text-align: right; padding: 0 0.4rem; white-space: nowrap; }
.aligned mark { color: light-dark(#8c1d18, #ffb4ab); background: light-dark(#f9dedc, #5c1f1b); padding: 0 0.2rem;
  border-radius: 0.2rem; font-weight: 600; }
[data-testid="stCode"] .token.inserted { color: light-dark(#1d6a3f, #8fd6ac) !important; }
[data-testid="stCode"] .token.deleted { color: light-dark(#a3261e, #ff9a90) !important; }
</style>
"""


def differing(got: np.ndarray, expected: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    """Where two arrays of one shape differ by more than is allowed; NaN fits NaN, inf fits inf of its sign."""
    mine, right = _wide(got), _wide(expected)
    finite = np.isfinite(mine) & np.isfinite(right)
    with np.errstate(all="ignore"):
        near = finite & (np.abs(mine - right) <= rtol * np.abs(right) + atol)
    return ~((mine == right) | near | (np.isnan(mine) & np.isnan(right)))


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def aligned(got: np.ndarray, expected: np.ndarray, off: np.ndarray) -> str:
    """The table: two rows for one dimension; for more, two blocks side by side for each slice."""
    mine, right = _texts(got, expected, off)
    if got.ndim < 2:
        return _boxed([_two_rows(mine.reshape(-1), right.reshape(-1), off.reshape(-1))])
    blocks = []
    for lead in product(*(range(size) for size in got.shape[:-2])):
        at = f"[{', '.join(map(str, lead))}] " if lead else ""
        none = np.zeros(off[lead].shape, bool)
        pair = _block(f"{at}expected", right[lead], none) + _block(f"{at}got", mine[lead], off[lead])
        blocks.append(f"<div>{pair}</div>")
    return _boxed(blocks)


def side_by_side(named: Mapping[str, np.ndarray]) -> str:
    """Arrays of different shapes, each as a table under its name."""
    return _boxed([_alone(name, array) for name, array in named.items()])


def _alone(name: str, array: np.ndarray) -> str:
    rows = np.atleast_2d(array) if array.ndim < 2 else array.reshape(-1, array.shape[-1])
    return _block(name, _each(rows, _short), np.zeros(rows.shape, bool))


def _texts(got: np.ndarray, expected: np.ndarray, off: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each number to six digits, or to all of them where six would hide the difference."""
    mine, right = _each(got, _short), _each(expected, _short)
    hidden = off & (mine == right)
    mine[hidden], right[hidden] = _each(got, _long)[hidden], _each(expected, _long)[hidden]
    return mine, right


def _each(array: np.ndarray, text: Callable[[object], str]) -> np.ndarray:
    return np.array([text(value) for value in array.reshape(-1).tolist()], dtype=object).reshape(array.shape)


def _short(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float | complex) else str(value)


def _long(value: object) -> str:
    return repr(value)


def _two_rows(got: np.ndarray, expected: np.ndarray, off: np.ndarray) -> str:
    rows = (("expected", _cells(expected, np.zeros(off.shape, bool))), ("got", _cells(got, off)))
    lines = "".join(f'<tr><th scope="row">{name}</th>{cells}</tr>' for name, cells in rows)
    return f"<table>{lines}</table>"


def _block(name: str, texts: np.ndarray, off: np.ndarray) -> str:
    rows = "".join(f"<tr>{_cells(row, marked)}</tr>" for row, marked in zip(texts, off, strict=True))
    return f"<table><caption>{escape(name)}</caption>{rows}</table>"


def _cells(texts: np.ndarray, off: np.ndarray) -> str:
    return "".join(
        f"<td><mark>{escape(text)}</mark></td>" if marked else f"<td>{escape(text)}</td>"
        for text, marked in zip(texts, off, strict=True)
    )


def _boxed(tables: list[str]) -> str:
    return f'<div class="aligned" translate="no">{"".join(tables)}</div>'
