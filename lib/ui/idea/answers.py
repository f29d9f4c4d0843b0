"""Yes or no: the probability of the right answer, and minus the logarithm of that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lib.ui.idea.errors import LOSS, loss_curve
from lib.ui.idea.shown import OPEN, Bar, Bars, Plane, Strip, finite
from lib.ui.idea.view import View
from lib.ui.text import say

GENERAL = "The model’s probability is for “yes”; what is left of the whole is for “no”."


def _answers(view: View, p: float, y: float, seen: str, left: str) -> Bars:
    """The probability of yes and of no; the answer that is asked for is the target."""
    return Bars(
        say("probabilities"),
        (
            Bar(p, seen, _label(say("yes"), y, 1.0), "target" if y == 1 else ""),
            Bar(1 - p, left, _label(say("no"), y, 0.0), "target" if y == 0 else ""),
        ),
        whole=1.0,
    )


def _label(name: str, y: float, wanted: float) -> str:
    return f"{name}, {say('target')}" if y == wanted else name


def _numbers(view: View, tensors: tuple[str, ...], step: str) -> dict[str, float | None]:
    """The weights at work, so that the curve is that of this very element."""
    return {name: None if view.given.get(name) is None else view.element(name, step) for name in tensors}


def _still(weights: dict[str, float | None], x: np.ndarray) -> dict[str, np.ndarray | None]:
    return {name: None if value is None else np.full_like(x, value) for name, value in weights.items()}


def bce(view: View) -> Strip:
    """A probability; what each of the two answers would cost; the curve of this target."""
    p, y = view.element("input", LOSS), view.element("target", LOSS)
    bars = _answers(view, p, y, view.shown(p), view.shown(1 - p))
    weights = _numbers(view, ("weight",), LOSS)
    curve = loss_curve(
        view,
        lambda xs: {"input": xs, "target": np.full_like(xs, y), **_still(weights, xs)},
        p,
        (0.0, 1.0),
        "loss over the probability",
        say("probability of yes"),
        (1e-3, 1 - 1e-3, 0.01, 0.99),
    )
    return Strip((bars, _cut_off(curve)), _of_answer(view, y, view.shown(p if y == 1 else 1 - p)))


def _cut_off(curve: Plane) -> Plane:
    """−log climbs to 100 at the edge: the curve is cut off at a height at which its shape can be seen."""
    top = max([5.0, *(1.1 * v for v in finite([curve.dots[0].y]))])
    return replace(curve, y=(curve.y[0], min(curve.y[1], top)))


def bce_with_logits(view: View) -> Strip:
    """A score; its probability by the sigmoid; the curve of this target over scores."""
    x, y, p = view.element("input", LOSS), view.element("target", LOSS), view.one("probability")
    score = Bars(say("score x"), (view.fact("", x),))
    bars = _answers(view, p, y, view.number("probability"), view.under("probability", 1 - p))
    weights = _numbers(view, ("weight", "pos_weight"), LOSS)
    reach = 1.2 * max([4.0, *finite([abs(x)])])
    curve = loss_curve(
        view,
        lambda xs: {"input": xs, "target": np.full_like(xs, y), **_still(weights, xs)},
        x,
        (-reach, reach),
        "loss over the score",
        say("score"),
    )
    right = view.number("probability") if y == 1 else view.under("probability", 1 - p)
    return Strip((score, bars, curve), _of_answer(view, y, right))


def _of_answer(view: View, y: float, right: str) -> tuple[str, ...]:
    """Which answer is right, how probable it is, and what it costs."""
    weighted = view.given.get("weight") is not None or (view.given.get("pos_weight") is not None and y != 0)
    last = say(", times its weight") if weighted else ""
    if view.alone:
        alone = (
            "The loss is −log of the probability of the right answer"
            if y in (0, 1)
            else "The target mixes both answers"
        )
        return say(GENERAL), say(alone) + (last if y in (0, 1) else say(", and so does the loss")) + "."
    loss, who = view.number(LOSS), view.name_of_sample("Element")
    end = f": *{loss}*." if loss != OPEN else "."
    if y not in (0, 1):
        mixed = say(
            "{who}: the target, {y}, mixes both answers; so the loss mixes −log of both", who=who, y=view.shown(y)
        )
        return say(GENERAL), mixed + last + end
    answer = say("“yes”") if y == 1 else say("“no”")
    has = say("{who}: the right answer, {answer}, has *{p}*", who=who, answer=answer, p=right)
    if right == OPEN:
        has = say("{who}: the right answer is {answer}", who=who, answer=answer)
    return say(GENERAL), has + say(" and costs −log of that") + _held(view, y) + last + end


def _held(view: View, y: float) -> str:
    """BCELoss lets no logarithm fall below −100."""
    return say(", which PyTorch holds at 100") if view.one("log_yes" if y == 1 else "log_no") == -100 else ""


def soft_margin(view: View) -> Strip:
    """Target times score, and the smooth slope that pushes it up."""
    x, y, m = view.element("input", LOSS), view.element("target", LOSS), view.one("agreement")
    pair = Bars(say("score and target"), (view.fact("score", x), view.fact("target", y, "target")))
    agree = Bars(say("score times target"), (view.bar("", "agreement"),))
    reach = 1.2 * max([4.0, *finite([abs(m)])])
    curve = loss_curve(
        view,
        lambda xs: {"input": xs, "target": np.ones_like(xs)},
        m,
        (-reach, reach),
        "loss over the agreement",
        say("agreement"),
    )
    general = say(
        "Score times target says whether the two agree in sign: the further above zero, the smaller the loss."
    )
    if view.alone:
        return Strip(
            (pair, agree, curve),
            (general, say("Far above zero it costs nearly nothing.")),
        )
    agreement, loss, who = view.number("agreement"), view.number(LOSS), view.name_of_sample("Element")
    told = (
        say("{who}: an agreement of *{m}*", who=who, m=agreement)
        if agreement != OPEN
        else say("{who}: multiply the two", who=who)
    )
    return Strip(
        (pair, agree, curve),
        (
            general,
            told + (say(" costs *{loss}*.", loss=loss) if loss != OPEN else say("; the curve says what that costs.")),
        ),
    )


def multi_label_soft_margin(view: View) -> Strip:
    """Every class is asked yes or no; each pays by itself."""
    scores, wanted = (_as_worked(view, name) for name in ("input", "target"))
    yes = {int(c) for c in np.flatnonzero(np.ravel(wanted) == 1)}
    panels = (
        view.of_each(say("scores x"), scores, yes),
        view.of_each(say("probability of yes"), view.of("probability"), yes, "probability", whole=1.0),
        view.of_each(say("what each class pays"), view.of("loss_per_class"), yes, "loss_per_class"),
    )
    weighted = say(", times its weight") if view.given["weight"] is not None else ""
    general = say(
        "Every class is a question of its own: yes pays −log of its probability, no of the rest{w}.", w=weighted
    )
    last = say("What they pay, over the number of classes of the input, is the loss")
    if view.alone or not view.knows("loss_per_sample"):
        return Strip(panels, (general, f"{last}."))
    loss = view.number("loss_per_sample")
    return Strip(panels, (general, say("{last} of {who}: *{loss}*.", last=last, who=_who(view), loss=loss)))


def _who(view: View) -> str:
    who = view.name_of_sample()
    return who[:1].lower() + who[1:]


def _as_worked(view: View, name: str) -> np.ndarray:
    """The sample's numbers of an input, stretched over the others, the classes moved to the end as the steps do."""
    tensors = [
        np.asarray(view.given[n], np.float64) for n in ("input", "target", "weight") if view.given[n] is not None
    ]
    whole = np.broadcast_to(np.asarray(view.given[name], np.float64), np.broadcast_shapes(*(t.shape for t in tensors)))
    return np.moveaxis(whole, max(np.ndim(view.given["input"]) - 1, 0), -1)[view.sample]
