"""CyclicLR: the learning rate goes up and down between two bounds, momentum the other way round."""

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


def check(*, step_size_up, step_size_down, **_):
    if step_size_up == 0:
        raise Refusal("step_size_up is 0; expected the number of steps from the lower to the upper bound.")
    if step_size_up + (step_size_up if step_size_down is None else step_size_down) == 0:
        raise Refusal("step_size_down is {steps}: a cycle would have no steps.", steps=step_size_down)


def by_hand(
    lr,
    epoch,
    initial_lr,
    metric,
    state,
    *,
    base_lr,
    max_lr,
    step_size_up,
    step_size_down,
    mode,
    gamma,
    scale_fn,
    scale_mode,
    cycle_momentum,
    base_momentum,
    max_momentum,
) -> Steps:
    """Which cycle this is, how far up it stands, and how high this cycle goes."""
    up = float(step_size_up)
    down = up if step_size_down is None else float(step_size_down)
    cycle = yield Step(
        "cycle",
        r"c = \left\lfloor 1 + \frac{t}{a + b} \right\rfloor",
        np.asarray(float(math.floor(1 + epoch / (up + down)))),
        worked=lambda: formula(
            r"\left\lfloor 1 + \frac{<epoch>}{<step_size_up> + <down>} \right\rfloor",
            epoch=epoch,
            step_size_up=up,
            down=down,
        ),
        words="In which cycle are we? They count from 1.",
    )
    x, ratio = 1.0 + epoch / (up + down) - float(cycle), up / (up + down)
    height = yield Step(
        "height",
        r"h = \begin{cases} x / r & x \le r \\ (1 - x) / (1 - r) & \text{otherwise} \end{cases}",
        np.asarray(x / ratio if x <= ratio else (x - 1) / (ratio - 1)),
        worked=lambda: formula(r"\frac{<x>}{<r>}" if x <= ratio else r"\frac{1 - <x>}{1 - <r>}", x=x, r=ratio),
        words="How far up? The part of the cycle that is over, divided by the part that goes up."
        if x <= ratio
        else "How far down? The part of the cycle that is left, divided by the part that goes down.",
    )
    custom = SCALES.get(scale_fn, scale_fn)
    scale = yield Step(
        "scale",
        LATEX[mode] if custom is None else r"s = \text{scale\_fn}",
        np.asarray(scale_of(mode, gamma, custom, scale_mode, float(cycle), epoch)),
        given=mode == "triangular" and custom is None,
        words=WORDS[mode] if custom is None else "Put the cycle, or the epoch, into the function.",
        called="height of this cycle",
    )
    if cycle_momentum:
        momentum = yield Step(
            "momentum",
            r"\mu_t = \mu_b - (\mu_b - \mu_a)\, h\, s",
            np.asarray(max_momentum - (max_momentum - base_momentum) * height * scale),
            worked=lambda: formula(
                r"<max_momentum> - (<max_momentum> - <base_momentum>) \cdot <height> \cdot <scale>",
                max_momentum=max_momentum,
                base_momentum=base_momentum,
                height=height,
                scale=scale,
            ),
            words="Momentum goes the other way: highest at the bottom.",
        )
        state = {"momentum": float(momentum)}
    new = yield Step(
        "lr",
        r"\gamma_t = \gamma_a + (\gamma_b - \gamma_a)\, h\, s",
        np.asarray(base_lr + (max_lr - base_lr) * height * scale),
        worked=lambda: formula(
            r"<base_lr> + (<max_lr> - <base_lr>) \cdot <height> \cdot <scale>",
            base_lr=base_lr,
            max_lr=max_lr,
            height=height,
            scale=scale,
        ),
        words="From the lower bound go that part of the way to the upper one.",
    )
    return new, state


WORDS = {
    "triangular": "Every cycle goes as high as the first.",
    "triangular2": "How high does this cycle go? Half as high each time.",
    "exp_range": "How high does this cycle go? Gamma to the power of the epoch.",
}
LATEX = {"triangular": "s = 1", "triangular2": r"s = \frac{1}{2^{c - 1}}", "exp_range": r"s = g^{\,t}"}


def scale_of(mode, gamma, custom, scale_mode, cycle, epoch) -> float:
    """How high a cycle goes, as a part of the first one."""
    if custom is not None:
        return float(custom(cycle if scale_mode == "cycle" else epoch))
    if mode != "exp_range":
        return {"triangular": 1.0, "triangular2": 1 / 2.0 ** (cycle - 1)}[mode]
    try:
        return gamma ** float(epoch)
    except OverflowError:  # torch's too: it computes in Python's own numbers
        says = "gamma is {gamma:g}; to the power of {epoch} it is beyond every number."
        raise Refusal(says, gamma=gamma, epoch=epoch) from None


def a_third_each_time(x):
    return 1 / 3.0 ** (x - 1)


SCALES = {"a third each time": a_third_each_time}


def both_ways(given) -> float:
    """How many steps a cycle takes, up and down."""
    down = given["step_size_down"]
    return given["step_size_up"] + (given["step_size_up"] if down is None else down)


def height_at(given, step) -> float:
    """How far up that step stands."""
    passed, up = step % both_ways(given), given["step_size_up"]
    return passed / up if passed <= up else (both_ways(given) - passed) / (both_ways(given) - up)


MISTAKES = {
    "cycles_from_0": Mistake(
        {"cycle": lambda given, done: done["cycle"] - 1},
        "You counted cycles from 0. They count from 1.",
    ),
    "keeps_going_up": Mistake(
        {"height": lambda given, done: given["epoch"] / given["step_size_up"]},
        "You kept going up. After step_size_up epochs it comes down again.",
    ),
    "halves_the_first_too": Mistake(
        {"scale": lambda given, done: 1 / 2.0 ** float(done["cycle"])},
        "You halved the first cycle too. The first one goes all the way up.",
        when=lambda given: given["mode"] == "triangular2" and given["scale_fn"] is None,
    ),
    "down_like_up": ignoring(
        "You went down in as many steps as up. step_size_down says how many it takes, if it is given.",
        step_size_down=None,
    ),
    "jumps_down": Mistake(
        {
            "cycle": lambda given, done: 1 + given["epoch"] // (given["step_size_up"] + 1),
            "height": lambda given, done: given["epoch"] % (given["step_size_up"] + 1) / given["step_size_up"],
        },
        "You jump down from the top. After step_size_up steps it takes step_size_down steps back, in a straight line.",
        when=lambda given: given["epoch"] > given["step_size_up"],
    ),
    "one_step_ahead": Mistake(
        {
            "cycle": lambda given, done: math.floor(1 + (given["epoch"] + 1) / both_ways(given)),
            "height": lambda given, done: height_at(given, given["epoch"] + 1),
        },
        "You are one step ahead: step 0 stands at the bottom.",
    ),
    "one_step_behind": Mistake(
        {"height": lambda given, done: height_at(given, given["epoch"] - 1)},
        "You are one step behind: step 1 is one step up.",
        when=rates.later,
    ),
    "upside_down": Mistake(
        {"height": lambda given, done: 1 - done["height"]},
        "You started on top. A cycle starts at the bottom.",
    ),
    "ignores_mode": ignoring(
        "You made all tops alike. triangular2 halves them from cycle to cycle, exp_range takes gamma to the power of "
        "the step.",
        when=lambda given: given["scale_fn"] is None,
        mode="triangular",
    ),
    "gamma_once_a_cycle": Mistake(
        {"scale": lambda given, done: given["gamma"] ** (done["cycle"] - 1)},
        "You took gamma to the power of the cycle. In exp_range it is the power of the step: every step is a little "
        "lower.",
        when=lambda given: given["mode"] == "exp_range" and given["scale_fn"] is None,
    ),
    **rates.MOMENTUM_MISTAKES,
    "scales_the_lower_bound_too": Mistake(
        {
            "lr": lambda given, done: (
                (given["base_lr"] + (given["max_lr"] - given["base_lr"]) * done["height"]) * done["scale"]
            )
        },
        "You scaled the whole learning rate. Only what stands above base_lr is scaled; base_lr itself stays.",
    ),
    "base_lr_not_taken_off": Mistake(
        {"lr": lambda given, done: given["base_lr"] + given["max_lr"] * done["height"] * done["scale"]},
        "You added max_lr's part whole. What is above base_lr is max_lr − base_lr.",
    ),
    "starts_from_nothing": Mistake(
        {"lr": lambda given, done: given["max_lr"] * done["height"] * done["scale"]},
        "You started from 0. The lower bound is base_lr.",
    ),
}

BASE = {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 5}

LESSON = Scheduler(
    title="CyclicLR",
    torch=lr_scheduler.CyclicLR,
    order=13,
    names=("循环调整学习率", "cyclical learning rates", "triangular"),
    purpose="The learning rate goes up and down between two bounds; momentum goes the other way.",
    use_when="You do not want to tune one learning rate: "
    "name two bounds and let it wander between them, batch by batch.",
    not_when="You count epochs: cycles are meant in batches.",
    formula=r"\gamma_t = \gamma_a + (\gamma_b - \gamma_a)\, h\, s",
    symbols=(
        rates.STEP_CALL,
        (r"\gamma_a, \gamma_b", "base_lr and max_lr: the bounds"),
        (r"a, b", "step_size_up and step_size_down: how long it goes up and down"),
        (r"c", "the number of the cycle, from 1"),
        (r"x, r", "the part of the cycle that is over, and the part that goes up"),
        (r"h", "how far up it is"),
        (r"s", "how high this cycle goes"),
        (r"\mu_a, \mu_b, \mu_t", "base_momentum, max_momentum, and the momentum now"),
        (r"g", "gamma, for exp_range"),
    ),
    parameters=(
        Number("base_lr", 0.01, "The lower bound; the optimizer's own learning rate is not used.", (0.0,)),
        Number("max_lr", 0.1, "The upper bound.", (1.0,)),
        Number("step_size_up", 2000, "Steps from the lower to the upper bound.", (5, 1), integer=True),
        Number(
            "step_size_down", None, "Steps back; none: as many as up.", (3,), integer=True, rare=True, optional=True
        ),
        Choice(
            "mode",
            "triangular",
            ("triangular", "triangular2", "exp_range"),
            "Do the tops stay, halve, or fall with gamma?",
        ),
        Number("gamma", 1.0, "What each step multiplies the height by, with exp_range.", (0.9,), rare=True),
        Choice(
            "scale_fn",
            None,
            (None, *SCALES),
            "A function of your own for the height; then mode does not count.",
            rare=True,
            torch=SCALES,
        ),
        Choice("scale_mode", "cycle", ("cycle", "iterations"), "What that function is asked with.", rare=True),
        Switch("cycle_momentum", True, "Does momentum go the other way?"),
        Number("base_momentum", 0.8, "The lowest momentum, where the learning rate is highest.", (0.5,), rare=True),
        Number("max_momentum", 0.9, "The highest momentum.", (0.95,), rare=True),
    ),
    examples=(
        Example("Triangles", {"steps": 31, **BASE}, "Up for five steps, down for five, and again."),
        Example(
            "Halved each time",
            {"steps": 31, **BASE, "mode": "triangular2"},
            "Each top is half as far above the bottom as the last.",
        ),
        Example(
            "Falling with gamma",
            {"steps": 31, **BASE, "mode": "exp_range", "gamma": 0.95},
            "The tops fall step by step.",
        ),
        Example(
            "Down more slowly",
            {"steps": 31, **BASE, "step_size_up": 3, "step_size_down": 7},
            "Quickly up, slowly down.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why let the rate climb again?",
            (
                "A higher rate leaves narrow hollows and crosses flat stretches.",
                "And the right rate lies somewhere in between: it is passed again and again.",
            ),
            (
                "To make up for the steps that were too short.",
                "No step is made up for; each is taken where the parameter is.",
            ),
            ("So that training ends with the highest rate.", "Better end a run at the bottom of a cycle."),
        ),
        "without_numbers": question(
            "With mode='triangular2', the top of the second cycle stands …",
            ("half as high above base_lr as the first", "The distance from base_lr is halved with each cycle."),
            ("at half of max_lr", "Only if base_lr is 0: the way up is halved, not the rate."),
            ("as high as the first", "That is mode='triangular'."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "Cycles count step() calls",
            "2000 steps up, the default, are batches. Called once an epoch, it would hardly move.",
        ),
        Pitfall(
            "The optimizer needs momentum",
            "Or betas. With plain SGD set cycle_momentum=False, or torch refuses.",
        ),
        Pitfall("The optimizer's learning rate is overwritten", "base_lr takes its place when the scheduler is built."),
    ),
    references=(
        Reference(
            "Smith, Cyclical Learning Rates for Training Neural Networks (2017)", "https://arxiv.org/abs/1506.01186"
        ),
    ),
    tries=(
        Try("What if each top were half as high?", {"mode": "triangular2"}),
        Try("What if momentum stayed?", {"cycle_momentum": False}),
    ),
    check=check,
    cycles_momentum=lambda given: given["cycle_momentum"],
)
