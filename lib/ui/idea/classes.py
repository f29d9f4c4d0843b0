"""One right class among several: its share, and minus the logarithm of that."""

from __future__ import annotations

import math
from itertools import islice

import numpy as np

from lib.lesson.pieces import checks
from lib.lesson.pieces.scores import class_last
from lib.ui.idea.shown import MOST_BARS, OPEN, Bar, Bars, Dot, Plane, Strip, digits, equals, finite, power_of_e, read
from lib.ui.idea.view import View
from lib.ui.text import say

LOG_LAW = "−log(eˣ / Σ eˣ) = log Σ eˣ − x"
MOST_SOLVED = 12  # samples drawn as hollow dots
HIGHEST = 3.0  # of the curve, in nats, unless the point stands higher


def cross_entropy(view: View) -> Strip:
    """Scores → eˣ → shares → minus the logarithm of the right one."""
    scores = class_last(view.given["input"])[view.sample]
    total = view.one("log_sum_exp")
    with np.errstate(all="ignore"):
        surprise = total - scores
    if checks.is_float(view.given["target"]):
        return _of_mixed_targets(view, scores, surprise)
    right = int(view.given["target"].reshape(view.steps["log_sum_exp"].value.shape)[view.sample])
    if right == view.given["ignore_index"]:
        return _ignored(view, scores, surprise)
    part = view.first("right_class_part", "loss_per_sample")
    panels = (
        *_to_shares(view, scores, surprise, {right}),
        curve_of_log(view, float(surprise[right]), part, _others(view, part)),
    )
    return Strip(panels, _of_right(view, right, float(surprise[right]), part), _meets(view, right, part))


def _to_shares(view: View, scores: np.ndarray, surprise: np.ndarray, marked: set[int]) -> tuple[Bars, Bars, Bars]:
    """The scores, e to each of them, and each one's part of the sum."""
    seen = {c: power_of_e(float(x)) for c, x in enumerate(scores.tolist())} if scores.size <= 1000 else None
    parts = {c: power_of_e(-float(s)) for c, s in enumerate(surprise.tolist())} if scores.size <= 1000 else None
    with np.errstate(all="ignore"):
        powers, shares = np.exp(scores - np.max(scores, initial=-np.inf)), np.exp(-surprise)
    return (
        view.of_each(say("scores x"), scores, marked),
        view.of_each(say("eˣ"), powers, marked, texts=seen),
        view.of_each(
            say("shares of the sum") if len(scores) <= MOST_BARS else say("shares"),
            shares,
            marked,
            texts=parts,
            whole=1.0,
        ),
    )


def curve_of_log(
    view: View,
    surprise: float,
    step: str,
    others: list[float],
    caption: str = "−log of the right share",
    name: str = "share",
    unit: float = 1.0,
) -> Plane:
    """−log from 0 to 1 with this share on it; `others` are the surprises of solved samples, `unit` is in nats."""
    top = max([HIGHEST, *(1.15 * s for s in finite([surprise, *others]))])
    least = math.exp(-min(top * unit, 700.0))
    shares = np.unique(np.concatenate([np.geomspace(least, 1, 30), np.linspace(0.02, 1, 30)]))
    at, y = _share(surprise * unit), min(surprise, top)
    dots = [Dot(_share(s * unit), s, tone="hollow") for s in finite(others)]
    guides = (((0.0, y), (at, y)), ((at, 0.0), (at, y))) if math.isfinite(at + y) else ()
    return Plane(
        say(caption),
        (0.0, 1.0),
        (min(0.0, y) if math.isfinite(y) else 0.0, top),
        ((shares, -np.log(shares) / unit),),
        (*dots, Dot(at, y, view.under(step, surprise))),
        guides,
        ("" if view.alone else "0", say(name), "" if view.alone else "1"),
    )


def _share(surprise: float) -> float:
    """e to minus the surprise; 0 where that is too small for a number."""
    return math.exp(-min(surprise, 745.0)) if surprise > -700 else math.nan


def _others(view: View, part: str) -> list[float]:
    """The surprises of other samples whose losses are solved already."""
    target, total = view.given["target"], view.steps["log_sum_exp"].value
    scores = class_last(view.given["input"])
    target = target.reshape(total.shape)
    found = []
    everywhere = np.ndindex(total.shape) if f"{part}_all" in view.found else view.solved
    for at in islice(everywhere, MOST_SOLVED):
        if at != view.sample and target[at] != view.given["ignore_index"]:
            found.append(float(total[at] - scores[at][int(target[at])]))
    return found


def _of_right(view: View, right: int, surprise: float, part: str) -> tuple[str, ...]:
    """What the picture says, with this sample's numbers as far as they are known."""
    general = say("e to each score, divided by their sum: that is each class’s share.")
    if view.alone:
        return general, say("The loss is −log of the target’s share: the smaller the share, the larger the loss.")
    share = power_of_e(-surprise)
    who = view.name_of_sample()
    first = say("{who}: the right class {c} has *{share}* of the whole", who=who, c=right, share=share)
    if not view.knows(part):
        tail = say("; −log of that is its loss{rest}.", rest=_rest(view, part))
        return general, first + tail
    value = digits(surprise)
    if share.startswith("≈"):
        tail = say("; −log of that, *{value}*,", value=value)
    else:
        sign = equals(value, -math.log(read(share))) if read(share) > 0 else "≈"
        tail = say("; −log({share}) {sign} *{value}*", share=share, sign=sign, value=value)
    return general, first + tail + say(" is its loss{rest}.", rest=_rest(view, part))


def _rest(view: View, part: str) -> str:
    """What a weight and label smoothing still do."""
    weight = view.given["weight"]
    rest = ""
    if weight is not None:
        w = weight[int(view.given["target"].reshape(view.steps["log_sum_exp"].value.shape)[view.sample])]
        rest = say(" before its weight, {w}, multiplies it", w=digits(w))
        if view.knows(part):
            rest += say(" to *{value}*", value=view.number(part))
    if part == "right_class_part":
        rest += say(", before label smoothing mixes in what all classes would cost")
    return rest


def _meets(view: View, right: int, part: str) -> str:
    """Log Σ − x, with the numbers found."""
    words = say("The rows take the shorter road: {law}", law=LOG_LAW)
    if view.knows("log_sum_exp") and view.knows(part):
        total, score = view.one("log_sum_exp"), view.one("right_score")
        a, b = digits(total), digits(score)
        value = digits(total - score)
        if "≈" in a + b or not math.isfinite(total - score):
            return f"{words} ≈ {value.removeprefix('≈ ')}"
        minus = f"({b})" if b.startswith("−") else b
        words += f" = {a} − {minus} {equals(value, read(a) - read(b))} {value}"
    return words


def _ignored(view: View, scores: np.ndarray, surprise: np.ndarray) -> Strip:
    says = say("e to each score, divided by their sum: that is each class’s share.")
    return Strip(
        _to_shares(view, scores, surprise, set()),
        (
            says,
            say("{who} is ignored: its target is ignore_index, and it counts for nothing.", who=view.name_of_sample()),
        ),
    )


def _of_mixed_targets(view: View, scores: np.ndarray, surprise: np.ndarray) -> Strip:
    """Each class pays minus the logarithm of its share, times what the target asks of it."""
    smoothed = view.has("smoothed_target")
    target = view.of("smoothed_target") if smoothed else class_last(view.given["target"])[view.sample]
    *before, shares = _to_shares(view, scores, surprise, set())
    asked = view.of_each(
        say("the target asks"), target, range(target.size), "smoothed_target" if smoothed else "", word="", sign=""
    )
    logs = view.of_each(say("−log of each share"), surprise, step="log_sum_exp")
    loss = view.number("loss_per_sample") if view.has("loss_per_sample") else ""
    known = say(" Together: *{loss}*.", loss=loss) if view.knows("loss_per_sample") else ""
    return Strip(
        (*before[1:], shares, asked, logs),
        (
            say("e to each score, divided by their sum: that is each class’s share."),
            say(
                "Each class costs −log of its share, times what the target asks of it{w}.",
                w=say(" and its weight") if view.given["weight"] is not None else "",
            )
            + known,
        ),
        say("The rows take the shorter road: {law}", law=LOG_LAW),
    )


def nll(view: View) -> Strip:
    """Logarithms hang from zero; the right one, turned over, is the loss."""
    logs = class_last(view.given["input"])[view.sample]
    total = np.shape(view.steps["loss_per_sample"].value)
    right = int(view.given["target"].reshape(total)[view.sample])
    bars = None
    if right == view.given["ignore_index"]:
        return Strip(
            (view.of_each(say("log-probabilities"), logs),),
            (
                say("The input holds logarithms of shares."),
                say("{who} is ignored: it counts for nothing.", who=view.name_of_sample()),
            ),
        )
    right %= max(1, logs.size)
    bars = view.of_each(say("log-probabilities"), logs, {right})
    with np.errstate(all="ignore"):
        shares = view.of_each(
            say("eˣ"),
            np.exp(logs),
            {right},
            texts={c: power_of_e(float(x)) for c, x in enumerate(logs[:1000].tolist())},
            sign="",
        )
    weighted = view.given["weight"] is not None
    turned = Bars(
        say("turned over, times weight") if weighted else say("turned over"),
        (
            Bar(
                view.one("loss_per_sample"), view.number("loss_per_sample"), "" if view.alone else say("loss"), "target"
            ),
        ),
    )
    return Strip((bars, shares, turned), _of_turned(view, right, float(logs[right]), weighted))


def _of_turned(view: View, right: int, log_p: float, weighted: bool) -> tuple[str, ...]:
    general = say("The input holds logarithms already, so the loss only turns the right class’s sign.")
    if view.alone:
        return general, say("Where a share is small, its logarithm is far below zero, and the loss far above it.")
    last = say(" times its weight") if weighted else ""
    value = view.number("loss_per_sample")
    tail = say(": the loss is *{value}*.", value=value) if value != OPEN else say(": that is the loss.")
    return general, say(
        "{who}: the right class {c} has *{x}*, turned over{last}",
        who=view.name_of_sample(),
        c=right,
        x=digits(log_p),
        last=last,
    ) + tail
