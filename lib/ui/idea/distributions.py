"""Whole distributions: how often each outcome comes, how surprising it is, what it pays."""

from __future__ import annotations

import numpy as np

from lib.ui.idea.classes import curve_of_log
from lib.ui.idea.shown import OPEN, Bar, Bars, Strip, digits
from lib.ui.idea.view import View
from lib.ui.text import say

UNITS = {"nats": "ln", "bits": "log₂", "bans": "log₁₀"}


def _log(view: View) -> str:
    return "−log" if view.alone else f"−{UNITS[view.given['unit']]}"


def _row(view: View, name: str) -> np.ndarray:
    """An input's distribution of the sample at work."""
    return np.asarray(view.given[name], np.float64)[view.sample]


def _said(view: View, general: str, step: str, what: str, alone: str) -> tuple[str, ...]:
    if view.alone:
        return say(general), say(alone)
    value = view.number(step)
    tail = say(": *{value}* {unit}.", value=value, unit=view.given["unit"]) if value != OPEN else "."
    return say(general), say(what) + tail


def self_information(view: View) -> Strip:
    """A probability on the curve of its surprise."""
    p = _row(view, "p")
    whole = np.asarray(view.given["p"], np.float64).reshape(-1)
    place = int(np.ravel_multi_index(view.sample, np.shape(view.given["p"]))) if view.sample else 0
    bars = view.of_each(say("probabilities p"), whole, {place}, word="", whole=1.0)
    curve = curve_of_log(view, view.one("information"), "information", [], f"{_log(view)} p")
    scale = {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[view.given["unit"]]
    curve = _in_unit(view, float(p), curve, float(scale))
    general = (
        "The rarer an outcome, the more surprising: the curve climbs without end towards 0, and is 0 for what is sure."
    )
    if view.alone:
        return Strip(
            (bars, curve),
            (
                say(general.replace(" towards 0, and is 0", " to the left, and ends")),
                say("The probability stands below, the surprise on the curve above it."),
            ),
        )
    value = view.number("information")
    tail = (
        say(" carries *{value}* {unit}.", value=value, unit=view.given["unit"])
        if value != OPEN
        else say("; the curve says how surprising it is.")
    )
    return Strip((bars, curve), (say(general), say("An outcome of probability *{p}*", p=view.shown(p)) + tail))


def _in_unit(view: View, p: float, curve, scale: float):
    """The curve in the unit chosen: only its height is another one."""
    from dataclasses import replace

    from lib.ui.idea.shown import Dot

    x, y = curve.curves[0]
    value = view.one("information")
    top = max(3.0, 1.15 * value) if np.isfinite(value) else 5.0
    shares = np.unique(np.concatenate([x, np.geomspace(max(np.exp(-top * scale), 1e-300), 1, 30)]))
    at = min(value, top)
    dot = Dot(p, at, view.number("information"))
    guides = (((0.0, at), (p, at)), ((p, 0.0), (p, at))) if np.isfinite(at) else ()
    name = ("", say("probability"), "") if view.alone else ("0", say("probability"), "1")
    return replace(
        curve, y=(0.0, top), curves=((shares, -np.log(shares) / scale),), dots=(dot,), joined=guides, foot=name
    )


def entropy(view: View) -> Strip:
    """Probability, surprise, and what each outcome adds to the average."""
    panels = (
        view.of_each(say("how often: p"), _row(view, "p"), whole=1.0),
        view.of_each(f"{say('how surprising')}: {_log(view)} p", view.of("self_information"), step="self_information"),
        view.of_each(say("what each adds"), view.of("weighted"), step="weighted"),
    )
    return Strip(
        panels,
        _said(
            view,
            "Rare outcomes are surprising but seldom come: each adds its surprise times its probability.",
            "entropy",
            "What they add makes the average surprise",
            "What they add makes the average surprise.",
        ),
    )


def cross_entropy(view: View) -> Strip:
    """What comes, by P; how surprising it is to whoever believes Q; what each outcome adds."""
    panels = (
        pairs(view, "p", "q"),
        view.of_each(f"{say('surprise')}: {_log(view)} q", view.of("surprise"), step="surprise"),
        view.of_each(say("what each pays"), view.of("term"), step="term"),
    )
    return Strip(
        panels,
        _said(
            view,
            "Outcomes come as often as P says, and surprise as much as Q makes them: each pays its surprise times p.",
            "cross_entropy",
            "What they pay makes the cross-entropy",
            "It is never less than the surprise of whoever believes P itself.",
        ),
    )


def kl_divergence(view: View) -> Strip:
    """The two distributions side by side, and what each outcome pays for the difference."""
    panels = (
        pairs(view, "p", "q"),
        view.of_each(say("what each pays"), view.of("term"), step="term"),
    )
    return Strip(
        panels,
        _said(
            view,
            "Where P is above Q an outcome pays, where it is below it earns: p times the logarithm of p over q.",
            "kl_divergence",
            "Together they never fall below zero",
            "Together they never fall below zero.",
        ),
    )


def pairs(view: View, true: str, believed: str) -> Bars:
    """Two bars for each outcome: the true one in the accent, the believed one beside it."""
    return of_pairs(view, _row(view, true), _row(view, believed), ("p", "q"), say("true P and believed Q"))


def of_pairs(
    view: View, first: np.ndarray, second: np.ndarray, names: tuple[str, str], caption: str, texts=None
) -> Bars:
    first, second = np.ravel(first), np.ravel(second)
    drawn = list(range(min(first.size, 3)))
    bars = []
    for c in drawn:
        seen = texts(c) if texts else (digits(first[c]), digits(second[c]))
        for value, text, name, tone in zip((first[c], second[c]), seen, names, ("target", ""), strict=True):
            bars.append(Bar(float(value), "" if view.alone else text, name, tone))
    return Bars(caption, tuple(bars), max(0, first.size - len(drawn)), pairs=True, whole=1.0)


def kl_div_loss(view: View) -> Strip:
    """The row that the element stands in: both distributions, and what each element pays."""
    step = "loss_per_element"
    shape = np.shape(view.steps[step].value)
    lead, place = (view.sample[:-1], view.sample[-1]) if view.sample else ((), 0)
    x = np.ravel(np.broadcast_to(view.given["input"], shape)[lead])
    t = np.ravel(np.broadcast_to(view.given["target"], shape)[lead])
    pays = np.ravel(np.asarray(view.steps[step].value, np.float64)[lead])
    logs = bool(view.given["log_target"])
    order = [place, *(i for i in range(min(x.size, 3)) if i != place)][:3]
    order.sort()
    with np.errstate(all="ignore"):
        believed, true = np.exp(x[order]), np.exp(t[order]) if logs else t[order]

    def texts(c: int) -> tuple[str, str]:
        known = not logs or (order[c] == place and view.knows("target_probability"))
        return (digits(true[c]) if known else OPEN, digits(believed[c]))

    both = of_pairs(view, true, believed, ("t", "eˣ"), say("target and prediction"), texts)
    both = Bars(both.caption, both.bars, x.size - len(order), pairs=True, whole=1.0)
    seen = (
        {i: digits(pays[i]) if i == place and view.knows(step) else OPEN for i in range(pays.size)}
        if pays.size <= 1000
        else None
    )
    each = view.of_each(say("what each pays"), pays, {place}, step, seen, word="" if view.alone else "this one")
    general = say(
        "The input holds logarithms, so the prediction is eˣ; each element pays the target times (its logarithm minus x)."
    )
    if view.alone:
        return Strip(
            (both, each),
            (general, say("Where the prediction is below the target an element pays, where it is above it earns.")),
        )
    loss = view.number(step)
    return Strip(
        (both, each),
        (
            general,
            say("{who} pays", who=view.name_of_sample("Element"))
            + (
                say(" *{loss}*.", loss=loss)
                if loss != OPEN
                else say(" what its two bars differ by, weighed by the target.")
            ),
        ),
    )
