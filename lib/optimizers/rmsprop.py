"""RMSprop: the gradient divided by its usual size, with or without momentum on top."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from torch import optim

from lib.lesson.formula import formula, of
from lib.lesson.optimizer import OPTAX, Convention, Optimizer, keras, speed_only
from lib.lesson.pieces import gradient, moments, move
from lib.lesson.pieces.checks import need_not_negative
from lib.lesson.pieces.gradient import fed, ready
from lib.lesson.pieces.moments import average, before, count, has_buffer, square_average, update_number
from lib.lesson.pieces.move import denominator, divided_step, step_along
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Reference, Step, Steps, Switch, Try, question


def check(*, param, grad, state, lr, alpha, eps, weight_decay, momentum, centered, maximize):
    need_not_negative(lr=lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)


def by_hand(param, grad, state, *, lr, alpha, eps, weight_decay, momentum, centered, maximize) -> Steps:
    """From the gradient, through the average of its square, to a step or to a buffer of steps."""
    t = yield from count(state)
    g, source = yield from ready(grad, param, weight_decay=weight_decay, maximize=maximize)
    v = yield from square_average("square_avg", "v", state, g, alpha, r"\alpha", source)
    after = {"step": t, "square_avg": v}
    if centered:
        mean = after["grad_avg"] = yield from average("grad_avg", "a", state, g, alpha, r"\alpha", source)
        spread = yield from variance(v, mean)
        words = "Take the root of the variance, then add epsilon."
        size = yield from denominator(spread, eps, r"\hat v_i", "variance", words)
    else:
        words = "Take the root of the mean square, then add epsilon."
        size = yield from denominator(v, eps, "v_i", "square_avg", words)
    if not np.any(momentum != 0):
        new = yield from divided_step(param, lr, g, size, "g_i", source)
        return new, after
    old = state.get("momentum_buffer", np.zeros_like(g))
    buffer = after["momentum_buffer"] = yield Step(
        "momentum_buffer",
        r"b_i = \mu\, b_i^{\text{old}} + g_i / s_i",
        momentum * old + g / size,
        axes="i",
        worked=lambda *i: formula(
            r"<momentum> \cdot <old> + \frac{<grad>}{<denominator>}",
            momentum=momentum,
            old=old[i],
            grad=of(source, g[i]),
            denominator=size[i],
        ),
        words="Keep a part of the old buffer, and add the gradient over its usual size.",
    )
    new = yield from step_along(param, lr, buffer, "b_i", "momentum_buffer")
    return new, after


def variance(square, mean) -> Steps:
    """The mean square without the square of the mean: how far gradients spread around their average."""
    spread = yield Step(
        "variance",
        r"\hat v_i = v_i - a_i^2",
        square - mean * mean,
        axes="i",
        worked=lambda *i: formula("<square_avg> - <grad_avg>^2", square_avg=square[i], grad_avg=mean[i]),
        words="Centered: take the square of the average gradient away, which leaves the variance.",
    )
    return spread


def epsilon_inside(param, grad, state, *, lr, alpha, eps, weight_decay, **_) -> Steps:
    """RMSprop of Keras, TensorFlow and optax: epsilon under the root."""
    g = grad + weight_decay * param
    v = yield from square_average("square_avg", "v", state, g, alpha, r"\alpha")
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma\, g_i / \sqrt{v_i + \epsilon}",
        param - lr * g / np.sqrt(v + eps),
        axes="i",
    )
    return new, {"square_avg": v}


def rate_inside(param, grad, state, *, lr, alpha, eps, momentum, **_) -> Steps:
    """TensorFlow's momentum: the buffer holds finished steps, learning rate and all."""
    v = yield from square_average("square_avg", "v", state, grad, alpha, r"\alpha")
    step = yield Step(
        "move",
        r"b_i = \mu b_i^{\text{old}} + \gamma\, g_i / s_i",
        momentum * state.get("move", np.zeros_like(grad)) + lr * grad / (np.sqrt(v) + eps),
        axes="i",
    )
    new = yield Step("param", r"\theta_i^{\text{new}} = \theta_i - b_i", param - step, axes="i")
    return new, {"square_avg": v, "move": step}


def without_rate(state, given):
    """Torch's buffer has no learning rate in it."""
    return {"square_avg": state["square_avg"], "momentum_buffer": state["move"] / given["lr"]}


def alpha_of(given):
    return given["alpha"]


def spread(done):
    """What the root is taken of: the variance if it is centered, else the mean square."""
    return done.get("variance", done["square_avg"])


def has_momentum(given):
    return given["momentum"] != 0


MISTAKES = {
    "adds_up_all_squares": Mistake(
        {"square_avg": lambda given, done: before(given, "square_avg") + fed(given, done) ** 2},
        "You added all squares up, as Adagrad does. RMSprop averages them: α of the old, 1 − α of the new.",
    ),
    "alpha_of_the_lecture": Mistake(
        {},
        "You took 0.9 for alpha, as the lecture has it. PyTorch's alpha is another one here.",
        when=lambda given: given["alpha"] != 0.9,
        given=lambda given: {"alpha": 0.9},
    ),
    "variance_without_the_square": Mistake(
        {"variance": lambda given, done: done["square_avg"] - done["grad_avg"]},
        "You took the average itself away. It is its square that comes off.",
    ),
    "not_centered": Mistake(
        {"variance": lambda given, done: done["square_avg"]},
        "You left the average out. Centered takes its square off.",
    ),
    "centers_with_the_old_mean": Mistake(
        {"variance": lambda given, done: done["square_avg"] - before(given, "grad_avg") ** 2},
        "You took the square of the old mean gradient off. Update grad_avg first, then use it.",
    ),
    **move.root_mistakes("variance", "square_avg"),
    "corrects_the_start": Mistake(
        {
            "denominator": lambda given, done: (
                np.sqrt(spread(done) / (1 - given["alpha"] ** update_number(given))) + given["eps"]
            )
        },
        "You corrected the average for its start, as Adam does. RMSprop does not.",
    ),
    "divides_by_the_old_average": Mistake(
        {"denominator": lambda given, done: np.sqrt(before(given, "square_avg")) + given["eps"]},
        "You divided by the average as it was before this update. Update it first.",
        when=lambda given: not given["centered"],
    ),
    "rate_in_the_buffer": Mistake(
        {
            "momentum_buffer": lambda given, done: (
                given["momentum"] * before(given, "momentum_buffer")
                + given["lr"] * fed(given, done) / done["denominator"]
            )
        },
        "You put the learning rate into the buffer, as TensorFlow does. PyTorch multiplies by it at the end.",
        when=has_momentum,
    ),
    "rate_in_the_buffer_only": Mistake(
        {
            "momentum_buffer": lambda given, done: (
                given["momentum"] * before(given, "momentum_buffer")
                + given["lr"] * fed(given, done) / done["denominator"]
            ),
            "param": lambda given, done: given["param"] - done["momentum_buffer"],
        },
        "You put the learning rate into the buffer and not into the step, as TensorFlow does. "
        "PyTorch multiplies by it at the end.",
        when=has_momentum,
    ),
    "rate_in_every_buffer": Mistake(
        {
            "momentum_buffer": lambda given, done: given["lr"] * done["momentum_buffer"],
            "param": lambda given, done: given["param"] - done["momentum_buffer"],
        },
        "You put the learning rate into the buffer in every update, as TensorFlow does, and not into the step. "
        "PyTorch multiplies by it at the end.",
        when=has_buffer,
    ),
    "averages_the_buffer": Mistake(
        {
            "momentum_buffer": lambda given, done: (
                given["momentum"] * before(given, "momentum_buffer")
                + (1 - given["momentum"]) * fed(given, done) / done["denominator"]
            )
        },
        "You made the buffer an average with 1 − μ. The whole divided gradient is added to μ times the old buffer.",
        when=has_momentum,
    ),
    "steps_beside_the_buffer": Mistake(
        {"param": lambda given, done: given["param"] - given["lr"] * fed(given, done) / done["denominator"]},
        "You kept the buffer, but stepped along the divided gradient. With momentum the step goes along the buffer.",
        when=has_buffer,
    ),
    "steps_along_the_gradient": Mistake(
        {"param": lambda given, done: given["param"] - given["lr"] * fed(given, done)},
        "You stepped along the gradient. It is divided by its usual size.",
    ),
    "buffer_forgotten": Mistake(
        {"momentum_buffer": lambda given, done: fed(given, done) / done["denominator"]},
        "You left the old buffer out: μ times it is carried along.",
        when=has_buffer,
    ),
    "not_divided": Mistake(
        {
            "momentum_buffer": lambda given, done: (
                given["momentum"] * before(given, "momentum_buffer") + fed(given, done)
            )
        },
        "You added the bare gradient. It is divided by its usual size first.",
        when=has_momentum,
    ),
    **move.MISTAKES,
}

SMALL_AND_LARGE = {  # gradients as small as epsilon, where its place shows, beside gradients that it does not touch
    "objective": "typed gradients",
    "start": [1.0, 1.0],
    "grads": [[0.01, 1]] * 8,
    "updates": 8,
    "lr": 0.1,
    "alpha": 0.9,
    "eps": 0.01,
}

LESSON = Optimizer(
    title="RMSprop",
    torch=optim.RMSprop,
    order=6,
    names=("均方根传播", "root mean square propagation", "Hinton", "centered"),
    purpose="Divides the gradient by the root of its recent mean square.",
    use_when="You train a recurrent network or by reinforcement learning, where gradients change their size over time.",
    not_when="You have no special reason: "
    "Adam adds a bias correction and an averaged gradient, and is the usual choice.",
    formula=r"v \leftarrow \alpha v + (1 - \alpha) g^2, "
    r"\qquad \theta \leftarrow \theta - \gamma\, \frac{g}{\sqrt v + \epsilon}",
    symbols=(
        *gradient.SYMBOLS,
        (r"v_i", "the average of the squared gradients (square_avg)"),
        (r"\alpha", "alpha: how much of an old average is kept"),
        (r"a_i, \hat v_i", "centered: the average of the gradients (grad_avg), and the variance"),
        move.SIZE,
        (r"b_i", "with momentum: the buffer of steps (momentum_buffer)"),
        (r"\mu", "momentum"),
        move.EPSILON,
        *move.SYMBOLS,
    ),
    parameters=(
        Number("lr", 1e-2, "The learning rate.", (0.1,)),
        Number("alpha", 0.99, "How much of the old average is kept.", (0.9,)),
        move.EPS,
        replace(gradient.WEIGHT_DECAY, rare=True),
        Number("momentum", 0, "How much of the buffer of steps is kept.", (0.9,)),
        Switch("centered", False, "Divide by the root of the variance instead of the mean square.", rare=True),
        gradient.MAXIMIZE,
    ),
    examples=(
        Example(
            "The bowl",
            {"objective": "bowl", "start": [2.0], "updates": 60, "lr": 0.05, "alpha": 0.9},
            "The first step is three times the learning rate: the average starts at 0 and nothing corrects it.",
        ),
        Example(
            "PyTorch's defaults",
            {"objective": "bowl", "start": [2.0], "updates": 60},
            "With alpha 0.99 the first step is ten times the learning rate.",
        ),
        Example(
            "With momentum",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 60, "lr": 0.01, "alpha": 0.9, "momentum": 0.9},
            "The buffer adds up steps: up to ten times as long.",
        ),
        Example(
            "Centered",
            {
                "objective": "noisy quadratic",
                "start": [2.0, 1.0],
                "updates": 60,
                "lr": 0.02,
                "alpha": 0.9,
                "centered": True,
            },
            "Where the gradient keeps its sign the variance is small, so the steps are longer.",
        ),
        Example(
            "A large epsilon",
            SMALL_AND_LARGE,
            "Beside gradients of 0.01 an epsilon of 0.01 weighs much: steps of 0.08 and less. "
            "The other number has gradients of 1, and starts with a step of 0.31.",
        ),
        Example(
            "Weight decay",
            {"objective": "absolute", "start": [1.05], "updates": 30, "lr": 0.05, "weight_decay": 0.5},
            "The decay is part of the gradient, and so of its size.",
        ),
        Example(
            "Uphill",
            {"objective": "saddle", "start": [1.0, 0.5], "updates": 20, "lr": 0.02, "maximize": True},
            "With maximize the gradient is turned round first.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why an average of squared gradients, and not Adagrad's sum?",
            ("An average forgets: steps do not die out.", "After a stretch of large gradients it comes down again."),
            ("A sum would overflow.", "It grows, but slowly; the trouble is that it never falls."),
            ("An average needs no root.", "It does: the root makes a size of the mean square."),
        ),
        "without_numbers": question(
            "centered=True, and the gradient never changes. In the long run the denominator …",
            ("shrinks towards eps", "It is the gradient's spread then, and there is none: steps become very long."),
            (
                "tends to the gradient's size",
                "So it does without centered, where the mean square itself stands under the root.",
            ),
            ("grows without end", "That is Adagrad's sum. Both averages here settle."),
        ),
    },
    mistakes={
        **gradient.MISTAKES,
        **moments.square_mistakes("square_avg", alpha_of, "α"),
        **moments.bare_squares("square_avg", alpha_of),
        **moments.average_mistakes("grad_avg", alpha_of, "α"),
        **MISTAKES,
    },
    conventions=(
        Convention(
            "Keras, TensorFlow and optax: epsilon under the root",
            "They divide by √(v + ε), PyTorch by √v + ε. For small v the same epsilon weighs far more under the root: "
            "an epsilon of 1e-8 there is one of 1e-4 here. "
            "With gradients of 0.01 and an epsilon of 0.01 the first step is 0.076 long here, and 0.01 there.",
            epsilon_inside,
            SMALL_AND_LARGE,
            references=(keras("RMSprop"), OPTAX),
        ),
        Convention(
            "TensorFlow's momentum: the learning rate inside the buffer",
            "The buffer holds finished steps, "
            "so after a drop of the learning rate it goes on with the old one for a while.",
            rate_inside,
            {
                "objective": "quadratic",
                "start": [2.0, 1.0],
                "updates": 20,
                "lr": 0.02,
                "momentum": 0.9,
                "drop_at": 11,
                "drop_to": 0.002,
            },
            in_torchs_terms=without_rate,
        ),
    ),
    pitfalls=(
        Pitfall(
            "The first step is long",
            "The average starts at 0 and is not corrected: "
            "the first step is lr/√(1−α) long, ten learning rates with the default.",
        ),
        Pitfall(
            "Other defaults elsewhere",
            "Keras and optax keep 0.9 of the old average, PyTorch 0.99.",
        ),
        Pitfall(
            "Centered may give NaN",
            "v − a² can round to a number just below 0, and its root is NaN. PyTorch does not guard against it.",
        ),
        Pitfall(
            "A negative alpha",
            "It is the share of the old average. One above 1 is not refused, and explodes.",
            error="Invalid alpha value: -0.5",
            values={"alpha": -0.5},
        ),
        move.NEGATIVE_RATE,
    ),
    article="The article prints the right defaults. "
    "It does not say that epsilon stands outside the root here, unlike in TensorFlow.",
    references=(
        Reference(
            "Hinton, Lecture 6e of Neural Networks for Machine Learning (2012)",
            "https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf",
        ),
        Reference(
            "Graves, Generating Sequences With Recurrent Neural Networks (2013): the centered version",
            "https://arxiv.org/abs/1308.0850",
        ),
    ),
    tries=(
        Try("What if it remembered longer?", {"alpha": 0.99}),
        Try("What if it had momentum?", {"momentum": 0.9}),
    ),
    check=check,
    sweeps="alpha",
    speed_only=speed_only("capturable", "foreach", "differentiable"),
)
