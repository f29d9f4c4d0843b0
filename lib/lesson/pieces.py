"""What several hand calculations share: log-softmax, the reduction, and numbers set in LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from lib.lesson.spec import Choice, Step, Steps


def class_last(scores: np.ndarray) -> np.ndarray:
    """Moves the classes from torch's place (axis 1, or the only axis) to the end: (batch, d1, …, classes)."""
    return np.moveaxis(scores, 1, -1) if scores.ndim > 1 else scores


def class_second(by_class: np.ndarray) -> np.ndarray:
    """Undoes class_last."""
    return np.moveaxis(by_class, -1, 1) if by_class.ndim > 1 else by_class


def shifted(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest score of each sample, and log Σ e^(score − largest): safe where Σ e^score overflows."""
    largest = scores.max(axis=-1, initial=-np.inf)
    return largest, np.log(np.exp(scores - largest[..., None]).sum(axis=-1))


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """log of the softmax over the last axis, computed on shifted scores as torch does."""
    largest, log_total = shifted(scores)
    return scores - largest[..., None] - log_total[..., None]


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^(−x)), without overflow on either side."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + e^x), without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def carry(precise: np.ndarray, shown: np.ndarray, sent: np.ndarray) -> np.ndarray:
    """Goes on with the precise value, moved by as much as the learner's answer differs from what was shown.

    A step may show a number that has lost digits (log Σ e^x near 1e9) while the next step needs them.
    """
    return precise + np.where(sent == shown, 0.0, sent - shown)


def reduce(
    each: np.ndarray,
    reduction: str,
    *,
    divisor: Any = None,
    divisor_latex: str = r"W = N",
    divisor_worked: Callable[..., str] | None = None,
    divisor_words: str = "Count the losses.",
    letter: str = "n",
) -> Steps:
    """From the losses to the result: none keeps them, sum adds them, mean divides by `divisor` (their count)."""
    if reduction == "none":
        yield Step("loss", rf"L_{letter} = \ell_{letter}", each, words="Nothing to do: the losses are the result.")
        return
    if reduction == "sum":
        latex = rf"L = \sum_{letter} \ell_{letter}"
        yield Step("loss", latex, each.sum(), worked=lambda: total(each), words="Add the losses up.")
        return
    count = each.size if divisor is None else divisor
    divide_by = yield Step(
        "divisor",
        divisor_latex,
        np.asarray(count, dtype=each.dtype),
        worked=divisor_worked,
        given=bool(each.size == 1 and count == 1),
        words=divisor_words,
    )
    yield Step(
        "loss",
        rf"L = \frac{{1}}{{W}} \sum_{letter} \ell_{letter}",
        each.sum() / divide_by,
        worked=lambda: rf"\frac{{{total(each)}}}{{{num(divide_by)}}}",
        words="Add the losses up and divide.",
    )


def share(done: Any, reduction: str, letter: str = "n") -> Steps:
    """How much the result moves when one loss moves by 1; the first step of most gradients. Returns it."""
    if reduction != "mean":
        return np.float64(1.0)
    divisor = done["divisor"]
    answer = yield Step(
        "share",
        rf"\frac{{\partial L}}{{\partial \ell_{letter}}} = \frac{{1}}{{W}}",
        np.asarray(1 / divisor),
        worked=lambda: rf"\frac{{1}}{{{num(divisor)}}}",
        given=bool(divisor == 1),
        words="The mean divides every loss by the same number, so each loss counts one part of it.",
    )
    return answer


def num(value: Any) -> str:
    """A number in LaTeX, to four significant digits; negative ones in brackets so that they can stand in a product."""
    number = float(np.asarray(value).reshape(()))
    if np.isnan(number):
        return r"\text{NaN}"
    text = r"\infty" if np.isinf(number) else _plain(abs(number))
    return f"({'-'}{text})" if number < 0 else text


def _plain(number: float) -> str:
    mantissa, _, exponent = f"{number:.4g}".partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def total(values: Any, most: int = 6) -> str:
    """a + b + c, cut after `most` terms."""
    return joined((num(v) for v in np.ravel(values)), " + ", most)


def joined(terms: Iterable[str], sign: str, most: int = 6) -> str:
    """The terms with a sign between them; a long list is cut in the middle."""
    terms = list(terms)
    if len(terms) > most:
        terms = [*terms[: most - 2], r"\dots", terms[-1]]
    return sign.join(terms) or "0"


def numeral(value: Any) -> str:
    """A real or complex number in LaTeX."""
    number = complex(np.asarray(value).reshape(()))
    if not np.iscomplexobj(value):
        return num(value)
    return rf"({num(number.real)} + {num(number.imag)}\,i)"


def direction(error: np.ndarray) -> np.ndarray:
    """The slope of |e| as torch has it: −1, 0 or 1, and 0 at NaN; for complex numbers e/|e|, and 0 at 0."""
    if not np.iscomplexobj(error):
        return np.nan_to_num(np.sign(error))
    size = np.abs(error)
    return error / np.where(size == 0, 1.0, size)


def gathered(gradient: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Adds a gradient up over the axes that broadcasting added or stretched, back to `shape`."""
    summed = gradient.sum(axis=tuple(range(np.ndim(gradient) - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size != np.shape(summed)[axis])
    return summed.sum(axis=stretched, keepdims=True)


def through_difference(
    each: Any,
    slope: np.ndarray,
    input: np.ndarray,
    target: np.ndarray,
    formula: str = r"\frac{\partial L}{\partial \ell_i}\, g_i",
) -> Steps:
    """The gradient of losses of e = input − target: input gets share times slope, target the same turned round.

    Where broadcasting used a number several times, its parts add up.
    """
    for tensor, name, symbol, sign in ((input, "input", "x", ""), (target, "target", "y", "-")):
        if tensor.dtype.kind not in "fc":
            continue
        pull = (-each if sign else each) * slope
        whole = tensor.shape == np.shape(slope)
        total_sign = "" if whole else r"\sum "
        yield Step(
            f"d_{name}",
            rf"\frac{{\partial L}}{{\partial {symbol}_i}} = {sign}{total_sign}{formula}",
            gathered(pull if np.iscomplexobj(tensor) else np.real(pull), tensor.shape),
            axes="i" if whole else "",
            worked=(lambda *i, sign=sign: rf"{sign}{num(each)} \cdot {numeral(slope[i])}") if whole else None,
            words="The share of the loss in the result, times how fast the loss moves with the error."
            if name == "input"
            else "The error falls when the target rises, so the target gets the same with the other sign.",
        )


def bare(value: Any) -> str:
    """A number in LaTeX without brackets of its own: between bars, in brackets, as an exponent."""
    return numeral(value).removeprefix("(").removesuffix(")")


def in_floats(numbers: np.ndarray) -> np.ndarray:
    """Whole numbers as torch makes them floating-point: in single precision. Other numbers stay as they are."""
    return numbers if numbers.dtype.kind in "fc" else numbers.astype(np.float32)


def vector_norm(vectors: np.ndarray, p: float) -> np.ndarray:
    """How long each vector along the last axis is: (Σ |v|^p)^(1/p), as torch has it for every p.

    p = 0 counts the coordinates that are not 0, p = ±inf takes the largest or smallest; one coordinate is its own size.
    """
    size = np.abs(np.atleast_1d(vectors))
    if p == 0:
        return (size != 0).sum(-1).astype(size.dtype)
    if size.shape[-1] == 1 and np.ndim(vectors):
        return size[..., 0]
    if np.isinf(p):
        return size.max(-1) if p > 0 else size.min(-1)
    if p == 1:
        return size.sum(-1)
    return np.sqrt((size * size).sum(-1)) if p == 2 else (size**p).sum(-1) ** (1 / p)


def norm_slope(vectors: np.ndarray, p: float) -> np.ndarray:
    """How fast vector_norm moves with each coordinate, as torch has it: 0 where the norm is 0, shared at ties."""
    size, sign = np.abs(vectors), direction(vectors)
    norm = np.reshape(vector_norm(vectors, p), np.shape(vectors)[:-1] + (1,) * (np.ndim(vectors) > 0))
    if p == 0:
        return np.zeros_like(vectors)
    if p == 1:
        return sign
    if p == 2:
        return np.where(norm == 0, 0.0, vectors / norm)
    if np.isinf(p):
        decides = (size == norm) | np.isnan(size)
        return sign * decides / decides.sum(axis=-1 if np.ndim(vectors) else None, keepdims=True)
    if p < 1:
        return np.where(size == 0, 0.0, size ** (p - 1)) * sign * norm ** (1 - p)
    return sign * size ** (p - 1) * np.where(norm == 0, 0.0, 1 / norm ** (p - 1))


UNIT = Choice(
    "unit",
    "nats",
    ("nats", "bits", "bans"),
    "What surprise is measured in: nats (natural logarithm), bits (base 2) or bans (base 10).",
)


def logarithm(unit: str) -> tuple[Callable[[np.ndarray], np.ndarray], str]:
    """The logarithm that measures in `unit`, and how it is written in LaTeX."""
    logarithms = {"nats": (np.log, r"\ln"), "bits": (np.log2, r"\log_2"), "bans": (np.log10, r"\log_{10}")}
    return logarithms[unit]


def nats_in(unit: str) -> float:
    """How many nats one `unit` is: 1 for nats, ln 2 for bits, ln 10 for bans. ValueError for any other unit."""
    nats = {"nats": 1.0, "bits": float(np.log(2)), "bans": float(np.log(10))}
    if unit not in nats:
        raise ValueError(f"unit is {unit!r}; expected nats, bits or bans.")
    return nats[unit]


def weighted(p: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """Each logarithm times its probability, where 0 times infinity counts 0: what never happens adds nothing."""
    return np.where(p == 0, 0.0, p * logs)


def minimum_shares(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which part of a minimum's gradient each argument gets, as torch has it: equal ones share it."""
    half = np.where(first == second, 0.5, 1.0)
    return np.where(first > second, 0.0, half), np.where(first < second, 0.0, half)


def through_distance(pull: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """A pull on each distance times the distance's slopes along the coordinates (last axis).

    Where one distance served several samples, their pulls add up.
    """
    per_distance = gathered(np.asarray(pull), np.shape(slopes)[:-1])
    return (per_distance[..., None] if np.ndim(slopes) else per_distance) * slopes


def score_behind(sent: np.ndarray, shown: np.ndarray, score: np.ndarray) -> np.ndarray:
    """The score whose sigmoid is the learner's answer; the precise score where the answer is what was shown.

    A sigmoid near 0 or 1 has lost digits that the logarithm of it needs.
    """
    return np.where(sent == shown, score, np.log(sent) - np.log1p(-sent))
