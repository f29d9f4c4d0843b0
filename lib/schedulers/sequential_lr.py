"""SequentialLR: one schedule after the other, changing at given epochs."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.formula import formula, joined
from lib.lesson.pieces import rates
from lib.lesson.run.parts import check_parts, part_rate, torch_part
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Choice, Example, Mistake, Pitfall, Step, Steps, Try, question
from lib.refusal import Refusal
from lib.schedulers.constant_lr import LESSON as CONSTANT
from lib.schedulers.cosine_annealing_lr import LESSON as COSINE
from lib.schedulers.exponential_lr import LESSON as EXPONENTIAL
from lib.schedulers.linear_lr import LESSON as LINEAR
from lib.schedulers.reduce_lr_on_plateau import LESSON as PLATEAU

COMBINATIONS = {
    "warm-up, then cosine": (((LINEAR, {"start_factor": 0.1, "total_iters": 5}), (COSINE, {"T_max": 20})), [5]),
    "half, then exponential": (((CONSTANT, {"factor": 0.5, "total_iters": 20}), (EXPONENTIAL, {"gamma": 0.8})), [8]),
    "three in a row": (
        (
            (LINEAR, {"start_factor": 0.25, "total_iters": 4}),
            (CONSTANT, {"factor": 1.0, "total_iters": 1}),
            (EXPONENTIAL, {"gamma": 0.7}),
        ),
        [4, 12],
    ),
}


def parts_of(values):
    """The schedules in their order, and the epochs at which the next one takes over."""
    chosen = values.get("schedulers", next(iter(COMBINATIONS)))
    parts, milestones = COMBINATIONS[chosen] if isinstance(chosen, str) else chosen
    return list(parts), {"milestones": list(milestones)}


def check(*, initial_lr, schedulers, **_):
    parts, rest = parts_of({"schedulers": schedulers})
    check_parts("SequentialLR", parts, initial_lr)
    for part, values in parts[1:]:
        if part.title == "MultiplicativeLR" or (part.title == "ConstantLR" and values.get("total_iters") == 0):
            raise Refusal("{part} does not start afresh when it takes over; that is not worked here.", part=part.title)
    if len(rest["milestones"]) != len(parts) - 1:
        raise Refusal(
            "{schedules} schedules have {milestones} milestones; expected one fewer.",
            schedules=len(parts),
            milestones=len(rest["milestones"]),
        )


def alone(part, values, first, epochs):
    """The rate that a schedule gives at its own epoch when it starts from this rate."""
    rate, own = first, dict[str, Any]()
    for epoch in range(epochs + 1):
        rate, own = part_rate(part, values, rate, epoch, first, own)
    return float(rate)


def by_hand(lr, epoch, initial_lr, metric, state, *, schedulers) -> Steps:
    """Whose turn it is, its own epoch, and what it does with the learning rate."""
    parts, rest = parts_of({"schedulers": schedulers})
    milestones = rest["milestones"]
    place = bisect_right(milestones, epoch)
    turn = yield Step(
        "turn",
        r"k = 1 + \text{number of milestones} \le t",
        np.asarray(place + 1.0),
        worked=lambda: formula(
            r"1 + \#\{m \in [<all>] : m \le <epoch>\}",
            all=joined((formula("<milestone>", milestone=m) for m in milestones), ", "),
            epoch=epoch,
        ),
        words="Whose turn is it? Count the milestones that have been reached.",
    )
    whose = min(max(int(turn) - 1, 0), len(parts) - 1)
    begin = milestones[whose - 1] if whose else 0
    own_epoch = yield Step(
        "own_epoch",
        r"t_k = t - m_k",
        np.asarray(float(epoch - begin)),
        worked=lambda: formula("<epoch> - <begin>", epoch=epoch, begin=begin),
        words="The schedule whose turn it is counts from the epoch at which it took over.",
    )
    part, values = parts[whose]
    if whose == place and own_epoch == epoch - begin:
        own = state.get("own", {}) if own_epoch else {}
        result, own = part_rate(part, values, lr if own_epoch else initial_lr, int(own_epoch), initial_lr, own)
    else:  # what it gives at another epoch than the last one led to
        result, own = alone(part, values, initial_lr, max(int(own_epoch), 0)), {}
    new = yield Step(
        "lr",
        r"\gamma_t = \text{what schedule } k \text{ gives in its epoch } t_k",
        np.asarray(result),
        words="Work that schedule out at its own epoch, from the optimizer's own learning rate.",
    )
    return new, {"own": own}


def build(scheduler, optimizer, parameters):
    """Torch's parts, and the sequence of them."""
    parts, rest = parts_of(parameters)
    return scheduler.torch(optimizer, [torch_part(part, optimizer, values) for part, values in parts], **rest)


def whose_turn(given):
    """The schedules, the milestones, and the place (from 0) of the one whose turn it is."""
    parts, rest = parts_of(given)
    return parts, rest["milestones"], bisect_right(rest["milestones"], given["epoch"])


def ends_now(given):
    """Whether the next schedule takes over at the next epoch."""
    return given["epoch"] + 1 in parts_of(given)[1]["milestones"]


def is_later_turn(given):
    return whose_turn(given)[2] > 0


def from_where_the_last_ended(given, done):
    """The rate, where the next schedule starts from the last rate of the one before it."""
    parts, milestones, place = whose_turn(given)
    rate = given["initial_lr"]
    ends = [0, *milestones[:place], given["epoch"] + 1]
    for (part, values), begin, end in zip(parts, ends, ends[1:], strict=False):
        rate = alone(part, values, rate, end - begin - 1)
    return rate


def all_at_once(given, done):
    """The rate, where the earlier schedules go on with their own count and multiply what the next one gives."""
    parts, milestones, place = whose_turn(given)
    rate = float(done["lr"])
    for (part, values), begin in zip(parts[:place], [0, *milestones], strict=False):
        rate *= alone(part, values, given["initial_lr"], given["epoch"] - begin) / given["initial_lr"]
    return rate


def with_the_shorter_cosine(given, done):
    """The rate, where a cosine ends after T_max epochs of the whole run."""
    parts, milestones, place = whose_turn(given)
    part, values = parts[place]
    begin = milestones[place - 1] if place else 0
    if "T_max" not in values:
        return done["lr"]
    shorter = {**values, "T_max": max(values["T_max"] - begin, 1)}
    return alone(part, shorter, given["initial_lr"], given["epoch"] - begin)


MISTAKES = {
    "goes_on_from_the_last_rate": Mistake(
        {"lr": from_where_the_last_ended},
        "You let the next schedule start from where the last one ended. It starts from the optimizer's own rate.",
        when=is_later_turn,
    ),
    "all_at_once": Mistake(
        {"lr": all_at_once},
        "You let the earlier schedule go on multiplying. Only the one whose turn it is works.",
        when=lambda given: is_later_turn(given) and given["initial_lr"] != 0,
    ),
    "length_of_the_whole_run": Mistake(
        {"lr": with_the_shorter_cosine},
        "You let the cosine end after T_max epochs of the whole run. T_max counts from where it took over.",
        when=lambda given: is_later_turn(given) and any("T_max" in values for _, values in parts_of(given)[0]),
    ),
    "one_epoch_behind": Mistake(
        {"own_epoch": lambda given, done: max(done["own_epoch"] - 1.0, 0.0)},
        "You are one epoch behind: at the milestone the next schedule starts at its epoch 0.",
    ),
    "stays_with_the_first": Mistake(
        {"turn": lambda given, done: 1.0},
        "You stayed with the first schedule. A milestone has been reached, so the next one has taken over.",
    ),
    "takes_over_one_epoch_late": Mistake(
        {"turn": lambda given, done: done["turn"] - float(given["epoch"] in parts_of(given)[1]["milestones"])},
        "You let the next schedule take over one epoch too late. It takes over at the milestone itself.",
    ),
    "takes_over_one_epoch_early": Mistake(
        {
            "turn": lambda given, done: done["turn"] + float(ends_now(given)),
            "own_epoch": lambda given, done: 0.0 if ends_now(given) else done["own_epoch"],
        },
        "You let the next schedule take over one epoch too early. It takes over at the milestone itself.",
    ),
    "counts_from_the_beginning": Mistake(
        {"own_epoch": lambda given, done: float(given["epoch"])},
        "You used the whole count. The schedule whose turn it is counts from its own beginning.",
    ),
    "one_epoch_ahead": Mistake(
        {"own_epoch": lambda given, done: done["own_epoch"] + 1.0},
        "You are one epoch ahead: at the milestone the next schedule starts at its epoch 0.",
    ),
}

LESSON = Scheduler(
    title="SequentialLR",
    torch=lr_scheduler.SequentialLR,
    order=11,
    names=("顺序调度器", "one schedule after the other", "warm-up then cosine"),
    purpose="One schedule after the other; the next one takes over at given epochs.",
    use_when="You want a warm-up and then a decay: LinearLR, then CosineAnnealingLR, is the usual recipe.",
    not_when="Both should be at work at once (ChainedScheduler).",
    formula=r"\gamma_t = \text{schedule } k \text{ at } t - m_k",
    symbols=(
        rates.EPOCH,
        (r"k", "whose turn it is"),
        (r"m, m_k", "the milestones, and the one at which schedule k took over (0 for the first)"),
        (r"t_k", "the epoch as schedule k counts it"),
        (r"\gamma_t", "the learning rate of epoch t"),
    ),
    parameters=(
        Choice(
            "schedulers",
            next(iter(COMBINATIONS)),
            tuple(COMBINATIONS),
            "Which schedules, and when they change.",
            torch={},
        ),
    ),
    examples=(
        Example(
            "Warm-up, then cosine",
            {"lr": 0.1, "steps": 26},
            "From 0.01 up to 0.1 in five epochs, then down half a cosine.",
        ),
        Example(
            "Half, then exponential",
            {"lr": 0.1, "steps": 20, "schedulers": "half, then exponential"},
            "At epoch 8 it jumps to the whole rate, and decays.",
        ),
        Example("Three in a row", {"lr": 0.1, "steps": 24, "schedulers": "three in a row"}, "Up, level, down."),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does each part count its epochs from 0 at its own milestone?",
            (
                "So that a schedule can be written without knowing what comes before it.",
                "A cosine after a warm-up starts at its top.",
            ),
            ("Because the learning rate has to start at 0.", "It starts with whatever the part gives in its epoch 0."),
            ("Because two schedules cannot run at once.", "They can: that is ChainedScheduler."),
        ),
        "without_numbers": question(
            "A warm-up, then a cosine. In the first epoch after the warm-up the cosine stands …",
            ("at its beginning", "It counts from 0 at its milestone."),
            ("as far along as the warm-up was long", "It did not run during the warm-up."),
            ("at its end", "It has all of its epochs before it."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "Each one starts afresh",
            "At its milestone a schedule starts from the optimizer's own learning rate, "
            "not from where the last one ended.",
        ),
        Pitfall(
            "Milestones are one fewer than schedules",
            "Each one lies between two schedules.",
            error="expects number of schedulers provided to be one more than the number of milestone points",
            values={"schedulers": ([(LINEAR, {}), (EXPONENTIAL, {})], [])},
        ),
        Pitfall(
            "No ReduceLROnPlateau",
            "It needs a number at every step, which the sequence does not hand on.",
            error="SequentialLR does not support `ReduceLROnPlateau`",
            values={"schedulers": ([(LINEAR, {}), (PLATEAU, {})], [5])},
        ),
        Pitfall(
            "MultiplicativeLR goes on",
            "It is the exception: at its milestone it multiplies the last rate of the schedule before.",
        ),
    ),
    references=(rates.WARM_UP,),
    tries=(Try("What if there were three?", {"schedulers": "three in a row"}),),
    check=check,
    build=build,
    parts=parts_of,
)
