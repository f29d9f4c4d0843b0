"""Adam: the average gradient, divided by its usual size; every number gets a step length of its own."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.optimizer import MAXIMIZE, Convention, Optimizer, speed_only
from lib.lesson.pieces.checks import need_betas, need_not_negative
from lib.lesson.pieces.gradient import GRADIENT, SHRUNK, fed, not_first, place, ready, shrunk
from lib.lesson.pieces.moments import (
    FIRST_MOMENT,
    SECOND_MOMENT,
    SWAPPED_BETAS,
    average,
    bias_correction,
    corrected,
    correction_mistakes,
    count,
    largest,
    square_average,
)
from lib.lesson.pieces.move import MOVE, denominator, root_mistakes, step_along
from lib.lesson.spec import Example, Mistake, Number, Numbers, Pitfall, Reference, Step, Steps, Switch, Try


def check(*, param, grad, state, lr, betas, eps, weight_decay, amsgrad, maximize, decoupled_weight_decay):
    need_not_negative(lr=lr, eps=eps, weight_decay=weight_decay)
    need_betas(betas)


def by_hand(
    param, grad, state, *, lr, betas, eps, weight_decay, amsgrad, maximize, decoupled_weight_decay=False
) -> Steps:
    """From the gradient over its two running averages to a step of about the learning rate."""
    beta1, beta2 = betas
    t = yield from count(state)
    g = yield from ready(grad, param, weight_decay=0 if decoupled_weight_decay else weight_decay, maximize=maximize)
    if decoupled_weight_decay and weight_decay != 0:
        param = yield from shrunk(param, lr, weight_decay)
    m = yield from average("exp_avg", "m", state.get("exp_avg"), g, beta1, r"\beta_1")
    v = yield from square_average("exp_avg_sq", "v", state.get("exp_avg_sq"), g, beta2, r"\beta_2")
    after = {"step": t, "exp_avg": m, "exp_avg_sq": v}
    if amsgrad:
        v = after["max_exp_avg_sq"] = yield from largest(v, state.get("max_exp_avg_sq"))
    share = yield from bias_correction(1, beta1, t)
    m_hat = yield from corrected("m_hat", "m", m, 1, share)
    share = yield from bias_correction(2, beta2, t)
    v_hat = yield from corrected("v_hat", r"v^{\max}" if amsgrad else "v", v, 2, share)
    size = yield from denominator(v_hat, eps, r"\hat v_i", "the corrected mean square")
    new = yield from step_along(param, lr, m_hat, size, r"\hat m_i")
    return new, after


def epsilon_hat(param, grad, state, *, lr, betas, eps, weight_decay, **_) -> Steps:
    """Adam of Keras and TensorFlow: both corrections go into the learning rate, epsilon onto the bare root."""
    beta1, beta2 = betas
    t = float(state.get("step", 0)) + 1
    g = grad + weight_decay * param
    m = yield Step(
        "exp_avg",
        r"m_i = \beta_1 m_i^{\text{old}} + (1 - \beta_1) g_i",
        beta1 * state.get("exp_avg", np.zeros_like(g)) + (1 - beta1) * g,
        axes="i",
    )
    v = yield Step(
        "exp_avg_sq",
        r"v_i = \beta_2 v_i^{\text{old}} + (1 - \beta_2) g_i^2",
        beta2 * state.get("exp_avg_sq", np.zeros_like(g)) + (1 - beta2) * g * g,
        axes="i",
    )
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma \frac{\sqrt{c_2}}{c_1} \frac{m_i}{\sqrt{v_i} + \hat\epsilon}",
        param - rate * m / (np.sqrt(v) + eps),
        axes="i",
    )
    return new, {"step": np.float32(t), "exp_avg": m, "exp_avg_sq": v}


def largest_corrected(param, grad, state, *, lr, betas, eps, **_) -> Steps:
    """AMSGrad of optax: the largest mean square is taken after the bias correction."""
    beta1, beta2 = betas
    t = float(state.get("step", 0)) + 1
    m = beta1 * state.get("exp_avg", np.zeros_like(grad)) + (1 - beta1) * grad
    v = beta2 * state.get("exp_avg_sq", np.zeros_like(grad)) + (1 - beta2) * grad * grad
    most = yield Step(
        "largest",
        r"\hat v^{\max}_i = \max(\hat v^{\max,\text{old}}_i, v_i / c_2)",
        np.maximum(state.get("largest", np.zeros_like(grad)), v / (1 - beta2**t)),
        axes="i",
    )
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma\, \hat m_i / (\sqrt{\hat v^{\max}_i} + \epsilon)",
        param - lr * m / (1 - beta1**t) / (np.sqrt(most) + eps),
        axes="i",
    )
    return new, {"step": np.float32(t), "exp_avg": m, "exp_avg_sq": v, "largest": most}


def takes_largest(given):
    return given["amsgrad"]


def under_the_root(given, done):
    return done["v_hat"]


MISTAKES = (
    *GRADIENT,
    *SHRUNK,
    SWAPPED_BETAS,
    *FIRST_MOMENT,
    *SECOND_MOMENT,
    Mistake(
        {"max_exp_avg_sq": lambda given, done: done["exp_avg_sq"]},
        "You took the new mean square. AMSGrad keeps the largest there has been.",
        when=lambda given: takes_largest(given) and not_first(given),
    ),
    *correction_mistakes(1, "exp_avg", "m_hat"),
    *correction_mistakes(2, "exp_avg_sq", "v_hat"),
    *root_mistakes(under_the_root),
    *MOVE,
    Mistake(
        {"param": lambda given, done: place(given, done) - given["lr"] * fed(given, done) / done["denominator"]},
        "You stepped along the gradient. Adam steps along the corrected average of gradients.",
        when=not_first,
    ),
)

ROSENBROCK = {"objective": "rosenbrock", "start": [-1.5, 2.0], "updates": 100}

LESSON = Optimizer(
    title="Adam",
    torch=optim.Adam,
    order=7,
    names=("自适应矩估计", "adaptive moment estimation", "AMSGrad", "first and second moment"),
    purpose="Averages the gradient and divides by its usual size: each number gets a step length of its own.",
    use_when="You want something that works at once: the default for most networks, with a learning rate near 0.001.",
    not_when="You want weight decay that really decays (use AdamW), or the last bit of test accuracy on images, where "
    "SGD "
    "with momentum often ends better.",
    formula=r"\theta \leftarrow \theta - \gamma\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
    symbols=(
        (r"\theta_i", "element i of the parameter"),
        (r"g_i", "its gradient, with weight decay"),
        (r"m_i", "the average of the gradients (exp_avg)"),
        (r"v_i", "the average of the squared gradients (exp_avg_sq)"),
        (r"\beta_1, \beta_2", "betas: how much of each old average is kept"),
        (r"t", "the number of the update, from 1"),
        (r"c_1, c_2", "the bias corrections: how much weight each average has gathered by now"),
        (r"\hat m_i, \hat v_i", "the corrected averages"),
        (r"v^{\max}_i", "with AMSGrad: the largest mean square so far"),
        (r"s_i", "the usual size of the gradient, plus epsilon"),
        (r"\epsilon", "eps: keeps the division from 0"),
        (r"\gamma", "lr: the learning rate"),
        (r"\lambda", "weight_decay"),
    ),
    parameters=(
        Number("lr", 1e-3, "The learning rate: about how far each number moves per update.", (0.1,)),
        Numbers("betas", (0.9, 0.999), "How much of each old average is kept.", ((0.5, 0.9), (0.0, 0.0))),
        Number("eps", 1e-8, "Added to the root, so that nothing is divided by 0.", (1e-2,)),
        Number("weight_decay", 0, "Adds this times the parameter to the gradient.", (0.1,)),
        Switch("amsgrad", False, "Divide by the largest mean square so far.", rare=True),
        MAXIMIZE,
        Switch(
            "decoupled_weight_decay", False, "Shrink the parameter instead of changing the gradient: AdamW.", rare=True
        ),
    ),
    examples=(
        Example(
            "Two sizes of gradient",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 60, "lr": 0.1},
            "y is 25 times as steep as x, yet both start with steps of 0.1: what counts is how a gradient compares "
            "with its own past.",
        ),
        Example(
            "The bowl",
            {"objective": "bowl", "start": [2.0], "updates": 100, "lr": 0.1},
            "The first step is 0.1 long, whatever the gradient's size; momentum carries the parameter through 0.",
        ),
        Example(
            "Rosenbrock's banana",
            {**ROSENBROCK, "lr": 0.1},
            "The first step is 0.14 long, later ones about 0.01 along the curved valley: after 100 it is far from (1, "
            "1).",
        ),
        Example(
            "AMSGrad after a large gradient",
            {
                "objective": "typed gradients",
                "start": [1.0, 1.0],
                "grads": [[5, 1], [0.1, 1], [0.1, 1], [0.1, 1]],
                "updates": 4,
                "lr": 0.1,
                "betas": (0.9, 0.9),
                "amsgrad": True,
            },
            "The first number remembers its large gradient and goes on in small steps.",
        ),
        Example(
            "Weight decay as L2",
            {"objective": "absolute", "start": [1.05], "updates": 30, "lr": 0.05, "weight_decay": 0.5},
            "The decay goes into both averages, so it is divided by their size like everything else.",
        ),
        Example(
            "Decoupled weight decay",
            {
                "objective": "absolute",
                "start": [1.05],
                "updates": 30,
                "lr": 0.05,
                "weight_decay": 0.5,
                "decoupled_weight_decay": True,
            },
            "This is AdamW: the parameter shrinks by itself.",
        ),
        Example(
            "A large epsilon",
            {"objective": "bowl", "start": [2.0], "updates": 100, "lr": 0.1, "eps": 1.0},
            "Beside a gradient of 16 an epsilon of 1 weighs little: the first step is 0.094 long instead of 0.1.",
        ),
        Example(
            "Uphill",
            {"objective": "saddle", "start": [1.0, 0.5], "updates": 20, "lr": 0.1, "maximize": True},
            "With maximize the gradient is turned round first.",
        ),
    ),
    by_hand=by_hand,
    mistakes=MISTAKES,
    conventions=(
        Convention(
            "Keras and TensorFlow: epsilon before the correction",
            "Both bias corrections go into the learning rate, and epsilon is added to the root of the uncorrected mean "
            "square. Early on that root is small, so the same epsilon weighs more: with gradients of 0.01 and an "
            "epsilon of 0.01 the first step is 0.05 long here, and 0.003 there.",
            epsilon_hat,
            {
                "objective": "typed gradients",
                "start": [1.0, 1.0],
                "grads": [[0.01, 1]] * 8,
                "updates": 8,
                "lr": 0.1,
                "eps": 0.01,
            },
            references=(Reference("Keras documentation: Adam", "https://keras.io/api/optimizers/adam/"),),
        ),
        Convention(
            "optax: AMSGrad after the correction",
            "PyTorch keeps the largest uncorrected mean square and corrects it afterwards; optax keeps the largest "
            "corrected one, which is large early on.",
            largest_corrected,
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 20, "lr": 0.1, "amsgrad": True},
            references=(
                Reference("optax documentation", "https://optax.readthedocs.io/en/latest/api/optimizers.html"),
                Reference(
                    "Reddi, Kale, Kumar, On the Convergence of Adam and Beyond (2018)",
                    "https://arxiv.org/abs/1904.09237",
                ),
            ),
        ),
    ),
    pitfalls=(
        Pitfall(
            "Weight decay is not decay here",
            "weight_decay is added to the gradient and then divided by its size: large gradients decay less. AdamW "
            "shrinks "
            "the parameter itself.",
        ),
        Pitfall(
            "The first steps are full steps",
            "The corrected averages make the first step as long as the learning rate, however small the gradient. A "
            "warm-up "
            "helps where that is too much.",
        ),
        Pitfall(
            "A tiny gradient is not a tiny step",
            "The size is divided out: gradients of 1e-6 move the parameter as far as gradients of 1, as long as they "
            "are "
            "well above epsilon.",
        ),
        Pitfall(
            "A beta of 1",
            "Such an average would never see a gradient.",
            error="Invalid beta parameter at index 1: 1.0",
            values={"betas": (0.9, 1.0)},
        ),
        Pitfall(
            "A negative learning rate",
            "To go up, use maximize=True.",
            error="Invalid learning rate: -0.1",
            values={"lr": -0.1},
        ),
        Pitfall(
            "AMSGrad takes the largest before correcting",
            "So in the first updates the effective step still grows; the paper has no correction at all.",
        ),
    ),
    article="The article says AMSGrad keeps the learning rate positive. Adam's step length is positive anyway; AMSGrad "
    "makes the mean square never fall, so that steps do not grow again.",
    references=(
        Reference("PyTorch documentation: Adam", "https://docs.pytorch.org/docs/2.13/generated/torch.optim.Adam.html"),
        Reference("Kingma, Ba, Adam: A Method for Stochastic Optimization (2015)", "https://arxiv.org/abs/1412.6980"),
        Reference(
            "Reddi, Kale, Kumar, On the Convergence of Adam and Beyond (2018)", "https://arxiv.org/abs/1904.09237"
        ),
    ),
    tries=(
        Try("What if it forgot faster?", {"betas": (0.5, 0.9)}),
        Try("What if epsilon were 0.01?", {"eps": 0.01}),
    ),
    check=check,
    sweeps="betas[0]",
    speed_only=speed_only("foreach", "capturable", "differentiable", "fused"),
)
