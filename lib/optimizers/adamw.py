"""AdamW: Adam whose weight decay shrinks the parameter itself instead of entering the averages."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.optimizer import MAXIMIZE, Convention, Optimizer, speed_only
from lib.lesson.pieces.checks import need_betas, need_not_negative
from lib.lesson.pieces.gradient import SHRUNK, UPHILL, not_first, ready, shrunk
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


def check(*, param, grad, state, lr, betas, eps, weight_decay, amsgrad, maximize):
    need_not_negative(lr=lr, eps=eps, weight_decay=weight_decay)
    need_betas(betas)


def by_hand(param, grad, state, *, lr, betas, eps, weight_decay, amsgrad, maximize) -> Steps:
    """First the parameter shrinks, then Adam's step, which knows nothing of the decay."""
    beta1, beta2 = betas
    t = yield from count(state)
    g = yield from ready(grad, param, weight_decay=0, maximize=maximize)
    if weight_decay != 0:
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


def decay_by_lambda_alone(param, grad, state, *, lr, betas, eps, weight_decay, **_) -> Steps:
    """The paper's decay: λ times the parameter, not multiplied by the learning rate."""
    beta1, beta2 = betas
    t = float(state.get("step", 0)) + 1
    m = beta1 * state.get("exp_avg", np.zeros_like(grad)) + (1 - beta1) * grad
    v = beta2 * state.get("exp_avg_sq", np.zeros_like(grad)) + (1 - beta2) * grad * grad
    move = lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma\, \hat m_i / s_i - \lambda\, \theta_i",
        param - move - weight_decay * param,
        axes="i",
    )
    return new, {"step": np.float32(t), "exp_avg": m, "exp_avg_sq": v}


MISTAKES = (
    UPHILL,
    *SHRUNK,
    SWAPPED_BETAS,
    *FIRST_MOMENT,
    *SECOND_MOMENT,
    Mistake(
        {
            "exp_avg": lambda given, done: (
                done["exp_avg"] + (1 - given["betas"][0]) * given["weight_decay"] * given["param"]
            )
        },
        "You put the weight decay into the gradient: that is Adam's L2 penalty. AdamW keeps the two apart.",
        when=lambda given: given["weight_decay"] != 0,
    ),
    Mistake(
        {"max_exp_avg_sq": lambda given, done: done["exp_avg_sq"]},
        "You took the new mean square. AMSGrad keeps the largest there has been.",
        when=lambda given: given["amsgrad"] and not_first(given),
    ),
    *correction_mistakes(1, "exp_avg", "m_hat"),
    *correction_mistakes(2, "exp_avg_sq", "v_hat"),
    *root_mistakes(lambda given, done: done["v_hat"]),
    *MOVE,
)

LESSON = Optimizer(
    title="AdamW",
    torch=optim.AdamW,
    order=11,
    names=("解耦权重衰减的Adam", "decoupled weight decay", "Adam with weight decay", "transformer"),
    purpose="Adam with weight decay that shrinks the parameter by itself, untouched by the averages.",
    use_when="You train a transformer, or anything where you would use Adam and want weights to stay small.",
    not_when="Nothing should decay and you copy settings made for Adam: AdamW decays by 0.01 unless told otherwise.",
    formula=r"\theta \leftarrow (1 - \gamma\lambda)\,\theta - \gamma\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
    symbols=(
        (r"\theta_i", "element i of the parameter"),
        (r"g_i", "its gradient, without weight decay"),
        (r"\lambda", "weight_decay: each update shrinks the parameter by the learning rate times this"),
        (r"m_i", "the average of the gradients (exp_avg)"),
        (r"v_i", "the average of the squared gradients (exp_avg_sq)"),
        (r"\beta_1, \beta_2", "betas: how much of each old average is kept"),
        (r"t", "the number of the update, from 1"),
        (r"c_1, c_2", "the bias corrections"),
        (r"\hat m_i, \hat v_i", "the corrected averages"),
        (r"v^{\max}_i", "with AMSGrad: the largest mean square so far"),
        (r"s_i", "the usual size of the gradient, plus epsilon"),
        (r"\epsilon", "eps"),
        (r"\gamma", "lr: the learning rate"),
    ),
    parameters=(
        Number("lr", 1e-3, "The learning rate: about how far each number moves per update.", (0.1,)),
        Numbers("betas", (0.9, 0.999), "How much of each old average is kept.", ((0.5, 0.9), (0.0, 0.0))),
        Number("eps", 1e-8, "Added to the root, so that nothing is divided by 0.", (1e-2,)),
        Number("weight_decay", 1e-2, "Shrinks the parameter by lr times this in every update.", (0.0, 0.5)),
        Switch("amsgrad", False, "Divide by the largest mean square so far.", rare=True),
        MAXIMIZE,
    ),
    examples=(
        Example(
            "Decay beside the step",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 60, "lr": 0.1, "weight_decay": 0.5},
            "First the parameter shrinks by 5 percent, then Adam's step is taken: the decay has no part in the "
            "averages.",
        ),
        Example(
            "PyTorch's default decay",
            {"objective": "bowl", "start": [2.0], "updates": 100, "lr": 0.1},
            "weight_decay is 0.01 unless given: the parameter shrinks by a thousandth per update.",
        ),
        Example(
            "No decay",
            {"objective": "rosenbrock", "start": [-1.5, 2.0], "updates": 100, "lr": 0.1, "weight_decay": 0.0},
            "Without decay AdamW is Adam.",
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
            "A gradient of 0 still decays",
            {
                "objective": "typed gradients",
                "start": [1.0, 2.0],
                "grads": [[0, 1], [0, 1], [0, 0]],
                "updates": 3,
                "lr": 0.1,
                "weight_decay": 0.1,
            },
            "A number without slope shrinks by one percent per update. With a gradient of None it would stay.",
        ),
        Example(
            "Uphill",
            {"objective": "saddle", "start": [1.0, 0.5], "updates": 20, "lr": 0.1, "maximize": True},
            "With maximize the gradient is turned round; the parameter still shrinks.",
        ),
    ),
    by_hand=by_hand,
    mistakes=MISTAKES,
    conventions=(
        Convention(
            "The paper: decay by λ alone",
            "Loshchilov and Hutter shrink by λ itself (and let a schedule scale both); PyTorch shrinks by the learning "
            "rate times λ. A value from the paper must be divided by the learning rate.",
            decay_by_lambda_alone,
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 20, "lr": 0.1, "weight_decay": 0.1},
            references=(
                Reference(
                    "Loshchilov, Hutter, Decoupled Weight Decay Regularization (2019)",
                    "https://arxiv.org/abs/1711.05101",
                ),
            ),
        ),
    ),
    pitfalls=(
        Pitfall(
            "It decays by default",
            "weight_decay is 0.01 here and 0 in Adam: the two differ even where you set neither.",
        ),
        Pitfall(
            "The decay follows the learning rate",
            "The parameter shrinks by lr times weight_decay, so a schedule that lowers lr lowers the decay too.",
        ),
        Pitfall(
            "Biases and norms decay too",
            "Unless you put them into a parameter group of their own with weight_decay=0.",
        ),
        Pitfall(
            "A beta of 1",
            "Such an average would never see a gradient.",
            error="Invalid beta parameter at index 0: 1.0",
            values={"betas": (1.0, 0.999)},
        ),
        Pitfall(
            "A negative weight decay",
            "It would make parameters grow.",
            error="Invalid weight_decay value: -0.1",
            values={"weight_decay": -0.1},
        ),
    ),
    references=(
        Reference(
            "PyTorch documentation: AdamW", "https://docs.pytorch.org/docs/2.13/generated/torch.optim.AdamW.html"
        ),
        Reference(
            "Loshchilov, Hutter, Decoupled Weight Decay Regularization (2019)", "https://arxiv.org/abs/1711.05101"
        ),
        Reference("Kingma, Ba, Adam: A Method for Stochastic Optimization (2015)", "https://arxiv.org/abs/1412.6980"),
    ),
    tries=(
        Try("What if nothing decayed?", {"weight_decay": 0.0}),
        Try("What if it forgot faster?", {"betas": (0.5, 0.9)}),
    ),
    check=check,
    sweeps="betas[0]",
    speed_only=speed_only("foreach", "capturable", "differentiable", "fused"),
)
