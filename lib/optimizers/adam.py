"""Adam: the average gradient, divided by its usual size; every number gets a step length of its own."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.optimizer import OPTAX, Convention, Optimizer, keras, speed_only
from lib.lesson.pieces import gradient, moments, move
from lib.lesson.pieces.checks import need_betas, need_not_negative
from lib.lesson.pieces.gradient import ready
from lib.lesson.pieces.moments import average, corrected, count, largest, square_average
from lib.lesson.pieces.move import denominator, divided_step, shrunk
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Reference, Step, Steps, Switch, Try, question


def check(*, param, grad, state, lr, betas, eps, weight_decay, amsgrad, maximize, decoupled_weight_decay):
    need_not_negative(lr=lr, eps=eps, weight_decay=weight_decay)
    need_betas(betas)


def by_hand(
    param, grad, state, *, lr, betas, eps, weight_decay, amsgrad, maximize, decoupled_weight_decay=False
) -> Steps:
    """From the gradient, through its two running averages, to a step about as long as the learning rate."""
    beta1, beta2 = betas
    l2, decoupled = (0, weight_decay) if decoupled_weight_decay else (weight_decay, 0)
    t = yield from count(state)
    g, source = yield from ready(grad, param, weight_decay=l2, maximize=maximize)
    param, place = yield from shrunk(param, lr, decoupled)
    m = yield from average("exp_avg", "m", state, g, beta1, r"\beta_1", source)
    v = yield from square_average("exp_avg_sq", "v", state, g, beta2, r"\beta_2", source)
    after = {"step": t, "exp_avg": m, "exp_avg_sq": v}
    letter, averaged = "v", "exp_avg_sq"
    if amsgrad:
        v = after["max_exp_avg_sq"] = yield from largest(v, state)
        letter, averaged = r"v^{\max}", "max_exp_avg_sq"
    m_hat = yield from corrected("m_hat", "m", m, "exp_avg", 1, beta1, t)
    v_hat = yield from corrected("v_hat", letter, v, averaged, 2, beta2, t)
    size = yield from denominator(v_hat, eps, r"\hat v_i", "v_hat")
    new = yield from divided_step(param, lr, m_hat, size, r"\hat m_i", "m_hat", place=place)
    return new, after


def epsilon_hat(param, grad, state, *, lr, betas, eps, weight_decay, **_) -> Steps:
    """Adam of Keras and TensorFlow: both corrections go into the learning rate, epsilon to the uncorrected root."""
    beta1, beta2 = betas
    t = yield from count(state)
    g = grad + weight_decay * param
    m = yield from average("exp_avg", "m", state, g, beta1, r"\beta_1")
    v = yield from square_average("exp_avg_sq", "v", state, g, beta2, r"\beta_2")
    rate = lr * np.sqrt(1 - beta2 ** float(t)) / (1 - beta1 ** float(t))
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma \frac{\sqrt{c_2}}{c_1} \frac{m_i}{\sqrt{v_i} + \hat\epsilon}",
        param - rate * m / (np.sqrt(v) + eps),
        axes="i",
    )
    return new, {"step": t, "exp_avg": m, "exp_avg_sq": v}


def largest_corrected(param, grad, state, *, lr, betas, eps, **_) -> Steps:
    """AMSGrad of optax: the largest mean square is taken after the bias correction."""
    beta1, beta2 = betas
    t = yield from count(state)
    m = yield from average("exp_avg", "m", state, grad, beta1, r"\beta_1")
    v = yield from square_average("exp_avg_sq", "v", state, grad, beta2, r"\beta_2")
    most = yield Step(
        "largest",
        r"\hat v^{\max}_i = \max(\hat v^{\max,\text{old}}_i, v_i / c_2)",
        np.maximum(state.get("largest", np.zeros_like(grad)), v / (1 - beta2 ** float(t))),
        axes="i",
    )
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma\, \hat m_i / (\sqrt{\hat v^{\max}_i} + \epsilon)",
        param - lr * m / (1 - beta1 ** float(t)) / (np.sqrt(most) + eps),
        axes="i",
    )
    return new, {"step": t, "exp_avg": m, "exp_avg_sq": v, "largest": most}


MISTAKES = {
    "steps_along_the_gradient": Mistake(
        {
            "param": lambda given, done: (
                move.place(given, done) - given["lr"] * gradient.fed(given, done) / done["denominator"]
            )
        },
        "You stepped along the gradient. Adam steps along the corrected average of gradients.",
        when=moments.not_first,
    ),
    "decays_past_the_averages": Mistake(
        {
            "decayed": gradient.turned_or_not,
            "param": lambda given, done: (
                done["param"] - given["lr"] * given["weight_decay"] * given["param"] / done["denominator"]
            ),
        },
        "You added the decay to the corrected average. It belongs to the gradient, and goes into both averages.",
        when=gradient.decays,
    ),
}

AMSGRAD_PAPER = Reference(
    "Reddi, Kale, Kumar, On the Convergence of Adam and Beyond (2018)", "https://arxiv.org/abs/1904.09237"
)

DECAYING = {"objective": "absolute", "start": [1.05], "updates": 30, "lr": 0.05, "weight_decay": 0.5}

LESSON = Optimizer(
    title="Adam",
    torch=optim.Adam,
    order=7,
    names=("自适应矩估计", "adaptive moment estimation", "AMSGrad", "first and second moment"),
    purpose="Averages the gradient and divides by its usual size: each number gets a step length of its own.",
    use_when="You want something that works at once: the default for most networks, with a learning rate near 0.001.",
    not_when="You want weight decay that really decays (use AdamW), or the last bit of test accuracy on images, "
    "where SGD with momentum often ends better.",
    formula=r"\theta \leftarrow \theta - \gamma\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
    symbols=(
        *gradient.SYMBOLS,
        *moments.SYMBOLS,
        (r"c_1, c_2", "the bias corrections: how much weight each average has gathered by now"),
        (r"\hat m_i, \hat v_i", "the corrected averages"),
        moments.LARGEST,
        move.SIZE,
        (r"\epsilon", "eps: keeps the division from 0"),
        *move.SYMBOLS,
    ),
    parameters=(
        Number("lr", 1e-3, "The learning rate: about how far each number moves per update.", (0.1,)),
        moments.BETAS,
        move.EPS,
        gradient.WEIGHT_DECAY,
        moments.AMSGRAD,
        gradient.MAXIMIZE,
        Switch(
            "decoupled_weight_decay", False, "Shrink the parameter instead of changing the gradient: AdamW.", rare=True
        ),
    ),
    examples=(
        Example(
            "Two sizes of gradient",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 60, "lr": 0.1},
            "y is 25 times as steep as x, yet both start with steps of 0.1: "
            "what counts is how a gradient compares with its own past.",
        ),
        Example(
            "The bowl",
            {"objective": "bowl", "start": [2.0], "updates": 100, "lr": 0.1},
            "The first step is 0.1 long, whatever the gradient's size; momentum carries the parameter through 0.",
        ),
        Example(
            "Rosenbrock's banana",
            {"objective": "rosenbrock", "start": [-1.5, 2.0], "updates": 100, "lr": 0.1},
            "The first step is 0.14 long, later ones about 0.01 along the curved valley: "
            "after 100 it is far from (1, 1).",
        ),
        moments.AFTER_A_LARGE_GRADIENT,
        Example(
            "Weight decay as L2",
            DECAYING,
            "The decay goes into both averages, so it is divided by their size like everything else.",
        ),
        Example(
            "Decoupled weight decay",
            {**DECAYING, "decoupled_weight_decay": True},
            "This is AdamW: the parameter shrinks by itself.",
        ),
        Example(
            "A large epsilon",
            {"objective": "bowl", "start": [2.0], "updates": 100, "lr": 0.1, "eps": 1.0},
            "Beside a gradient of 16 an epsilon of 1 weighs little: the first step is 0.094 long instead of 0.1.",
        ),
        gradient.UPHILL,
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why are the averages divided by 1 − βᵗ?",
            (
                "They start at 0, so at first they hold too little.",
                "Divided by the weights gathered so far they are true averages from the first update on.",
            ),
            (
                "So that the steps become shorter with time.",
                "The divisor grows towards 1 and then does nothing: only early steps are put right.",
            ),
            ("So that nothing is divided by 0.", "That is what eps is for."),
        ),
        "without_numbers": question(
            "The very first update, with any gradient but 0. The step is …",
            (
                "about as long as the learning rate",
                "Both corrected averages hold this one gradient: g over its own size is 1 or −1.",
            ),
            ("the learning rate times the gradient", "That is SGD. Adam divides the gradient's size out."),
            (
                "a tenth of the learning rate, since m holds a tenth of the gradient",
                "The correction divides by that tenth again.",
            ),
        ),
    },
    mistakes={
        **gradient.MISTAKES,
        **move.SHRUNK,
        **move.DECAYS_THE_OTHER_WAY,
        **moments.BOTH_AVERAGES,
        **moments.bare_squares("exp_avg_sq", moments.beta2),
        **moments.AMSGRAD_MISTAKES,
        **moments.correction_mistakes(1, "exp_avg", "m_hat"),
        **moments.correction_mistakes(2, "exp_avg_sq", "v_hat"),
        "corrections_count_from_0": moments.COUNTS_FROM_0,
        **moments.ADAM_CORRECTIONS,
        **move.root_mistakes("v_hat"),
        **move.MISTAKES,
        **move.undivided("m_hat"),
        **MISTAKES,
    },
    conventions=(
        Convention(
            "Keras and TensorFlow: epsilon before the correction",
            "Both bias corrections go into the learning rate, "
            "and epsilon is added to the root of the uncorrected mean square. "
            "Early on that root is small, so the same epsilon weighs more: "
            "with gradients of 0.01 and an epsilon of 0.01 the first step is 0.05 long here, and 0.003 there.",
            epsilon_hat,
            {
                "objective": "typed gradients",
                "start": [1.0, 1.0],
                "grads": [[0.01, 1]] * 8,
                "updates": 8,
                "lr": 0.1,
                "eps": 0.01,
            },
            references=(keras("Adam"),),
        ),
        Convention(
            "optax: AMSGrad after the correction",
            "PyTorch keeps the largest uncorrected mean square and corrects it afterwards; "
            "optax keeps the largest corrected one, which is large early on.",
            largest_corrected,
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 20, "lr": 0.1, "amsgrad": True},
            references=(OPTAX, AMSGRAD_PAPER),
        ),
    ),
    pitfalls=(
        Pitfall(
            "Weight decay is not decay here",
            "weight_decay is added to the gradient and then divided by its size: large gradients decay less. "
            "AdamW shrinks the parameter itself.",
        ),
        Pitfall(
            "The first steps are full steps",
            "The corrected averages make the first step as long as the learning rate, however small the gradient. "
            "A warm-up helps where that is too much.",
        ),
        Pitfall(
            "A tiny gradient is not a tiny step",
            "The size is divided out: gradients of 1e-6 move the parameter as far as gradients of 1, "
            "as long as they are well above epsilon.",
        ),
        moments.BETA_OF_1,
        move.NEGATIVE_RATE,
        Pitfall(
            "AMSGrad takes the largest before correcting",
            "So in the first updates the effective step still grows; the paper has no correction at all.",
        ),
    ),
    article="The article says AMSGrad keeps the learning rate positive. Adam's step length is positive anyway; "
    "AMSGrad makes the mean square never fall, so that steps do not grow again.",
    references=(moments.ADAM_PAPER, AMSGRAD_PAPER),
    tries=(
        Try("What if it forgot faster?", {"betas": (0.5, 0.9)}),
        Try("What if epsilon were 0.01?", {"eps": 0.01}),
    ),
    check=check,
    sweeps="betas[0]",
    speed_only=speed_only("foreach", "capturable", "differentiable", "fused"),
)
