"""Scores that are to lie apart by a margin: the hinge, with what is at work on it."""

from __future__ import annotations

import math
from itertools import islice

import numpy as np

from lib.ui.idea.errors import loss_curve
from lib.ui.idea.shown import OPEN, Bar, Bars, Dot, Plane, Strip, finite
from lib.ui.idea.view import View
from lib.ui.text import say

MOST_DOTS = 12


def hinge(margin: float, leads: list[float], power: int, marked: int | None, view: View, text: str, name: str) -> Plane:
    """What a lead costs: nothing from the margin on, below it what is lacking (to a power); a dot for each lead."""
    drawn = finite(leads)[:MOST_DOTS]
    low, high = min([margin - 1.5, -0.5, *drawn]), max([margin + 1.5, 0.5, *drawn])
    room = 0.08 * (high - low)
    low, high = low - room, high + room
    x = np.unique([*np.linspace(low, high, 41 if power > 1 else 2), margin])

    def cost(lead: float) -> float:
        return max(0.0, margin - lead) ** power

    y = np.array([cost(v) for v in x.tolist()])
    top = max(1.08 * float(y.max()), 1e-9)
    dots = [
        Dot(lead, cost(lead), text if i == marked else "", tone="target" if i == marked or marked is None else "hollow")
        for i, lead in enumerate(leads[:MOST_DOTS])
        if math.isfinite(lead)
    ]
    foot = ("", name, "") if view.alone else (view.shown(round(low, 2)), name, view.shown(round(high, 2)))
    return Plane(
        say("the hinge"), (low, high), (0.0, top), ((x, y),), tuple(dots), (((margin, 0.0), (margin, top)),), foot
    )


def _ends(view: View, general: str, step: str, what: str, alone: str) -> tuple[str, ...]:
    if view.alone:
        return say(general), say(alone)
    loss = view.number(step)
    return say(general), what + (say(": *{loss}*.", loss=loss) if loss != OPEN else ".")


def multi_margin(view: View) -> Strip:
    """The scores and the line that others must stay under; what each lacks; the leads on the hinge."""
    each = np.shape(view.steps["loss_per_sample"].value)
    scores = np.reshape(np.asarray(view.given["input"], np.float64), (*each, -1))[view.sample]
    right, margin = int(np.reshape(view.given["target"], each)[view.sample]), float(view.given["margin"])
    bars = view.of_each(say("scores x"), scores, {right})
    level = (float(scores[right]) - margin, say("target less margin"))
    bars = Bars(bars.caption, bars.bars, bars.more, (level,))
    lack = view.of_each(say("what is lacking"), view.of("shortfall"), {right}, "shortfall")
    with np.errstate(all="ignore"):
        leads = [float(scores[right] - x) for c, x in enumerate(scores[: MOST_DOTS + 1].tolist()) if c != right]
    power = int(view.given["p"])
    curve = hinge(margin, leads, power, None, view, "", say("lead over a class"))
    general = "The right class’s score must lead every other by the margin: the others have to stay below the line."
    weighted = say(", times its weight") if view.given["weight"] is not None else ""
    squared = say("the squares of what is lacking") if power == 2 else say("what is lacking")
    what = say("{who}: {squared}, averaged over all classes{w}", who=view.name_of_sample(), squared=squared, w=weighted)
    return Strip(
        (bars, lack, curve),
        _ends(
            view,
            general,
            "loss_per_sample",
            what,
            "Whoever leads by the margin or more costs nothing; the loss averages what is lacking.",
        ),
    )


def multi_label_margin(view: View) -> Strip:
    """Every right class must lead every wrong one; each pair is a dot on the hinge."""
    scores = np.ravel(np.atleast_1d(np.asarray(view.given["input"], np.float64))[view.sample])
    wrong = np.ravel(view.of("is_wrong_class"))
    right = {int(c) for c in np.flatnonzero(wrong == 0)}
    bars = view.of_each(say("scores x"), scores, right)
    costs = view.of_each(say("what each label lacks"), view.of("cost_of_label"), step="cost_of_label", names=False)
    with np.errstate(all="ignore"):
        pairs = (float(scores[r] - scores[w]) for r in sorted(right) for w in np.flatnonzero(wrong).tolist())
        leads = list(islice(pairs, MOST_DOTS))
    curve = hinge(1.0, leads, 1, None, view, "", say("lead of a right over a wrong class"))
    general = "Every right class must lead every wrong one by one whole unit; each pair is a point on the hinge."
    what = say("{who}: what all pairs lack, over the number of classes", who=view.name_of_sample())
    return Strip(
        (bars, costs, curve),
        _ends(
            view,
            general,
            "loss_per_sample",
            what,
            "Pairs beyond the corner cost nothing; the others cost what they lack.",
        ),
    )


def margin_ranking(view: View) -> Strip:
    """Two scores; the lead of the one that should win; the hinge."""
    step = "loss_per_pair"
    first, second = view.element("input1", step), view.element("input2", step)
    y, margin = view.element("target", step), float(view.given["margin"])
    names = [say("first"), say("second")]
    if y:
        names[0 if y > 0 else 1] = say("should win")
    pair = Bars(
        say("two scores"),
        (
            Bar(first, view.shown(first), names[0], "target" if y > 0 else ""),
            Bar(second, view.shown(second), names[1], "target" if y < 0 else ""),
        ),
    )
    lacks = Bars(say("difference, lack"), (view.bar("difference", "difference"), view.bar("lacking", "shortfall")))
    lead = y * view.one("difference")
    curve = hinge(margin, [lead], 1, 0, view, view.number(step), say("target times difference"))
    general = (
        "Target times difference says by how much the right one leads: "
        "from the margin on a pair costs nothing, before it what is lacking."
    )
    what = say("{who} costs", who=view.name_of_sample("Pair"))
    if not view.knows(step):
        what = say("{who} stands on the hinge where its lead is", who=view.name_of_sample("Pair"))
    return Strip((pair, lacks, curve), _ends(view, general, step, what, "Beyond the corner nothing pulls any more."))


def hinge_embedding(view: View) -> Strip:
    """A distance on the curve of its own kind: like pairs are pulled, unlike ones pushed up to the margin."""
    step = "loss_per_element"
    x, y, margin = view.element("input", step), view.element("target", step), float(view.given["margin"])
    bar = Bars(say("distance and margin"), (view.fact("distance", x, "target"), view.fact("margin", margin)))
    reach = 1.3 * max([1.0, *finite([abs(x), abs(margin)])])
    kind = say("like pair") if y == 1 else say("unlike pair") if y == -1 else say("both at once")
    curve = loss_curve(
        view,
        lambda xs: {"input": xs, "target": np.full_like(xs, y)},
        x,
        (min(0.0, 1.2 * x) if math.isfinite(x) else 0.0, reach),
        "loss over the distance",
        say("distance, {kind}", kind=kind),
        (margin, 0.0),
        step,
    )
    general = (
        "A like pair costs its distance; an unlike one what its distance lacks to the margin, and nothing beyond it."
    )
    what = say("{who} is a {kind}", who=view.name_of_sample("Element"), kind=kind)
    if y not in (1, -1):
        what = say("{who} has a target that is neither, and costs both", who=view.name_of_sample("Element"))
    return Strip((bar, curve), _ends(view, general, step, what, "An unlike pair’s corner stands at the margin."))
