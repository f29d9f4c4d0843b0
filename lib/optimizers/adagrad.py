"""Adagrad: the more a number has been pushed so far, the shorter its steps become."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.formula import formula, of
from lib.lesson.optimizer import Convention, Optimizer, keras, speed_only
from lib.lesson.pieces import gradient, moments, move
from lib.lesson.pieces.checks import need_not_negative
from lib.lesson.pieces.gradient import fed, ready
from lib.lesson.pieces.moments import count, not_first, update_number
from lib.lesson.pieces.move import denominator, divided_step
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Reference, Step, Steps, Try, question


def check(*, param, grad, state, lr, lr_decay, weight_decay, initial_accumulator_value, eps, maximize):
    need_not_negative(
        lr=lr,
        lr_decay=lr_decay,
        weight_decay=weight_decay,
        initial_accumulator_value=initial_accumulator_value,
        eps=eps,
    )


def by_hand(param, grad, state, *, lr, lr_decay, weight_decay, initial_accumulator_value, eps, maximize) -> Steps:
    """From the gradient, through the sum of all squares so far, to the new parameter."""
    t = yield from count(state)
    g, source = yield from ready(grad, param, weight_decay=weight_decay, maximize=maximize)
    rate, rate_source = yield from fallen(lr, lr_decay, t)
    old = state.get("sum", np.full_like(g, initial_accumulator_value))
    total = yield Step(
        "sum",
        r"S_i = S_i^{\text{old}} + g_i^2",
        old + g * g,
        axes="i",
        worked=lambda *i: formula("<old> + <grad>^2", old=old[i], grad=of(source, g[i])),
        words="Add the square of the gradient to the sum of all squares so far.",
    )
    words = "Take the root of the sum of squares, then add epsilon."
    size = yield from denominator(total, eps, "S_i", "sum", words)
    new = yield from divided_step(param, rate, g, size, "g_i", source, rate=rate_source)
    return new, {"step": t, "sum": total}


def fallen(lr, lr_decay, t) -> Steps:
    """What is left of the learning rate in update t.

    Returns it, and the name of what it is: "rate", the step, or "lr" where it does not fall.
    """
    if lr_decay == 0:
        return lr, "lr"
    rate = yield Step(
        "rate",
        r"\gamma_t = \frac{\gamma}{1 + (t - 1)\, \eta}",
        lr / (1 + (float(t) - 1) * lr_decay),
        worked=lambda: formula(
            r"\frac{<lr>}{1 + <earlier> \cdot <lr_decay>}", lr=lr, earlier=float(t) - 1, lr_decay=lr_decay
        ),
        words="The learning rate falls with the number of updates; the first one has all of it.",
        called="learning rate by now",
    )
    return rate, "rate"


def epsilon_inside(param, grad, state, *, lr, eps, weight_decay, initial_accumulator_value, **_) -> Steps:
    """Adagrad of Keras and optax: epsilon under the root."""
    g = grad + weight_decay * param
    total = yield Step(
        "sum", r"S_i = S_i^{\text{old}} + g_i^2", state.get("sum", initial_accumulator_value) + g * g, axes="i"
    )
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma\, g_i / \sqrt{S_i + \epsilon}",
        param - lr * g / np.sqrt(total + eps),
        axes="i",
    )
    return new, {"sum": total}


MISTAKES = {
    "one_update_ahead": Mistake(
        {"rate": lambda given, done: given["lr"] / (1 + update_number(given) * given["lr_decay"])},
        "You counted one update too many: the first update has the whole learning rate.",
    ),
    "decays_in_powers": Mistake(
        {"rate": lambda given, done: given["lr"] * (1 - given["lr_decay"]) ** (update_number(given) - 1)},
        "You took the same share away each time. The learning rate is divided by 1 + (t − 1) · lr_decay.",
        when=not_first,
    ),
    "rate_does_not_fall": Mistake(
        {"rate": lambda given, done: given["lr"]},
        "You took the whole learning rate. It falls: it is divided by 1 + (t − 1) · lr_decay.",
        when=not_first,
    ),
    "divides_by_a_power": Mistake(
        {"rate": lambda given, done: given["lr"] / (1 + given["lr_decay"]) ** (update_number(given) - 1)},
        "You multiplied the rate by the same factor each time. It is lr divided by 1 + (t − 1) · lr_decay.",
        when=not_first,
    ),
    **moments.COUNTED,
    "squares_the_bare_gradient": Mistake(
        {"sum": lambda given, done: done["sum"] - fed(given, done) ** 2 + gradient.turned_or_not(given, done) ** 2},
        "You added the square of the bare gradient. The decay is part of the gradient before it is squared.",
        when=gradient.decays,
    ),
    "starts_at_zero": Mistake(
        {"sum": lambda given, done: done["sum"] - given["initial_accumulator_value"]},
        "You started the sum at 0. It starts at initial_accumulator_value.",
        when=lambda given: given["initial_accumulator_value"] != 0 and not not_first(given),
    ),
    "adds_the_start_every_time": Mistake(
        {"sum": lambda given, done: done["sum"] + given["initial_accumulator_value"]},
        "You added initial_accumulator_value in every update. The sum starts there, once.",
        when=lambda given: given["initial_accumulator_value"] != 0 and not_first(given),
    ),
    "leaves_out_the_square": Mistake(
        {"sum": lambda given, done: done["sum"] - fed(given, done) ** 2 + fed(given, done)},
        "You forgot the square: squares of gradients are added up.",
    ),
    "leaves_out_the_old_sum": Mistake(
        {"sum": lambda given, done: fed(given, done) ** 2},
        "You left the old sum out. All squares so far are added up.",
    ),
    "mean_for_sum": Mistake(
        {"sum": lambda given, done: done["sum"] / update_number(given)},
        "You took the mean. Adagrad keeps the sum, which only grows.",
        when=not_first,
    ),
    **move.root_mistakes("sum"),
    "divides_by_the_old_sum": Mistake(
        {
            "denominator": lambda given, done: (
                np.sqrt(given["state"].get("sum", given["initial_accumulator_value"])) + given["eps"]
            )
        },
        "You divided by the sum as it was before this update. Add this gradient's square first.",
    ),
    **move.MISTAKES,
    "not_divided": Mistake(
        {"param": lambda given, done: given["param"] - done.get("rate", given["lr"]) * fed(given, done)},
        "You did not divide. The gradient is divided by the root of the sum.",
    ),
}

LESSON = Optimizer(
    title="Adagrad",
    torch=optim.Adagrad,
    order=4,
    names=("自适应梯度", "adaptive gradient", "sum of squared gradients"),
    purpose="Divides by the root of the sum of squared gradients: numbers that are pushed often move less and less.",
    use_when="Features are sparse: a number that is rarely pushed keeps long steps. Or the problem is convex.",
    not_when="Training is long: the sum only grows, so the steps shrink towards nothing (use RMSprop or Adam).",
    formula=r"S \leftarrow S + g^2, \qquad \theta \leftarrow \theta - \gamma\, \frac{g}{\sqrt S + \epsilon}",
    symbols=(
        *gradient.SYMBOLS,
        (r"S_i", "the sum of its squared gradients so far (sum)"),
        (r"s_i", "the root of the sum, plus epsilon"),
        (r"\gamma, \gamma_t", "lr: the learning rate, and what is left of it in update t"),
        (r"\eta", "lr_decay"),
        moments.COUNT,
        move.EPSILON,
        (r"\lambda", "weight_decay"),
    ),
    parameters=(
        Number("lr", 1e-2, "The learning rate: about as long as the first step.", (0.5,)),
        Number("lr_decay", 0, "How fast the learning rate falls on top of that.", (0.1,), rare=True),
        gradient.WEIGHT_DECAY,
        Number("initial_accumulator_value", 0, "What the sum starts from.", (0.1,), rare=True),
        Number("eps", 1e-10, "Added to the root, so that nothing is divided by 0.", (1e-2,)),
        gradient.MAXIMIZE,
    ),
    examples=(
        Example(
            "The bowl",
            {"objective": "bowl", "start": [2.0], "updates": 60, "lr": 0.5},
            "The first step is as long as the learning rate; each one after it is shorter.",
        ),
        Example(
            "A rare and a frequent number",
            {
                "objective": "typed gradients",
                "start": [1.0, 1.0],
                "grads": [[1, 0], [1, 0], [1, 0], [1, 1]],
                "updates": 4,
                "lr": 0.5,
            },
            "The first number is pushed in every update and moves less each time; "
            "the second one's first step is whole.",
        ),
        Example(
            "A long valley",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 60, "lr": 0.5},
            "y is 25 times as steep as x, yet both start with steps of 0.5: the size is divided out.",
        ),
        Example(
            "A falling learning rate",
            {"objective": "bowl", "start": [2.0], "updates": 60, "lr": 0.5, "lr_decay": 0.1},
            "lr_decay lowers the rate on top of what the sum does.",
        ),
        Example(
            "Not from 0",
            {"objective": "bowl", "start": [2.0], "updates": 40, "lr": 0.5, "initial_accumulator_value": 100.0},
            "A sum that starts at 100 shortens the first steps.",
        ),
        Example(
            "Weight decay",
            {"objective": "absolute", "start": [1.05], "updates": 30, "lr": 0.2, "weight_decay": 0.5},
            "The decay is part of the gradient, and so of the sum.",
        ),
        gradient.UPHILL,
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why do its steps become ever shorter?",
            (
                "The sum of squared gradients that it divides by only grows.",
                "With gradients of one size the steps shrink like 1/√t.",
            ),
            ("Because lr_decay shortens them.", "lr_decay is 0 by default, and they shrink all the same."),
            (
                "Because an average forgets the old gradients.",
                "It is a sum and forgets nothing. RMSprop averages, and its steps do not die out.",
            ),
        ),
        "without_numbers": question(
            "From the start all gradients are ten times as large. The path …",
            ("stays nearly the same", "The root of the sum is ten times as large too; only eps stays what it was."),
            ("has steps ten times as long", "They are divided by a root that is ten times as large."),
            ("has steps a tenth as long", "The gradient in the numerator has grown as much as the root below it."),
        ),
    },
    mistakes={**gradient.MISTAKES, **MISTAKES},
    conventions=(
        Convention(
            "Keras and optax: epsilon under the root",
            "They divide by √(S + ε), and start the sum at 0.1 (compared here from the same start). "
            "With a tiny epsilon nobody notices. "
            "With gradients of 0.01 and an epsilon of 0.01 the first step is 0.05 long here, and 0.01 there.",
            epsilon_inside,
            {
                "objective": "typed gradients",
                "start": [1.0, 1.0],
                "grads": [[0.01, 1]] * 8,
                "updates": 8,
                "lr": 0.1,
                "eps": 0.01,
            },
            references=(keras("Adagrad"),),
        ),
    ),
    pitfalls=(
        Pitfall(
            "The steps only shrink",
            "The sum never falls, so after a long time nothing moves any more. "
            "RMSprop and Adadelta forget old squares.",
        ),
        Pitfall(
            "The state exists before the first update",
            "Unlike the others, Adagrad makes its sums when it is built: load_state_dict and memory see them at once.",
        ),
        Pitfall(
            "A negative start of the sum",
            "Its root would be NaN.",
            error="Invalid initial_accumulator_value value: -1.0",
            values={"initial_accumulator_value": -1.0},
        ),
        move.NEGATIVE_RATE,
    ),
    article="The article prints the signature without eps: in PyTorch 2.13 eps=1e-10 is an argument of its own.",
    references=(
        Reference(
            "Duchi, Hazan, Singer, Adaptive Subgradient Methods (2011)", "https://jmlr.org/papers/v12/duchi11a.html"
        ),
    ),
    tries=(
        Try("What if the learning rate were 1?", {"lr": 1.0}),
        Try("What if the rate fell as well?", {"lr_decay": 0.1}),
    ),
    check=check,
    sweeps="initial_accumulator_value",
    sweep_range=(0.0, 10.0),
    speed_only=speed_only("foreach", "differentiable", "fused"),
)
