"""Slips of updates and rates, written as plain loops of their own: how many of them the lessons recognise.

Each function is one update (or one epoch) of somebody who makes the slip, from what torch remembers. It is compared
where it first shows, at the buffers that it names, and at the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from lib.catalog import OPTIMIZERS, SCHEDULERS
from lib.lesson import run
from lib.lesson.run.schedule import schedule_by_hand
from lib.lesson.working.diagnose import same_value
from tests.lesson import slips

GRADS = [[0.6, -0.3], [0.2, 0.5], [-0.4, 0.1]]
PARAM = [1.0, -2.0]


def adam(p, g, s, *, lr=0.1, b1=0.9, b2=0.999, eps=0.01, t=0, b=(None, None), **way):
    """Adam with `way` turned another way; returns the parameter and the averages."""
    t = float(s.get("step", 0)) + 1 + t
    m, v = s.get("exp_avg", 0 * p), s.get("exp_avg_sq", 0 * p)
    old_v = v
    if way.get("carried"):
        m, v = (x / (1 - c ** (t - 1)) for x, c in ((m, b1), (v, b2))) if t > 1 else (m, v)
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * (m if way.get("square_of_m") else g) ** 2
    c1, c2 = 1 - (b[0] or b1) ** t, 1 - (b[1] or b2) ** t
    c1, c2 = (1, 1) if way.get("bare") else (c1, c2)
    c1, c2 = (1 - b1, 1 - b2) if way.get("no_power") else (c1, c2)
    v_hat = (old_v if way.get("old") else v) / c2
    size = {
        "plain": lambda: np.sqrt(v_hat) + eps,
        "inside": lambda: np.sqrt(v_hat + eps),
        "before": lambda: (np.sqrt(v) + eps) / np.sqrt(c2),
        "none": lambda: np.sqrt(v_hat),
        "root": lambda: np.sqrt(v) / c2 + eps,
        "square": lambda: v_hat + eps,
        "one": lambda: np.ones_like(p),
    }[way.get("size", "plain")]()
    step = lr * (g if way.get("along_g") else m / c1) / size
    return (p + step if way.get("up") else p - step), {"exp_avg": m, "exp_avg_sq": v}


def adam_slips() -> Iterator[tuple[str, Callable[..., Any]]]:
    yield "no bias correction at all", lambda p, g, s: adam(p, g, s, bare=True)
    yield "corrected averages carried on", lambda p, g, s: adam(p, g, s, carried=True)
    yield "epsilon inside the root", lambda p, g, s: adam(p, g, s, size="inside")
    yield "epsilon before the correction", lambda p, g, s: adam(p, g, s, size="before")
    yield "epsilon left out", lambda p, g, s: adam(p, g, s, size="none")
    yield "no root", lambda p, g, s: adam(p, g, s, size="square")
    yield "root not taken of the correction", lambda p, g, s: adam(p, g, s, size="root")
    yield "not divided", lambda p, g, s: adam(p, g, s, size="one")
    yield "counts one too many", lambda p, g, s: adam(p, g, s, t=1)
    yield "power left out", lambda p, g, s: adam(p, g, s, no_power=True)
    yield "betas swapped", lambda p, g, s: adam(p, g, s, b1=0.999, b2=0.9)
    yield "betas swapped in the averages", lambda p, g, s: adam(p, g, s, b1=0.999, b2=0.9, b=(0.9, 0.999))
    yield "corrections swapped", lambda p, g, s: adam(p, g, s, b=(0.999, 0.9))
    yield "square of the average", lambda p, g, s: adam(p, g, s, square_of_m=True)
    yield "the old mean square", lambda p, g, s: adam(p, g, s, old=True)
    yield "along the gradient", lambda p, g, s: adam(p, g, s, along_g=True)
    yield "up", lambda p, g, s: adam(p, g, s, up=True)
    yield "decay in the gradient twice", lambda p, g, s: adam(p, g + 2 * 0.1 * p, s)
    yield "decay decoupled", lambda p, g, s: adam(p * (1 - 0.1 * 0.1), g, s)
    yield "decay left out", lambda p, g, s: adam(p, g, s)
    yield "decay taken away", lambda p, g, s: adam(p, g - 0.1 * p, s)


def sgd_slips() -> Iterator[tuple[str, Callable[..., Any]]]:
    def sgd(p, g, s, *, lr=0.1, mu=0.9, tau=0.5, rate=1.0, keep=1.0, after=None, first=1.0):
        old = s.get("momentum_buffer")
        b = first * rate * g if old is None else keep * mu * old + rate * (1 - tau) * g
        return p - lr * b if after is None else after(p, g, b, old), {"momentum_buffer": b}

    yield "dampening left out", lambda p, g, s: sgd(p, g, s, tau=0)
    yield "first gradient dampened", lambda p, g, s: sgd(p, g, s, first=0.5)
    yield "rate in the buffer", lambda p, g, s: sgd(p, g, s, rate=0.1)
    yield "momentum left out", lambda p, g, s: sgd(p, g, s, keep=0, tau=0)
    yield "gradient taken away", lambda p, g, s: sgd(p, -g if s else g, s)
    yield "whole buffer", lambda p, g, s: sgd(p, g, s, keep=1 / 0.9)
    yield "up", lambda p, g, s: sgd(p, g, s, after=lambda p, g, b, old: p + 0.1 * b)
    yield "no rate", lambda p, g, s: sgd(p, g, s, after=lambda p, g, b, old: p - b)
    yield "bare gradient", lambda p, g, s: sgd(p, g, s, after=lambda p, g, b, old: p - 0.1 * g)
    yield "old buffer", lambda p, g, s: sgd(p, g, s, after=lambda p, g, b, o: p - 0.1 * (g if o is None else o))


def rmsprop_slips() -> Iterator[tuple[str, Callable[..., Any]]]:
    def rms(p, g, s, *, lr=0.1, a=0.9, eps=0.01, mu=0.5, size=None, rate=1.0, weight=1.0, outer=0.1):
        v = a * s.get("square_avg", 0 * p) + (1 - a) * g**2
        d = np.sqrt(v) + eps if size is None else size(v, s, eps)
        b = mu * s.get("momentum_buffer", 0 * p) + weight * rate * g / d
        return p - outer * b, {"square_avg": v, "momentum_buffer": b}

    yield "rate in the buffer and the step", lambda p, g, s: rms(p, g, s, rate=0.1)
    yield "rate in the buffer only", lambda p, g, s: rms(p, g, s, rate=0.1, outer=1.0)
    yield "averages the buffer", lambda p, g, s: rms(p, g, s, weight=0.5)
    yield "epsilon inside", lambda p, g, s: rms(p, g, s, size=lambda v, s, e: np.sqrt(v + e))
    yield "no root", lambda p, g, s: rms(p, g, s, size=lambda v, s, e: v + e)
    yield "no epsilon", lambda p, g, s: rms(p, g, s, size=lambda v, s, e: np.sqrt(v))
    yield (
        "corrected",
        lambda p, g, s: rms(p, g, s, size=lambda v, s, e: np.sqrt(v / (1 - 0.9 ** (float(s.get("step", 0)) + 1))) + e),
    )
    yield (
        "the old mean square",
        lambda p, g, s: rms(p, g, s, size=lambda v, s, e: np.sqrt(s.get("square_avg", 0 * v)) + e),
    )
    yield "not divided", lambda p, g, s: rms(p, g, s, size=lambda v, s, e: 1.0)


def nadam_slips() -> Iterator[tuple[str, Callable[..., Any]]]:
    def nadam(p, g, s, *, shift=0, alike=False, psi=0.5, mix=None, constant=False):
        t = float(s.get("step", 0)) + 1
        momentum = lambda t: 0.9 if constant else 0.9 * (1 - 0.5 * 0.96 ** (t * psi))  # noqa: E731
        mu, ahead = momentum(t + shift), momentum(t + 1 + shift)
        ahead = mu if alike else ahead
        pi = float(np.float32(np.float32(s.get("mu_product", 1)) * np.float32(mu)))
        m = 0.9 * s.get("exp_avg", 0 * p) + 0.1 * g
        v = 0.999 * s.get("exp_avg_sq", 0 * p) + 0.001 * g**2
        size = np.sqrt(v / (1 - 0.999**t)) + 0.01
        d = (1 - mu) / (1 - pi) * g + ahead / (1 - pi * ahead) * m if mix is None else mix(g, m, mu, ahead, pi)
        return p - 0.1 * d / size, {"exp_avg": m, "exp_avg_sq": v}

    yield "both momenta the same", lambda p, g, s: nadam(p, g, s, alike=True)
    yield "counts from 0", lambda p, g, s: nadam(p, g, s, shift=-1)
    yield "psi left out", lambda p, g, s: nadam(p, g, s, psi=1)
    yield "beta 1 throughout", lambda p, g, s: nadam(p, g, s, constant=True)
    yield "no corrections", lambda p, g, s: nadam(p, g, s, mix=lambda g, m, mu, a, pi: (1 - mu) * g + a * m)
    yield "Adam", lambda p, g, s: nadam(p, g, s, mix=lambda g, m, mu, a, pi: m / (1 - pi))
    yield "both by 1 − π", lambda p, g, s: nadam(p, g, s, mix=lambda g, m, mu, a, pi: ((1 - mu) * g + a * m) / (1 - pi))
    yield (
        "momenta swapped",
        lambda p, g, s: nadam(p, g, s, mix=lambda g, m, mu, a, pi: (1 - a) / (1 - pi) * g + mu / (1 - pi * a) * m),
    )


def other_slips() -> Iterator[tuple[str, str, dict[str, Any], Callable[..., Any]]]:
    def sums(p, g, s, start=0.5):
        return s.get("sum", start + 0 * p) + g**2

    ada = {"lr": 0.1, "lr_decay": 0.5, "initial_accumulator_value": 0.5, "eps": 0.01}
    for name, rate in (
        ("t for t − 1", lambda t: 1 + 0.5 * t),
        ("no fall", lambda t: 1),
        ("power", lambda t: 1.5 ** (t - 1)),
    ):
        yield (
            "adagrad",
            name,
            ada,
            lambda p, g, s, rate=rate: (
                p - 0.1 / rate(float(s.get("step", 0)) + 1) * g / (np.sqrt(sums(p, g, s)) + 0.01),
                {},
            ),
        )
    max_ = {"lr": 0.1, "betas": (0.9, 0.99), "eps": 0.1}

    def adamax(p, g, s, size, beneath=lambda u: u, c=None):
        t = float(s.get("step", 0)) + 1
        m = 0.9 * s.get("exp_avg", 0 * p) + 0.1 * g
        u = size(0.99 * s.get("exp_inf", 0 * p), g)
        return p - 0.1 * m / (1 - 0.9**t if c is None else c) / beneath(u), {"exp_inf": u}

    inside = lambda old, g: np.maximum(old, np.abs(g) + 0.1)  # noqa: E731
    bare = lambda old, g: np.maximum(old, np.abs(g))  # noqa: E731
    yield "adamax", "epsilon outside", max_, lambda p, g, s: adamax(p, g, s, bare, lambda u: u + 0.1)
    yield "adamax", "no epsilon", max_, lambda p, g, s: adamax(p, g, s, bare)
    yield "adamax", "not corrected", max_, lambda p, g, s: adamax(p, g, s, inside, c=1)
    yield "adamax", "root", max_, lambda p, g, s: adamax(p, g, s, inside, np.sqrt)
    delta = {"lr": 1.0, "rho": 0.9, "eps": 0.01}

    def adadelta(p, g, s, way):
        v = 0.9 * s.get("square_avg", 0 * p) + 0.1 * g**2
        return p - way(s.get("acc_delta", 0 * p), v) * g, {"square_avg": v}

    for name, way in (
        ("upside down", lambda u, v: np.sqrt(v + 0.01) / np.sqrt(u + 0.01)),
        ("epsilon outside", lambda u, v: (np.sqrt(u) + 0.01) / (np.sqrt(v) + 0.01)),
        ("no epsilon above", lambda u, v: np.sqrt(u) / np.sqrt(v + 0.01)),
        ("RMSprop", lambda u, v: 1 / np.sqrt(v + 0.01)),
    ):
        yield "adadelta", name, delta, lambda p, g, s, way=way: adadelta(p, g, s, way)


SETTINGS: dict[str, dict[str, Any]] = {
    "adam": {"lr": 0.1, "eps": 0.01},
    "sgd": {"lr": 0.1, "momentum": 0.9, "dampening": 0.5},
    "rmsprop": {"lr": 0.1, "alpha": 0.9, "eps": 0.01, "momentum": 0.5},
    "nadam": {"lr": 0.1, "eps": 0.01, "momentum_decay": 0.5},
}


def updates() -> Iterator[Any]:
    tables = {"adam": adam_slips(), "sgd": sgd_slips(), "rmsprop": rmsprop_slips(), "nadam": nadam_slips()}
    for slug, table in tables.items():
        for name, slip in table:
            decay = {"weight_decay": 0.1} if name.startswith("decay") else {}
            yield pytest.param(slug, {**SETTINGS[slug], **decay}, slip, id=f"{slug}-{name}")
    for slug, name, values, slip in other_slips():
        yield pytest.param(slug, values, slip, id=f"{slug}-{name}")


def seen(slug: str, values: dict[str, Any], slip: Callable[..., Any]) -> tuple[int, int]:
    """In how many updates the slip shows at the parameter, and in how many of them the lesson names it."""
    lesson = OPTIMIZERS[slug]
    param, state, shows, named = np.array(PARAM), dict[str, Any](), 0, 0
    for grad, after in zip(GRADS, run.trace_by_hand(lesson, PARAM, GRADS, values), strict=True):
        with np.errstate(all="ignore"):
            wrong, _ = slip(param, np.array(grad), state)
        given = run.given_values(lesson, {**values, "param": param, "grad": grad, "state": state})
        if np.isfinite(wrong).all() and not same_value(wrong, after.param):
            shows += 1
            named += any(agrees(m, wrong) for m in at_the_end(lesson, given))
        param, state = after.param, after.state
    return shows, named


def at_the_end(lesson, given):
    """What each mistake of the lesson makes of the result."""
    for mistake in lesson.mistakes.values():
        worked = slips.mistaken(lesson, given, mistake)
        if worked is not None:
            yield list(worked.sent.values())[-1]


def agrees(a: Any, b: Any) -> bool:
    return np.allclose(a, b, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("slug", "values", "slip"), list(updates()))
def test_a_slip_of_ones_own_code_is_named_at_the_parameter(slug, values, slip):
    shows, named = seen(slug, values, slip)
    assert shows, "no update shows the slip"
    assert named == shows


def wave(part: float) -> float:
    return (1 + math.cos(math.pi * part)) / 2


RATES: dict[str, tuple[str, dict[str, Any], Callable[[int], float]]] = {
    "step one early": ("step_lr", {"step_size": 3, "gamma": 0.5}, lambda t: 0.1 * 0.5 ** ((t + 1) // 3)),
    "step one late": ("step_lr", {"step_size": 3, "gamma": 0.5}, lambda t: 0.1 * 0.5 ** (max(t - 1, 0) // 3)),
    "step every epoch": ("step_lr", {"step_size": 3, "gamma": 0.5}, lambda t: 0.1 * 0.5**t),
    "step once": ("step_lr", {"step_size": 2, "gamma": 0.5}, lambda t: 0.1 * (0.5 if t >= 2 else 1)),
    "step with a fraction": ("step_lr", {"step_size": 3, "gamma": 0.5}, lambda t: 0.1 * 0.5 ** (t / 3)),
    "milestones exclusive": (
        "multi_step_lr",
        {"milestones": [2, 4]},
        lambda t: 0.1 * 0.1 ** sum(m < t for m in (2, 4)),
    ),
    "milestones one early": (
        "multi_step_lr",
        {"milestones": [2, 4]},
        lambda t: 0.1 * 0.1 ** sum(m <= t + 1 for m in (2, 4)),
    ),
    "constant one early": (
        "constant_lr",
        {"factor": 0.5, "total_iters": 3},
        lambda t: 0.1 * (0.5 if t < 2 else 1),
    ),
    "constant one late": ("constant_lr", {"factor": 0.5, "total_iters": 3}, lambda t: 0.1 * (0.5 if t < 4 else 1)),
    "warm-up from 0": ("linear_lr", {"start_factor": 0.2, "total_iters": 4}, lambda t: 0.1 * min(t / 4, 1)),
    "warm-up from 1": ("linear_lr", {"start_factor": 0.2, "total_iters": 4}, lambda t: 0.1 * min((t + 1) / 4, 1)),
    "warm-up T − 1": (
        "linear_lr",
        {"start_factor": 0.2, "total_iters": 4},
        lambda t: 0.1 * (0.2 + 0.8 * min(t / 3, 1)),
    ),
    "exponential one ahead": ("exponential_lr", {"gamma": 0.5}, lambda t: 0.1 * 0.5 ** (t + 1)),
    "exponential one behind": ("exponential_lr", {"gamma": 0.5}, lambda t: 0.1 * 0.5 ** (t - 1)),
    "exponential e": ("exponential_lr", {"gamma": 0.5}, lambda t: 0.1 * math.exp(-0.5 * t)),
    "polynomial no power": ("polynomial_lr", {"power": 2.0}, lambda t: 0.1 * max(1 - t / 5, 0)),
    "polynomial T − 1": ("polynomial_lr", {"power": 2.0}, lambda t: 0.1 * max(1 - t / 4, 0) ** 2),
    "polynomial passed": ("polynomial_lr", {"power": 2.0}, lambda t: 0.1 * (min(t, 5) / 5) ** 2),
    "cosine T − 1": ("cosine_annealing_lr", {"T_max": 5, "eta_min": 0.01}, lambda t: 0.01 + 0.09 * wave(t / 4)),
    "cosine one ahead": (
        "cosine_annealing_lr",
        {"T_max": 5, "eta_min": 0.01},
        lambda t: 0.01 + 0.09 * wave((t + 1) / 5),
    ),
    "cosine without eta_min": ("cosine_annealing_lr", {"T_max": 5, "eta_min": 0.01}, lambda t: 0.1 * wave(t / 5)),
    "cosine upside down": ("cosine_annealing_lr", {"T_max": 5, "eta_min": 0.01}, lambda t: 0.1 - 0.09 * wave(t / 5)),
    "cosine without pi": (
        "cosine_annealing_lr",
        {"T_max": 5, "eta_min": 0.01},
        lambda t: 0.01 + 0.09 * (1 + math.cos(t / 5)) / 2,
    ),
    "restarts never": (
        "cosine_annealing_warm_restarts",
        {"T_0": 3, "T_mult": 2, "eta_min": 0.01},
        lambda t: 0.01 + 0.09 * wave(t / (3 if t < 3 else 6)),
    ),
    "restarts alike": (
        "cosine_annealing_warm_restarts",
        {"T_0": 2, "T_mult": 2, "eta_min": 0.01},
        lambda t: 0.01 + 0.09 * wave(t % 2 / (2 if t < 2 else 4)),
    ),
    "restarts to the bottom": (
        "cosine_annealing_warm_restarts",
        {"T_0": 3, "eta_min": 0.01},
        lambda t: 0.01 + 0.09 * wave(t % 3 / 2),
    ),
}


@pytest.mark.parametrize(("slug", "values", "rate"), RATES.values(), ids=RATES)
def test_a_slip_in_a_schedule_is_named_at_the_rate(slug, values, rate):
    lesson = SCHEDULERS[slug]
    missed, shows = [], 0
    for epoch, right in enumerate(schedule_by_hand(lesson, {**values, "lr": 0.1}, 6)):
        wrong = rate(epoch)
        if same_value(wrong, right.lr):
            continue
        shows += 1
        if not any(agrees(end, wrong) for end in at_the_end(lesson, right.given)):
            missed.append(epoch)
    assert shows and not missed
