"""Adamax: Adam that divides by the largest recent gradient instead of its root mean square."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.optimizer import MAXIMIZE, Convention, Optimizer, speed_only
from lib.lesson.pieces.checks import need_betas, need_not_negative
from lib.lesson.pieces.gradient import GRADIENT, before, fed, not_first, ready
from lib.lesson.pieces.latex import bare, num
from lib.lesson.pieces.moments import (
    FIRST_MOMENT,
    average,
    beta2,
    bias_correction,
    corrected,
    correction_mistakes,
    count,
)
from lib.lesson.pieces.move import MOVE, step_along
from lib.lesson.spec import Example, Mistake, Number, Numbers, Pitfall, Reference, Step, Steps, Try


def check(*, param, grad, state, lr, betas, eps, weight_decay, maximize):
    need_not_negative(lr=lr, eps=eps, weight_decay=weight_decay)
    need_betas(betas)


def by_hand(param, grad, state, *, lr, betas, eps, weight_decay, maximize) -> Steps:
    """From the gradient over its average and its largest recent size to the new parameter."""
    beta1, beta2 = betas
    t = yield from count(state)
    g = yield from ready(grad, param, weight_decay=weight_decay, maximize=maximize)
    m = yield from average("exp_avg", "m", state.get("exp_avg"), g, beta1, r"\beta_1")
    old = state.get("exp_inf", np.zeros_like(g))
    u = yield Step(
        "exp_inf",
        r"s_i = \max(\beta_2\, s_i^{\text{old}}, |g_i| + \epsilon)",
        np.maximum(beta2 * old, np.abs(g) + eps),
        axes="i",
        worked=lambda *i: rf"\max({num(beta2)} \cdot {num(old[i])}, |{bare(g[i])}| + {num(eps)})",
        words="Let the old largest size fade a little; if the new gradient is larger, take its size.",
    )
    share = yield from bias_correction(1, beta1, t)
    m_hat = yield from corrected("m_hat", "m", m, 1, share)
    new = yield from step_along(param, lr, m_hat, u, r"\hat m_i")
    return new, {"step": t, "exp_avg": m, "exp_inf": u}


def epsilon_below(param, grad, state, *, lr, betas, eps, weight_decay, **_) -> Steps:
    """Adamax of Keras: epsilon is added to the largest size when dividing, not inside the maximum."""
    beta1, beta2 = betas
    t, g = float(state.get("step", 0)) + 1, grad + weight_decay * param
    m = beta1 * state.get("exp_avg", np.zeros_like(g)) + (1 - beta1) * g
    u = yield Step(
        "exp_inf",
        r"s_i = \max(\beta_2 s_i^{\text{old}}, |g_i|)",
        np.maximum(beta2 * state.get("exp_inf", np.zeros_like(g)), np.abs(g)),
        axes="i",
    )
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma\, \hat m_i / (s_i + \epsilon)",
        param - lr * m / (1 - beta1**t) / (u + eps),
        axes="i",
    )
    return new, {"step": np.float32(t), "exp_avg": m, "exp_inf": u}


MISTAKES = (
    *GRADIENT,
    *FIRST_MOMENT,
    Mistake(
        {"exp_inf": lambda given, done: np.maximum(before(given, "exp_inf"), np.abs(fed(given, done)) + given["eps"])},
        "You did not let the old size fade: it is multiplied by β₂ first.",
        when=not_first,
    ),
    Mistake(
        {"exp_inf": lambda given, done: np.abs(fed(given, done)) + given["eps"]},
        "You took the new size. The old one, a little smaller, counts where it is larger.",
        when=not_first,
    ),
    Mistake(
        {
            "exp_inf": lambda given, done: (
                beta2(given) * before(given, "exp_inf") + (1 - beta2(given)) * np.abs(fed(given, done))
            )
        },
        "You averaged. Adamax takes the larger of the two.",
    ),
    Mistake(
        {"exp_inf": lambda given, done: fed(given, done) ** 2},
        "You squared the gradient, as Adam does. Here its size counts.",
    ),
    *correction_mistakes(1, "exp_avg", "m_hat"),
    *MOVE,
)

LESSON = Optimizer(
    title="Adamax",
    torch=optim.Adamax,
    order=8,
    names=("无穷范数Adam", "infinity norm", "Adam with the largest gradient"),
    purpose="Divides the averaged gradient by its largest recent size.",
    use_when="Gradients are mostly 0 or come in bursts, as those of embeddings do: no step is longer than about lr.",
    not_when="You have no reason against Adam, which is tried far more often.",
    formula=r"s \leftarrow \max(\beta_2 s, |g| + \epsilon), \qquad \theta \leftarrow \theta - \gamma\, \hat m / s",
    symbols=(
        (r"\theta_i", "element i of the parameter"),
        (r"g_i", "its gradient, with weight decay"),
        (r"m_i", "the average of the gradients (exp_avg)"),
        (r"s_i", "the largest recent size of the gradient, which fades slowly (exp_inf)"),
        (r"\beta_1, \beta_2", "betas: how much is kept of the average and of the largest size"),
        (r"t", "the number of the update, from 1"),
        (r"c_1", "the bias correction of the average"),
        (r"\hat m_i", "the corrected average"),
        (r"\epsilon", "eps"),
        (r"\gamma", "lr: the learning rate"),
        (r"\lambda", "weight_decay"),
    ),
    parameters=(
        Number("lr", 2e-3, "The learning rate: about the longest step.", (0.1,)),
        Numbers(
            "betas", (0.9, 0.999), "How much is kept of the average and of the largest size.", ((0.5, 0.9), (0.0, 0.0))
        ),
        Number("eps", 1e-8, "Added to the gradient's size inside the maximum.", (1e-2,)),
        Number("weight_decay", 0, "Adds this times the parameter to the gradient.", (0.1,)),
        MAXIMIZE,
    ),
    examples=(
        Example(
            "The bowl",
            {"objective": "bowl", "start": [2.0], "updates": 100, "lr": 0.1},
            "The largest gradient was the first, so the steps shorten as the gradient falls.",
        ),
        Example(
            "A long valley",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 60, "lr": 0.1},
            "Each number is divided by its own largest gradient.",
        ),
        Example(
            "One burst",
            {
                "objective": "typed gradients",
                "start": [1.0, 1.0],
                "grads": [[5, 1], [0.1, 1], [0.1, 2], [0.1, 1]],
                "updates": 4,
                "lr": 0.1,
                "betas": (0.9, 0.9),
            },
            "After a burst the size fades by a tenth per update, and small gradients move little for a while.",
        ),
        Example(
            "Weight decay",
            {"objective": "absolute", "start": [1.05], "updates": 30, "lr": 0.05, "weight_decay": 0.5},
            "The decay is part of the gradient, and so of its size.",
        ),
        Example(
            "A large epsilon",
            {"objective": "bowl", "start": [2.0], "updates": 60, "lr": 0.1, "eps": 0.5},
            "Epsilon is added to the gradient's size before the larger one is taken.",
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
            "Keras: epsilon when dividing",
            "Keras takes the maximum of the bare sizes and adds epsilon when it divides. With a tiny epsilon nobody "
            "notices. A large one stays whole in their divisor; in PyTorch's it fades with the size that it was "
            "added to.",
            epsilon_below,
            {
                "objective": "typed gradients",
                "start": [1.0],
                "grads": [[1], *[[0.1]] * 9],
                "updates": 10,
                "lr": 0.1,
                "betas": (0.9, 0.9),
                "eps": 0.5,
            },
            references=(Reference("Keras documentation: Adamax", "https://keras.io/api/optimizers/adamax/"),),
        ),
    ),
    pitfalls=(
        Pitfall(
            "Epsilon sits inside the maximum",
            "It is added to the gradient's size. With eps=0 a number whose gradients are all 0 gives 0/0: NaN.",
        ),
        Pitfall(
            "The largest size is not corrected",
            "It is no average: its first value is the first gradient's whole size, so there is nothing to make up for.",
        ),
        Pitfall(
            "A beta of 1",
            "Such an average would never see a gradient.",
            error="Invalid beta parameter at index 0: 1.0",
            values={"betas": (1.0, 0.999)},
        ),
        Pitfall(
            "A negative learning rate",
            "To go up, use maximize=True.",
            error="Invalid learning rate: -0.1",
            values={"lr": -0.1},
        ),
    ),
    article="The article says the name comes from an upper bound on the learning rate. It comes from the maximum norm "
    "that "
    "takes the place of Adam's root mean square; that no step is longer than about lr follows from it.",
    references=(
        Reference(
            "PyTorch documentation: Adamax", "https://docs.pytorch.org/docs/2.13/generated/torch.optim.Adamax.html"
        ),
        Reference("Kingma, Ba, Adam (2015), section 7.1", "https://arxiv.org/abs/1412.6980"),
    ),
    tries=(
        Try("What if it forgot faster?", {"betas": (0.5, 0.9)}),
        Try("What if epsilon were 0.5?", {"eps": 0.5}),
    ),
    check=check,
    sweeps="betas[0]",
    speed_only=speed_only("foreach", "differentiable", "capturable"),
)
