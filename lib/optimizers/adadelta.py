"""Adadelta: the gradient scaled by how far steps have gone lately over how large gradients have been."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.formula import formula, of
from lib.lesson.optimizer import Optimizer, speed_only
from lib.lesson.pieces import gradient, moments, move
from lib.lesson.pieces.checks import need_not_negative
from lib.lesson.pieces.gradient import fed, ready
from lib.lesson.pieces.moments import before, count, not_first, square_average, square_mistakes
from lib.lesson.pieces.move import step_along
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Reference, Step, Steps, Try, question
from lib.refusal import Refusal


def check(*, param, grad, state, lr, rho, eps, weight_decay, maximize):
    need_not_negative(lr=lr, eps=eps, weight_decay=weight_decay)
    if not 0 <= rho <= 1:
        raise Refusal("rho is {rho:g}; expected 0 to 1: how much of an old average is kept.", rho=rho)


def by_hand(param, grad, state, *, lr, rho, eps, weight_decay, maximize) -> Steps:
    """Two averages of squares, one of gradients and one of steps, give a step in the parameter's own unit."""
    t = yield from count(state)
    g, source = yield from ready(grad, param, weight_decay=weight_decay, maximize=maximize)
    v = yield from square_average("square_avg", "v", state, g, rho, r"\rho", source)
    old = state.get("acc_delta", np.zeros_like(g))
    step = yield Step(
        "delta",
        r"\Delta_i = \frac{\sqrt{u_i^{\text{old}} + \epsilon}}{\sqrt{v_i + \epsilon}}\, g_i",
        np.sqrt(old + eps) / np.sqrt(v + eps) * g,
        axes="i",
        worked=lambda *i: formula(
            r"\frac{\sqrt{<old> + <eps>}}{\sqrt{<square_avg> + <eps>}} \cdot <grad>",
            old=old[i],
            square_avg=v[i],
            eps=eps,
            grad=of(source, g[i]),
        ),
        words="Usual step over usual size of the gradient, times the gradient. Eps goes under both roots.",
    )
    lengths = yield Step(
        "acc_delta",
        r"u_i = \rho\, u_i^{\text{old}} + (1 - \rho)\, \Delta_i^2",
        rho * old + (1 - rho) * step * step,
        axes="i",
        worked=lambda *i: formula(
            r"<rho> \cdot <old> + <rest> \cdot <delta>^2", rho=rho, old=old[i], rest=1 - rho, delta=step[i]
        ),
        words="Average the squared step, for the next update. The learning rate has no part in it.",
    )
    words = "Take the learning rate times the step away. It is 1 unless set."
    new = yield from step_along(param, lr, step, r"\Delta_i", "delta", words=words)
    return new, {"step": t, "square_avg": v, "acc_delta": lengths}


def rho_of(given):
    return given["rho"]


MISTAKES = {
    "epsilon_outside_the_roots": Mistake(
        {
            "delta": lambda given, done: (
                (np.sqrt(before(given, "acc_delta")) + given["eps"])
                / (np.sqrt(done["square_avg"]) + given["eps"])
                * fed(given, done)
            )
        },
        "You put epsilon outside the roots. In Adadelta it goes under both.",
    ),
    "rmsprop": Mistake(
        {"delta": lambda given, done: fed(given, done) / np.sqrt(done["square_avg"] + given["eps"])},
        "You left the length of steps out: that is RMSprop's step. Adadelta multiplies by the root of u + ε.",
    ),
    "forgets_the_root": Mistake(
        {
            "delta": lambda given, done: (
                (before(given, "acc_delta") + given["eps"]) / (done["square_avg"] + given["eps"]) * fed(given, done)
            )
        },
        "You forgot the roots.",
    ),
    "upside_down": Mistake(
        {
            "delta": lambda given, done: (
                np.sqrt(done["square_avg"] + given["eps"])
                / np.sqrt(before(given, "acc_delta") + given["eps"])
                * fed(given, done)
            )
        },
        "You swapped the two averages. The length of steps stands above the line, the size of gradients below it.",
    ),
    "divides_by_the_old_average": Mistake(
        {
            "delta": lambda given, done: (
                done["delta"]
                * np.sqrt(done["square_avg"] + given["eps"])
                / np.sqrt(before(given, "square_avg") + given["eps"])
            )
        },
        "You divided by the average as it was before this update. v is updated before the step, only u after it.",
    ),
    "no_epsilon_above": Mistake(
        {
            "delta": lambda given, done: (
                np.sqrt(before(given, "acc_delta")) / np.sqrt(done["square_avg"] + given["eps"]) * fed(given, done)
            )
        },
        "You left epsilon out above the line. There u starts at 0: without epsilon nothing ever moves.",
    ),
    "no_epsilon_below": Mistake(
        {
            "delta": lambda given, done: (
                np.sqrt(before(given, "acc_delta") + given["eps"]) / np.sqrt(done["square_avg"]) * fed(given, done)
            )
        },
        "You left epsilon out below the line. It goes under both roots.",
        not_finite=True,
    ),
    "steps_not_squared": Mistake(
        {
            "acc_delta": lambda given, done: (
                rho_of(given) * before(given, "acc_delta") + (1 - rho_of(given)) * done["delta"]
            )
        },
        "You averaged the steps themselves. u is an average of squared steps.",
    ),
    "step_average_weights_swapped": Mistake(
        {
            "acc_delta": lambda given, done: (
                (1 - rho_of(given)) * before(given, "acc_delta") + rho_of(given) * done["delta"] ** 2
            )
        },
        "You swapped the weights. The old average gets ρ, the squared step gets 1 − ρ.",
    ),
    **moments.COUNTED,
    "averages_the_gradient": Mistake(
        {
            "acc_delta": lambda given, done: (
                rho_of(given) * before(given, "acc_delta") + (1 - rho_of(given)) * fed(given, done) ** 2
            )
        },
        "You averaged the squared gradient. This average is one of squared steps.",
    ),
    "step_average_without_the_old": Mistake(
        {"acc_delta": lambda given, done: done["acc_delta"] - rho_of(given) * before(given, "acc_delta")},
        "You left the old average out: ρ times it is kept.",
        when=not_first,
    ),
    "rate_in_the_average": Mistake(
        {
            "acc_delta": lambda given, done: (
                rho_of(given) * before(given, "acc_delta") + (1 - rho_of(given)) * (given["lr"] * done["delta"]) ** 2
            )
        },
        "You put the learning rate into the average. It is averaged without.",
        when=lambda given: given["lr"] != 1,
    ),
    **move.MISTAKES,
    "steps_along_the_gradient": Mistake(
        {"param": lambda given, done: given["param"] - given["lr"] * fed(given, done)},
        "You stepped along the gradient. The step is Δ.",
    ),
}

LESSON = Optimizer(
    title="Adadelta",
    torch=optim.Adadelta,
    order=5,
    names=("自适应学习率Adadelta", "Zeiler", "no learning rate"),
    purpose="Finds its own step length: usual step over usual gradient, times the gradient.",
    use_when="You cannot look for a learning rate at all: it needs none, and takes it slowly.",
    not_when="You want speed: from its tiny first steps it takes long to get going (use Adam).",
    formula=r"\Delta = \frac{\sqrt{u + \epsilon}}{\sqrt{v + \epsilon}}\, g, "
    r"\qquad \theta \leftarrow \theta - \gamma\, \Delta",
    symbols=(
        *gradient.SYMBOLS,
        (r"v_i", "the average of the squared gradients (square_avg)"),
        (r"u_i", "the average of the squared steps (acc_delta)"),
        (r"\rho", "rho: how much of an old average is kept"),
        (r"\Delta_i", "the step, without the learning rate"),
        (r"\epsilon", "eps: it also decides how long the first steps are"),
        (r"\gamma", "lr: a factor that the paper does not have; 1 unless set"),
        (r"\lambda", "weight_decay"),
    ),
    parameters=(
        Number("lr", 1.0, "A factor on the step; the paper has none.", (0.1,)),
        Number("rho", 0.9, "How much of an old average is kept.", (0.5,)),
        Number("eps", 1e-6, "Goes under both roots; the first steps grow with it.", (1e-2,)),
        gradient.WEIGHT_DECAY,
        gradient.MAXIMIZE,
    ),
    examples=(
        Example(
            "A larger epsilon",
            {"objective": "bowl", "start": [2.0], "updates": 100, "eps": 0.01},
            "Epsilon sets the pace at the start: with 0.01 the first step is 0.3 long.",
        ),
        Example(
            "The bowl, slowly",
            {"objective": "bowl", "start": [2.0], "updates": 100},
            "The first step is 0.003 long whatever the gradient: √ε over √(1−ρ). From there the steps grow.",
        ),
        Example(
            "A long valley",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 100, "eps": 0.001},
            "Both directions find their own pace.",
        ),
        Example(
            "A factor of a half",
            {"objective": "bowl", "start": [2.0], "updates": 60, "eps": 0.01, "lr": 0.5},
            "lr halves each move, but the average of steps does not know of it.",
        ),
        Example(
            "Weight decay",
            {"objective": "absolute", "start": [1.05], "updates": 60, "eps": 0.001, "weight_decay": 0.5},
            "The decay is part of the gradient.",
        ),
        Example(
            "Uphill",
            {"objective": "saddle", "start": [1.0, 0.5], "updates": 20, "eps": 0.01, "maximize": True},
            "With maximize the gradient is turned round first.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does the size of earlier steps stand in the numerator?",
            (
                "It gives the step the parameter's own unit.",
                "Gradient over gradient has no unit: the size of the steps so far brings it in, in place of a "
                "learning rate.",
            ),
            (
                "So that the first steps are long.",
                "On the contrary: at first nothing has moved, and the steps are tiny.",
            ),
            ("So that the steps are cut off at eps.", "Nothing is cut off. eps only keeps both roots above 0."),
        ),
        "without_numbers": question(
            "In the first update nothing has moved yet. The step is …",
            ("tiny, but not 0", "eps stands under the root in the numerator, so that something moves at all."),
            ("0", "It would be without eps, and would stay so for ever."),
            (
                "as long as the learning rate",
                "That is Adam's first step. Here the learning rate is 1 and only scales what the roots give.",
            ),
        ),
    },
    mistakes={
        **gradient.IN_ANY_CASE,
        **square_mistakes("square_avg", rho_of, "ρ"),
        **moments.bare_squares("square_avg", rho_of),
        **MISTAKES,
    },
    pitfalls=(
        Pitfall(
            "Epsilon is not just a guard",
            "The average of steps starts at 0, so the first steps are as long as √ε allows. "
            "A larger epsilon starts faster.",
        ),
        Pitfall(
            "Other defaults elsewhere",
            "Keras: lr 0.001, rho 0.95, eps 1e-7. With lr 0.001 the paper's method hardly moves; set it to 1.",
        ),
        Pitfall(
            "rho above 1",
            "It is a share. Torch takes 1 itself, with which nothing is ever averaged in.",
            error="Invalid rho value: 1.5",
            values={"rho": 1.5},
        ),
        Pitfall(
            "A negative epsilon",
            "The roots would be NaN.",
            error="Invalid epsilon value: -0.001",
            values={"eps": -0.001},
        ),
    ),
    article="The article prints the right defaults. lr is not in the paper: PyTorch adds it as a factor of 1.",
    references=(
        Reference("Zeiler, ADADELTA: An Adaptive Learning Rate Method (2012)", "https://arxiv.org/abs/1212.5701"),
    ),
    tries=(
        Try("What if epsilon were 0.01?", {"eps": 0.01}),
        Try("What if it forgot faster?", {"rho": 0.5}),
    ),
    check=check,
    sweeps="rho",
    speed_only=speed_only("foreach", "capturable", "differentiable"),
)
