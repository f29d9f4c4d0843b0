"""Schedules: the learning rate over the epochs, with the epoch that is worked on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from lib.lesson.run.schedule import MOST_STEPS, schedule_by_hand
from lib.lesson.scheduler import HANDED, Scheduler
from lib.ui.idea.shown import OPEN, Bars, Dot, Panel, Plane, Strip, finite
from lib.ui.idea.view import View
from lib.ui.kept import kept
from lib.ui.text import say

AHEAD = 30  # epochs drawn at least
FURTHEST = MOST_STEPS + AHEAD + 1  # a longer schedule is shown without its curve
MOST_DRAWN = 200  # steps of the curve; of more, every second or third is drawn
_HANDED = {spec.name for spec in HANDED}


def of_schedule(says: str, view: View) -> Strip:
    """The curve with this epoch on it, and the rate before and now."""
    panels: tuple[Panel, ...] = (*_curve(view), _before_and_now(view))
    return Strip(panels, (say(says), _now(view)))


def _now(view: View) -> str:
    if view.alone:
        return say("This is the epoch that you work.")
    lr, epoch = view.number("lr"), int(view.given["epoch"])
    if lr == OPEN:
        return say(
            "This is epoch {epoch}; the first learning rate is {first}.",
            epoch=epoch,
            first=view.shown(view.given["initial_lr"]),
        )
    return say("In epoch {epoch} the learning rate is *{lr}*.", epoch=epoch, lr=lr)


def _before_and_now(view: View) -> Bars:
    """The optimizer's own rate, the one of the epoch before, and what becomes of it."""
    first, before = float(view.given["initial_lr"]), float(view.given["lr"])
    bars = [view.fact("first", first, "hollow")]
    if view.given["epoch"] > 1:
        bars.append(view.fact("before", before, "hollow"))
    return Bars(say("learning rates"), (*bars, view.bar("now", "lr", "target")), sign="")


def _curve(view: View) -> tuple[Plane, ...]:
    """The rate held through each epoch, from 0 to some way beyond the present one."""
    epoch, lr = int(view.given["epoch"]), view.one("lr")
    rates = _rates(view)
    if rates is None or not finite(rates):
        return ()
    every = -(-len(rates) // MOST_DRAWN)
    held = np.repeat(rates[::every], 2)
    x = np.append(np.repeat(np.arange(0, len(rates), every), 2)[1:], len(rates))
    low, high = min(0.0, *finite(rates)), max(finite(rates))
    top = high + 0.12 * ((high - low) or 1.0)
    foot = ("", say("epoch"), "") if view.alone else ("0", say("epoch"), str(len(rates)))
    guides = (((float(epoch), low), (float(epoch), lr)),) if np.isfinite(lr) else ()
    return (
        Plane(
            say("learning rate"),
            (0.0, float(len(rates))),
            (low, top),
            ((x, held),),
            (Dot(epoch, lr, view.number("lr")),),
            guides,
            foot,
        ),
    )


def _rates(view: View) -> np.ndarray | None:
    """The schedule from its start, by hand; kept, since it is the same in every epoch. None where it is too long."""
    epoch = int(view.given["epoch"])
    count = _length(view.given, epoch)
    if not isinstance(view.lesson, Scheduler) or count > FURTHEST:
        return None
    values = {name: value for name, value in view.given.items() if name not in _HANDED}
    values["lr"] = view.given["initial_lr"]
    work = partial(_worked, view.lesson, values, count, view.case.budget)
    key = ("idea", view.lesson.slug, count, tuple((name, _plain(value)) for name, value in sorted(values.items())))
    return kept(key, work) if all(_is_plain(part) for _, part in key[-1]) else work()


def _plain(value: Any) -> Any:
    """A setting as part of a key: lists and arrays of numbers as tuples."""
    return tuple(np.ravel(value).tolist()) if isinstance(value, list | tuple | np.ndarray) else value


def _is_plain(part: Any) -> bool:
    return all(isinstance(one, float | int | str | None) for one in (part if isinstance(part, tuple) else (part,)))


def _worked(lesson: Scheduler, values: Mapping[str, Any], count: int, budget: Any) -> np.ndarray:
    return np.array([rate.lr for rate in schedule_by_hand(lesson, values, count, budget=budget)])


def _length(given: Mapping[str, Any], epoch: int) -> int:
    """How many epochs are drawn: as many as the schedule has, where it ends; else some beyond the present one."""
    ends = _total(given)
    if ends is not None:
        return ends
    rounds = AHEAD * (1 + epoch // AHEAD)
    return rounds + 1 if epoch < rounds else rounds + AHEAD


def _total(given: Mapping[str, Any]) -> int | None:
    """OneCycleLR ends: by total_steps, or epochs times steps_per_epoch."""
    if "total_steps" not in given:
        return None
    if given["total_steps"] is not None:
        return int(given["total_steps"])
    return int(given["epochs"]) * int(given["steps_per_epoch"])


def plateau(view: View) -> Strip:
    """What is watched beside the border it must beat; the epochs in vain; the rate before and now."""
    says = say(
        "What is watched must beat the border. "
        "After more epochs in vain than patience allows, the rate is reduced as far as it may be."
    )
    rate = Bars(
        say("learning rate"), (view.fact("before", float(view.given["lr"]), "hollow"), view.bar("now", "lr", "target"))
    )
    if not view.has("border"):
        return Strip((rate,), (says, say("Nothing has been watched yet, so the rate stays.")))
    watched = Bars(say("watched, border"), (view.bar("watched", "metric"), view.bar("border", "border", "target")))
    vain = Bars(
        say("epochs in vain"),
        (view.bar("so far", "num_bad_epochs", "target"), view.fact("patience", float(view.given["patience"]))),
    )
    return Strip((watched, vain, rate), (says, _now(view)))


def schedule(says: str) -> Callable[[View], Strip]:
    return partial(of_schedule, says)


SCHEDULES: dict[str, Callable[[View], Strip]] = {
    "lambda_lr": schedule("The first learning rate, times a function of the epoch."),
    "multiplicative_lr": schedule("The learning rate of the epoch before, times a function of the epoch."),
    "step_lr": schedule("A staircase: every few epochs the learning rate is multiplied by gamma."),
    "multi_step_lr": schedule(
        "A staircase whose steps you place: at each milestone the learning rate is multiplied by gamma."
    ),
    "constant_lr": schedule("One step: at first a part of the learning rate, then all of it."),
    "linear_lr": schedule("A straight line from one part of the learning rate to another, and level after it."),
    "exponential_lr": schedule(
        "Every epoch multiplies the learning rate by gamma, so it keeps the same part each time."
    ),
    "polynomial_lr": schedule("The learning rate follows a power of the time that is left, down to zero."),
    "cosine_annealing_lr": schedule(
        "Half a wave of the cosine: level at the start, steepest halfway, level at T_max, and back again beyond it."
    ),
    "chained_scheduler": schedule("Several schedules at once: each works on what the others have left."),
    "sequential_lr": schedule("One schedule after the other: at each milestone the next one takes over."),
    "reduce_lr_on_plateau": plateau,
    "cyclic_lr": schedule("Up and down, again and again, between base_lr and what the scale leaves of max_lr."),
    "one_cycle_lr": schedule("Once up to max_lr, and from there down to the end."),
    "cosine_annealing_warm_restarts": schedule("Half a wave of the cosine, and then again from the top."),
}
