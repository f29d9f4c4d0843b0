"""AdamW: Adam whose weight decay shrinks the parameter itself instead of entering the averages."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.optimizer import Convention, Optimizer, speed_only
from lib.lesson.pieces import gradient, moments, move
from lib.lesson.pieces.checks import need_betas, need_not_negative
from lib.lesson.pieces.gradient import ready
from lib.lesson.pieces.moments import average, corrected, count, largest, square_average
from lib.lesson.pieces.move import denominator, divided_step, shrunk
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Reference, Step, Steps, Try, question


def check(*, param, grad, state, lr, betas, eps, weight_decay, amsgrad, maximize):
    need_not_negative(lr=lr, eps=eps, weight_decay=weight_decay)
    need_betas(betas)


def by_hand(param, grad, state, *, lr, betas, eps, weight_decay, amsgrad, maximize) -> Steps:
    """First the parameter shrinks, then Adam's step, which knows nothing of the decay."""
    beta1, beta2 = betas
    t = yield from count(state)
    g, source = yield from ready(grad, param, weight_decay=0, maximize=maximize)
    param, place = yield from shrunk(param, lr, weight_decay)
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


def decay_by_lambda_alone(param, grad, state, *, lr, betas, eps, weight_decay, **_) -> Steps:
    """The paper's decay: λ times the parameter, not multiplied by the learning rate."""
    beta1, beta2 = betas
    t = yield from count(state)
    m = yield from average("exp_avg", "m", state, grad, beta1, r"\beta_1")
    v = yield from square_average("exp_avg_sq", "v", state, grad, beta2, r"\beta_2")
    step = lr * m / (1 - beta1 ** float(t)) / (np.sqrt(v / (1 - beta2 ** float(t))) + eps)
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma\, \hat m_i / s_i - \lambda\, \theta_i",
        param - step - weight_decay * param,
        axes="i",
    )
    return new, {"step": t, "exp_avg": m, "exp_avg_sq": v}


def l2(given):
    """The decay as a part of the gradient, and nothing shrinks."""
    decay = (-1 if given["maximize"] else 1) * given["weight_decay"] * given["param"]
    return {"grad": given["grad"] + decay, "weight_decay": 0.0}


MISTAKES = {
    "steps_along_the_gradient": Mistake(
        {
            "param": lambda given, done: (
                move.place(given, done) - given["lr"] * gradient.fed(given, done) / done["denominator"]
            )
        },
        "You stepped along the gradient. AdamW steps along the corrected average of gradients.",
        when=moments.not_first,
    ),
    "decays_the_gradient": Mistake(
        {},
        "You added the decay to the gradient: that is Adam with L2. AdamW leaves the averages alone and shrinks the "
        "parameter.",
        when=move.decouples,
        given=l2,
        aliases=("l2_in_both_averages",),
    ),
    "divides_the_decay": Mistake(
        {
            "shrunk": lambda given, done: given["param"],
            "param": lambda given, done: (
                done["param"] - given["lr"] * given["weight_decay"] * given["param"] / done["denominator"]
            ),
        },
        "You added the decay to the corrected average, and divided it with it. "
        "The decay is not divided by the usual size.",
        when=move.decouples,
    ),
}

PAPER = Reference(
    "Loshchilov, Hutter, Decoupled Weight Decay Regularization (2019)", "https://arxiv.org/abs/1711.05101"
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
        *moments.SYMBOLS,
        (r"c_1, c_2", "the bias corrections"),
        (r"\hat m_i, \hat v_i", "the corrected averages"),
        moments.LARGEST,
        move.SIZE,
        move.EPSILON,
        move.RATE,
    ),
    parameters=(
        Number("lr", 1e-3, "The learning rate: about how far each number moves per update.", (0.1,)),
        moments.BETAS,
        move.EPS,
        Number("weight_decay", 1e-2, "Shrinks the parameter by lr times this in every update.", (0.0, 0.5)),
        moments.AMSGRAD,
        gradient.MAXIMIZE,
    ),
    examples=(
        Example(
            "Decay beside the step",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 60, "lr": 0.1, "weight_decay": 0.5},
            "First the parameter shrinks by 5 percent, then Adam's step is taken: "
            "the decay has no part in the averages.",
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
        moments.AFTER_A_LARGE_GRADIENT,
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
    questions={
        "why": question(
            "Why is the decay not added to the gradient?",
            (
                "There it would be divided by the gradient's size: numbers with large gradients would hardly decay.",
                "Taken off the parameter itself, the decay is the same share for all.",
            ),
            (
                "There it would be counted twice.",
                "It would be counted once, but divided like everything else in the gradient.",
            ),
            ("There it would push the wrong way.", "It would push towards 0 there as well, only by another amount."),
        ),
        "without_numbers": question(
            "All gradients are 0 from the start, and weight_decay is on. The parameter …",
            (
                "shrinks by the same share in each update",
                "It is multiplied by 1 − lr · weight_decay, whatever the gradient is.",
            ),
            ("stays where it is", "The step is 0, but the decay does not ask for a gradient."),
            (
                "moves towards 0 by about the learning rate",
                "That is Adam with its decay in the gradient, where it is divided by its own size.",
            ),
        ),
    },
    mistakes={
        **gradient.TURNED,
        **move.SHRUNK,
        **moments.BOTH_AVERAGES,
        **MISTAKES,
        **moments.AMSGRAD_MISTAKES,
        **moments.correction_mistakes(1, "exp_avg", "m_hat"),
        **moments.correction_mistakes(2, "exp_avg_sq", "v_hat"),
        "counts_from_0": moments.COUNTS_FROM_0,
        **moments.ADAM_CORRECTIONS,
        **move.root_mistakes("v_hat"),
        **move.MISTAKES,
        **move.undivided("m_hat"),
    },
    conventions=(
        Convention(
            "The paper: decay by λ alone",
            "Loshchilov and Hutter shrink by λ itself (and let a schedule scale both); "
            "PyTorch shrinks by the learning rate times λ. "
            "A value from the paper must be divided by the learning rate.",
            decay_by_lambda_alone,
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 20, "lr": 0.1, "weight_decay": 0.1},
            references=(PAPER,),
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
        moments.BETA_OF_1,
        Pitfall(
            "A negative weight decay",
            "It would make parameters grow.",
            error="Invalid weight_decay value: -0.1",
            values={"weight_decay": -0.1},
        ),
    ),
    references=(PAPER, moments.ADAM_PAPER),
    tries=(
        Try("What if nothing decayed?", {"weight_decay": 0.0}),
        Try("What if it forgot faster?", {"betas": (0.5, 0.9)}),
    ),
    check=check,
    sweeps="betas[0]",
    speed_only=speed_only("foreach", "capturable", "differentiable", "fused"),
)
