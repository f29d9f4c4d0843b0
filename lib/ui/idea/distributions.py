"""Whole distributions: how often each outcome comes, how surprising it is, what it pays."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from lib.ui.idea.classes import curve_of_log
from lib.ui.idea.shown import OPEN, Bar, Bars, Strip, Tone, digits
from lib.ui.idea.view import View
from lib.ui.text import say

UNITS = {"nats": "ln", "bits": "log₂", "bans": "log₁₀"}
NATS = {"nats": 1.0, "bits": math.log(2), "bans": math.log(10)}  # in one of each


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
    p = np.asarray(view.given["p"], np.float64)
    place = int(np.ravel_multi_index(view.sample, p.shape)) if view.sample else 0
    unit = NATS[view.given["unit"]]
    panels = (
        view.of_each(say("probabilities p"), p, {place}, word="", whole=1.0, noun="outcome"),
        curve_of_log(view, view.one("information"), "information", [], f"{_log(view)} p", "probability", unit),
    )
    general = say("The rarer an outcome, the more surprising; what is sure does not surprise at all.")
    if view.alone:
        return Strip(panels, (general, say("The curve climbs without end where the probability goes to nothing.")))
    value = view.number("information")
    tail = (
        say("carries *{value}* {unit}.", value=value, unit=view.given["unit"])
        if value != OPEN
        else say("stands on the curve that says how surprising it is.")
    )
    return Strip(panels, (general, f"{say('An outcome of probability *{p}*', p=view.shown(p[view.sample]))} {tail}"))


def entropy(view: View) -> Strip:
    """Probability, surprise, and what each outcome adds to the average."""
    panels = (
        view.of_each(say("how often: p"), _row(view, "p"), whole=1.0, noun="outcome"),
        view.of_each(
            f"{say('how surprising')}: {_log(view)} p",
            view.of("self_information"),
            step="self_information",
            noun="outcome",
        ),
        view.of_each(say("what each adds"), view.of("weighted"), step="weighted", noun="outcome"),
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
        view.of_each(f"{say('surprise')}: {_log(view)} q", view.of("surprise"), step="surprise", noun="outcome"),
        view.of_each(say("what each pays"), view.of("term"), step="term", noun="outcome"),
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
        view.of_each(say("what each pays"), view.of("term"), step="term", noun="outcome"),
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
    view: View,
    first: np.ndarray,
    second: np.ndarray,
    names: tuple[str, str],
    caption: str,
    texts: Callable[[int], tuple[str, str]] | None = None,
) -> Bars:
    """The first three outcomes, each as two bars; `texts(place)` are their numbers where they may not all be seen."""
    first, second = np.ravel(first), np.ravel(second)
    drawn = list(range(min(first.size, 3)))
    tones: tuple[Tone, Tone] = ("target", "")
    bars = []
    for c in drawn:
        seen = texts(c) if texts else (digits(first[c]), digits(second[c]))
        for value, text, name, tone in zip((first[c], second[c]), seen, names, tones, strict=True):
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
    each = view.of_each(
        say("what each pays"), pays, {place}, step, seen, word="" if view.alone else "this one", noun="outcome"
    )
    general = say(
        "The input holds logarithms, so the prediction is eˣ; "
        "each element pays the target times (its logarithm minus x)."
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
                else say(" the target times the difference of the two logarithms.")
            ),
        ),
    )
