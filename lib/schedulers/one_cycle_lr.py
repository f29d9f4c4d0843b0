"""OneCycleLR: once up and once down, far below where it started; momentum the other way round."""

from __future__ import annotations

import math

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.formula import formula
from lib.lesson.pieces import rates
from lib.lesson.pieces.taken import ignoring
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Choice, Example, Mistake, Number, Pitfall, Reference, Step, Steps, Switch, Try, question
from lib.refusal import Refusal


def check(*, total_steps, epochs, steps_per_epoch, pct_start, div_factor, final_div_factor, **_):
    if total_steps is None and (epochs is None or steps_per_epoch is None):
        raise Refusal("Neither total_steps nor epochs with steps_per_epoch is given; expected one of the two.")
    for name, count in (("total_steps", total_steps), ("epochs", epochs), ("steps_per_epoch", steps_per_epoch)):
        asked = name == "total_steps" or total_steps is None
        if asked and count is not None and count <= 0:
            raise Refusal("{name} is {count}; expected a whole number above 0.", name=name, count=count)
    if pct_start < 0 or pct_start > 1:
        raise Refusal("pct_start is {part:g}; expected a part from 0 to 1.", part=pct_start)
    for name, divisor in (("div_factor", div_factor), ("final_div_factor", final_div_factor)):
        if divisor == 0:
            raise Refusal("{name} is 0; the learning rate is divided by it.", name=name)


def by_hand(
    lr,
    epoch,
    initial_lr,
    metric,
    state,
    *,
    max_lr,
    total_steps,
    epochs,
    steps_per_epoch,
    pct_start,
    anneal_strategy,
    cycle_momentum,
    base_momentum,
    max_momentum,
    div_factor,
    final_div_factor,
    three_phase,
) -> Steps:
    """Which phase this is, how much of it is over, and the learning rate between the phase's two ends."""
    total = total_steps if total_steps is not None else epochs * steps_per_epoch
    if epoch > total:
        raise Refusal("Step {step} comes after the last one: the schedule has {total} steps.", step=epoch, total=total)
    first = max_lr / div_factor
    last = first / final_div_factor
    phases = phases_of(total, pct_start, three_phase, first, max_lr, last, base_momentum, max_momentum)
    begin, end, (from_lr, to_lr), (from_momentum, to_momentum) = phase_at(epoch, phases)
    if begin == end:
        raise Refusal(
            "The phase of step {step} begins and ends in step {end:.4g}, and torch divides by its length; "
            "expected more steps, or another pct_start.",
            step=epoch,
            end=end,
        )
    part = yield Step(
        "part",
        r"p = \frac{t - t_a}{t_b - t_a}",
        np.asarray((epoch - begin) / (end - begin)),
        worked=lambda: formula(r"\frac{<epoch> - <begin>}{<end> - <begin>}", epoch=epoch, begin=begin, end=end),
        words="How much of the phase is over, between its first step and its last?",
    )
    cosine = anneal_strategy == "cos"
    way = yield Step(
        "way",
        r"w = \frac{1 - \cos(\pi p)}{2}" if cosine else "w = p",
        np.asarray((1 - math.cos(math.pi * float(part))) / 2 if cosine else float(part)),
        given=not cosine,
        worked=lambda: formula(r"\frac{1 - \cos(\pi \cdot <part>)}{2}" if cosine else "<part>", part=part),
        words="How much of the way from one end to the other? Half a wave of the cosine, from 0 to 1.",
    )
    if cycle_momentum:
        momentum = yield Step(
            "momentum",
            r"\mu_t = \mu_a + (\mu_b - \mu_a)\, w",
            np.asarray(from_momentum + (to_momentum - from_momentum) * way),
            worked=lambda: formula(
                r"<begin> + (<end> - <begin>) \cdot <way>", begin=from_momentum, end=to_momentum, way=way
            ),
            words="The same way between the phase's two momenta.",
        )
        state = {"momentum": float(momentum)}
    new = yield Step(
        "lr",
        r"\gamma_t = \gamma_a + (\gamma_b - \gamma_a)\, w",
        np.asarray(from_lr + (to_lr - from_lr) * way),
        worked=lambda: formula(r"<begin> + (<end> - <begin>) \cdot <way>", begin=from_lr, end=to_lr, way=way),
        words="From the rate at the phase's beginning go that part of the way to the one at its end.",
    )
    return new, state


def phases_of(total, pct_start, three_phase, first, highest, last, base_momentum, max_momentum) -> list:
    """For each phase its last step, and learning rate and momentum at its two ends."""
    up = (pct_start * total - 1, (first, highest), (max_momentum, base_momentum))
    if not three_phase:
        return [up, (total - 1.0, (highest, last), (base_momentum, max_momentum))]
    down = (2 * pct_start * total - 2, (highest, first), (base_momentum, max_momentum))
    return [up, down, (total - 1.0, (first, last), (max_momentum, max_momentum))]


def phase_at(epoch, phases) -> tuple:
    """First and last step of the phase in which a step lies, and its two ends."""
    begin = 0.0
    for end, between, momenta in phases[:-1]:
        if epoch <= end:
            return begin, end, between, momenta
        begin = end
    return begin, *phases[-1]


def along_a_cosine(given):
    return given["anneal_strategy"] == "cos"


def steps_in_all(given) -> int:
    """How many steps the whole schedule has."""
    return given["total_steps"] if given["total_steps"] is not None else given["epochs"] * given["steps_per_epoch"]


def part_of_a_step(given) -> float:
    """Which part of its phase one step is."""
    begin, end, *_ = phase_at(
        given["epoch"], phases_of(steps_in_all(given), given["pct_start"], given["three_phase"], 0, 0, 0, 0, 0)
    )
    return 1 / (end - begin)


MISTAKES = {
    "part_of_the_whole": Mistake(
        {"part": lambda given, done: given["epoch"] / steps_in_all(given)},
        "You took the part of the whole schedule. Each phase has its own part from 0 to 1.",
    ),
    "one_step_ahead": Mistake(
        {"part": lambda given, done: done["part"] + part_of_a_step(given)},
        "You are one step ahead: step 0 is the beginning of the first phase.",
    ),
    "way_up_one_step_too_long": Mistake(
        {"part": lambda given, done: given["epoch"] / (given["pct_start"] * steps_in_all(given))},
        "You divided by pct_start · total_steps. Steps are counted from 0, so the top comes one earlier: − 1.",
        when=lambda given: given["epoch"] <= given["pct_start"] * steps_in_all(given) - 1,
    ),
    "always_a_cosine": ignoring(
        "You went along a cosine in any case. With anneal_strategy='linear' the ways are straight.",
        anneal_strategy="cos",
    ),
    "back_to_the_first": ignoring(
        "You went back to the first rate. The way down ends lower still: at the first rate divided by "
        "final_div_factor.",
        final_div_factor=1.0,
    ),
    "last_from_the_highest": Mistake(
        {},
        "You divided max_lr by final_div_factor. The last rate is the first one divided by it.",
        given=lambda given: {"final_div_factor": given["final_div_factor"] / given["div_factor"]},
    ),
    "leaves_out_pi": Mistake(
        {"way": lambda given, done: (1 - math.cos(float(done["part"]))) / 2},
        "You left π out.",
        when=along_a_cosine,
    ),
    "not_halved": Mistake(
        {"way": lambda given, done: 2 * done["way"]},
        "You did not halve: 1 − cos runs from 0 to 2.",
        when=along_a_cosine,
    ),
    "goes_straight": Mistake(
        {"way": lambda given, done: done["part"]},
        "You went straight. With anneal_strategy='cos' the way follows half a cosine.",
        when=along_a_cosine,
    ),
    "upside_down": Mistake(
        {"way": lambda given, done: 1 - done["way"]},
        "You took the cosine the other way round: at the phase's beginning nothing of the way is done.",
        when=along_a_cosine,
    ),
    **rates.MOMENTUM_MISTAKES,
    "starts_from_nothing": Mistake(
        {"lr": lambda given, done: given["max_lr"] * done["way"]},
        "You started from 0. The first learning rate is max_lr / div_factor.",
    ),
}

LESSON = Scheduler(
    title="OneCycleLR",
    torch=lr_scheduler.OneCycleLR,
    order=14,
    names=("单周期学习率", "one-cycle policy", "super-convergence"),
    purpose="Once up to max_lr and once down, far below where it started.",
    use_when="You train for a fixed number of batches and want to get there fast, "
    "with a large learning rate in between.",
    not_when="Training may go on after the last step: torch raises an error then.",
    formula=r"\gamma_t = \gamma_a + (\gamma_b - \gamma_a)\, \frac{1 - \cos(\pi p)}{2}",
    symbols=(
        rates.STEP_CALL,
        (r"t_a, t_b", "first and last step of the phase"),
        (r"p", "the part of the phase that is over"),
        (r"w", "how much of the way between the phase's two ends is done"),
        (
            r"\gamma_a, \gamma_b",
            "the learning rate at the phase's two ends: max_lr/div_factor, then max_lr, then far below",
        ),
        (r"\mu_a, \mu_b, \mu_t", "momentum at the phase's two ends, and now"),
    ),
    parameters=(
        Number("max_lr", 0.1, "The highest learning rate; the optimizer's own is not used.", (1.0,)),
        Number("total_steps", None, "How many steps the schedule has.", (100, 120), integer=True, optional=True),
        Number("epochs", None, "Or: how many epochs …", (25,), integer=True, rare=True, optional=True),
        Number("steps_per_epoch", None, "… of how many steps.", (4,), integer=True, rare=True, optional=True),
        Number("pct_start", 0.3, "The part of the steps that goes up.", (0.1, 0.5)),
        Choice("anneal_strategy", "cos", ("cos", "linear"), "Along half a cosine, or straight?", rare=True),
        Switch("cycle_momentum", True, "Does momentum go the other way?", rare=True),
        Number("base_momentum", 0.85, "The lowest momentum, where the learning rate is highest.", (0.5,), rare=True),
        Number("max_momentum", 0.95, "The highest momentum.", (0.9,), rare=True),
        Number("div_factor", 25.0, "max_lr over the first learning rate.", (10.0,), rare=True),
        Number("final_div_factor", 1e4, "The first learning rate over the last one.", (100.0,), rare=True),
        Switch("three_phase", False, "Up, down to the start, and then further down?"),
    ),
    examples=(
        Example(
            "Up and down",
            {"steps": 30, "total_steps": 30},
            "From 0.004 up to 0.1 in step 8, then down to nearly nothing.",
        ),
        Example(
            "Straight lines",
            {"steps": 30, "total_steps": 30, "anneal_strategy": "linear"},
            "The same with straight lines.",
        ),
        Example(
            "Three phases",
            {"steps": 30, "total_steps": 30, "three_phase": True},
            "Up, as quickly down, and then further down.",
        ),
        Example(
            "Two steps up", {"steps": 20, "total_steps": 20, "pct_start": 0.15}, "A short way up, a long way down."
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does the momentum fall while the rate climbs?",
            (
                "Long steps and a long memory together would overshoot.",
                "When the rate comes down, the momentum returns.",
            ),
            (
                "Because momentum is a share of the rate.",
                "They are two numbers; the schedule moves them against each other.",
            ),
            ("So that the gradients become larger.", "A schedule does not touch the gradients."),
        ),
        "without_numbers": question(
            "Training goes on after total_steps. PyTorch …",
            ("raises an error", "The schedule is built for exactly so many steps, and says so."),
            ("keeps the lowest rate", "Many schedules would. This one refuses."),
            ("starts a new cycle", "That is CyclicLR. This one has one cycle only."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "One step too many",
            "Called after every batch, step() works total_steps times. One batch more, and torch raises an error.",
        ),
        Pitfall(
            "Neither steps nor epochs",
            "Give total_steps, or epochs with steps_per_epoch.",
            error="You must define either total_steps OR (epochs AND steps_per_epoch)",
            values={"total_steps": None, "epochs": None},
        ),
        Pitfall(
            "A part above 1",
            "pct_start is the part of the steps that goes up.",
            error="Expected float between 0 and 1 pct_start, but got 1.5",
            values={"pct_start": 1.5, "total_steps": 30},
        ),
        Pitfall(
            "A phase of one step",
            "With 2 steps and pct_start 0.5 the way up begins and ends in step 0.",
            error="division by zero",
            values={"total_steps": 2, "pct_start": 0.5},
        ),
        Pitfall("The optimizer's learning rate is overwritten", "It starts at max_lr / div_factor."),
    ),
    references=(Reference("Smith, Topin, Super-Convergence (2018)", "https://arxiv.org/abs/1708.07120"),),
    tries=(
        Try("What if it went straight?", {"anneal_strategy": "linear"}),
        Try("What if half of it went up?", {"pct_start": 0.5}),
    ),
    check=check,
    cycles_momentum=lambda given: given["cycle_momentum"],
)
