"""Points, arrows and distances: what is to come together, and what is to part."""

from __future__ import annotations

import math

import numpy as np

from lib.ui.idea.errors import loss_curve
from lib.ui.idea.margins import hinge
from lib.ui.idea.shown import OPEN, Bars, Dot, Plane, Strip, Tone
from lib.ui.idea.view import View
from lib.ui.text import say

Place = tuple[float, float]
ORIGIN: Place = (0.0, 0.0)


def flat(vector: np.ndarray) -> Place:
    """The first two coordinates; what is missing, or no number, is 0."""
    two = [float(v) if math.isfinite(v) else 0.0 for v in np.ravel(vector)[:2]]
    return (two + [0.0, 0.0])[0], (two + [0.0, 0.0])[1]


def even(places: list[tuple[float, float]]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Both scales alike in a box twice as wide as high, with every place in it."""
    x, y = [p[0] for p in places], [p[1] for p in places]
    half = max(0.6 * (max(x) - min(x)), 0.65 * (max(y) - min(y)), 1e-6)
    across, up = (max(x) + min(x)) / 2, (max(y) + min(y)) / 2
    return (across - 2 * half, across + 2 * half), (up - half, up + half)


def _plane(caption: str, named: dict[str, tuple[Place, Tone]], lines, origin: bool, more: int) -> Plane:
    x, y = even([place for place, _ in named.values()] + [ORIGIN] * origin)
    middle, centre = (x[0] + x[1]) / 2, (y[0] + y[1]) / 2
    ordered = sorted(named.items(), key=lambda item: item[1][0])
    first, last = ordered[0][1][0], ordered[-1][1][0]
    dots = tuple(
        Dot(
            *place,
            label=say(name),
            tone=tone,
            left=place != last and (place == first or place[0] < middle),
            below=place[1] < centre or (place not in (first, last) and place[1] == centre),
        )
        for name, (place, tone) in ordered
    )
    joined = tuple(line for line in lines if line[0] != line[1])
    shadow = say("first two coordinates") if more > 2 else ""
    return Plane(say(caption), x, y, (), dots, joined, ("", shadow, ""), zero=origin, even=True)


def cosine_embedding(view: View) -> Strip:
    """Two arrows and their angle; the cosine on the curve of its own kind."""
    step = "loss_per_pair"
    shape = np.shape(view.steps[step].value)
    u, v = (_vector(view.given[name], shape, view.sample) for name in ("input1", "input2"))
    y = float(np.broadcast_to(np.asarray(view.given["target"], np.float64), shape)[view.sample])
    arrows: dict[str, tuple[Place, Tone]] = {"first": (_unit(u), "target"), "second": (_unit(v), "quiet")}
    plane = _plane("directions", arrows, [(ORIGIN, place) for place, _ in arrows.values()], True, u.size)
    cosine = view.one("cosine")
    curve = loss_curve(
        view,
        lambda xs: {
            "input1": np.stack([xs, np.sqrt(np.maximum(0, 1 - xs * xs))], -1),
            "input2": np.broadcast_to([1.0, 0.0], (*xs.shape, 2)),
            "target": np.full(xs.shape, y),
        },
        cosine,
        (-1.0, 1.0),
        "loss over the cosine",
        say("cosine"),
        (float(view.given["margin"]),),
        step,
    )
    general = say(
        "Only the angle counts: a like pair costs what its cosine lacks to one, "
        "an unlike one what it has above the margin."
    )
    if view.alone:
        return Strip((plane, curve), (general, say("Lengths do not matter.")))
    told, loss, who = view.number("cosine"), view.number(step), view.name_of_sample("Pair")
    kind = say("like") if y == 1 else say("unlike") if y == -1 else say("neither like nor unlike, so it is free,")
    first = say("{who} is {kind}", who=who, kind=kind) + (
        say(" with a cosine of *{c}*", c=told) if told != OPEN else ""
    )
    return Strip((plane, curve), (general, first + (say(": it costs *{loss}*.", loss=loss) if loss != OPEN else ".")))


def _vector(array: np.ndarray, shape: tuple[int, ...], sample: tuple[int, ...]) -> np.ndarray:
    array = np.asarray(array, np.float64)
    return np.ravel(np.broadcast_to(array, shape + array.shape[-1:])[sample])


def _unit(vector: np.ndarray) -> Place:
    """The direction in the plane of the first two coordinates, one unit long."""
    x, y = flat(vector)
    length = math.hypot(x, y)
    return (x / length, y / length) if 0 < length < math.inf else ORIGIN


def triplet(view: View) -> Strip:
    """Anchor, positive and negative; their distances; the lead on the hinge."""
    step = "loss_per_triplet"
    shape = np.shape(view.steps[step].value)
    vectors = {name: _vector(view.given[name], shape, view.sample) for name in ("anchor", "positive", "negative")}
    tones: dict[str, Tone] = {"anchor": "quiet", "positive": "target", "negative": ""}
    named = {name: (flat(vector), tones[name]) for name, vector in vectors.items()}
    anchor = named["anchor"][0]
    plane = _plane(
        "points", named, [(anchor, named["positive"][0]), (anchor, named["negative"][0])], False, vectors["anchor"].size
    )
    far = view.first("nearer_distance", "negative_distance")
    margin = float(view.given["margin"])
    bars = Bars(
        say("distances"),
        (view.bar("to positive", "positive_distance", "target"), view.bar("to negative", far)),
    )
    lead = view.one(far) - view.one("positive_distance")
    curve = hinge(margin, [lead], 1, 0, view, view.number(step), say("negative further away by"))
    general = say("The negative must lie further from the anchor than the positive, by the margin at least.")
    swapped = (
        say(" With swap, the positive counts as an anchor too: the nearer distance is taken.")
        if view.given["swap"]
        else ""
    )
    if view.alone:
        return Strip((plane, bars, curve), (general, say("Beyond the corner a triplet costs nothing.") + swapped))
    loss, who = view.number(step), view.name_of_sample("Triplet")
    told = (
        say("{who} costs *{loss}*.", who=who, loss=loss)
        if loss != OPEN
        else say("{who} costs what its lead lacks to the margin, {m}, or nothing.", who=who, m=view.shown(margin))
    )
    return Strip((plane, bars, curve), (general, told + swapped))
