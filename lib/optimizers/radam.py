"""RAdam: Adam that waits with dividing until it has seen enough gradients to trust their average size."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.optimizer import MAXIMIZE, Convention, Optimizer, speed_only
from lib.lesson.pieces.checks import need_betas, need_not_negative
from lib.lesson.pieces.gradient import GRADIENT, SHRUNK, place, ready, shrunk, update_number
from lib.lesson.pieces.latex import num
from lib.lesson.pieces.moments import (
    FIRST_MOMENT,
    SECOND_MOMENT,
    SWAPPED_BETAS,
    average,
    bias_correction,
    corrected,
    correction_mistakes,
    count,
    square_average,
)
from lib.lesson.pieces.move import denominator, root_mistakes
from lib.lesson.spec import Example, Mistake, Number, Numbers, Pitfall, Reference, Step, Steps, Switch, Try

ENOUGH = 5.0  # gradients' worth of memory, from which on torch divides


def check(*, param, grad, state, lr, betas, eps, weight_decay, maximize, decoupled_weight_decay):
    need_not_negative(lr=lr, eps=eps, weight_decay=weight_decay)
    need_betas(betas)


def by_hand(param, grad, state, *, lr, betas, eps, weight_decay, maximize, decoupled_weight_decay) -> Steps:
    """At first a step along the corrected average; once the memory is long enough, Adam's step, rectified."""
    beta1, beta2 = betas
    t = yield from count(state)
    g = yield from ready(grad, param, weight_decay=0 if decoupled_weight_decay else weight_decay, maximize=maximize)
    if decoupled_weight_decay and weight_decay != 0:
        param = yield from shrunk(param, lr, weight_decay)
    m = yield from average("exp_avg", "m", state.get("exp_avg"), g, beta1, r"\beta_1")
    v = yield from square_average("exp_avg_sq", "v", state.get("exp_avg_sq"), g, beta2, r"\beta_2")
    share = yield from bias_correction(1, beta1, t)
    m_hat = yield from corrected("m_hat", "m", m, 1, share)
    most = 2 / (1 - beta2) - 1
    memory = yield Step(
        "memory",
        r"\rho_t = \rho_\infty - \frac{2\, t\, \beta_2^{\,t}}{1 - \beta_2^{\,t}}, \quad \rho_\infty = \frac{2}{1 - "
        r"\beta_2} - 1",
        np.asarray(most - 2 * float(t) * beta2 ** float(t) / (1 - beta2 ** float(t))),
        worked=lambda: (
            rf"{num(most)} - \frac{{2 \cdot {int(t)} \cdot {num(beta2)}^{{{int(t)}}}}}{{1 - {num(beta2)}^{{{int(t)}}}}}"
        ),
        words="How many gradients' worth of memory the mean square has by now.",
    )
    after = {"step": t, "exp_avg": m, "exp_avg_sq": v}
    if memory <= ENOUGH:
        new = yield Step(
            "param",
            r"\theta_i^{\text{new}} = \theta_i - \gamma\, \hat m_i",
            param - lr * m_hat,
            axes="i",
            worked=lambda *i: rf"{num(param[i])} - {num(lr)} \cdot {num(m_hat[i])}",
            words="With a memory of 5 or less nothing is divided: step along the corrected average.",
        )
        return new, after
    rect = yield Step(
        "rectification",
        r"r_t = \sqrt{\frac{(\rho_t - 4)(\rho_t - 2)\, \rho_\infty}{(\rho_\infty - 4)(\rho_\infty - 2)\, \rho_t}}",
        np.sqrt((memory - 4) * (memory - 2) * most / ((most - 4) * (most - 2) * memory)),
        worked=lambda: (
            rf"\sqrt{{\frac{{({num(memory)} - 4)({num(memory)} - 2) \cdot {num(most)}}}"
            rf"{{({num(most)} - 4)({num(most)} - 2) \cdot {num(memory)}}}}}"
        ),
        words="How far the division can be trusted: from near 0 up to 1.",
    )
    share = yield from bias_correction(2, beta2, t)
    size = yield from denominator(v, eps, "v_i", "the mean square, which is not corrected here")
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma\, r_t \sqrt{c_2}\; \hat m_i / s_i",
        param - lr * rect * np.sqrt(share) * m_hat / size,
        axes="i",
        worked=lambda *i: (
            rf"{num(param[i])} - {num(lr)} \cdot {num(rect)} \cdot \sqrt{{{num(share)}}} \cdot "
            rf"\frac{{{num(m_hat[i])}}}{{{num(size[i])}}}"
        ),
        words="Adam's step, times the rectification. The root of the correction stands beside the division.",
    )
    return new, after


def from_four_on(param, grad, state, *, lr, betas, eps, weight_decay, **_) -> Steps:
    """The paper's threshold: it divides as soon as the memory is above 4."""
    beta1, beta2 = betas
    t, g = float(state.get("step", 0)) + 1, grad + weight_decay * param
    m = beta1 * state.get("exp_avg", np.zeros_like(g)) + (1 - beta1) * g
    v = beta2 * state.get("exp_avg_sq", np.zeros_like(g)) + (1 - beta2) * g * g
    m_hat, most = m / (1 - beta1**t), 2 / (1 - beta2) - 1
    memory = yield Step(
        "memory",
        r"\rho_t = \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t}",
        np.asarray(most - 2 * t * beta2**t / (1 - beta2**t)),
    )
    step = m_hat
    if memory > 4:
        rect = np.sqrt((memory - 4) * (memory - 2) * most / ((most - 4) * (most - 2) * memory))
        step = rect * np.sqrt(1 - beta2**t) * m_hat / (np.sqrt(v) + eps)
    new = yield Step("param", r"\theta_i^{\text{new}} = \theta_i - \gamma\, d_i", param - lr * step, axes="i")
    return new, {"step": np.float32(t), "exp_avg": m, "exp_avg_sq": v}


def mean_square(given, done):
    return done["exp_avg_sq"]


MISTAKES = (
    *GRADIENT,
    *SHRUNK,
    SWAPPED_BETAS,
    *FIRST_MOMENT,
    *SECOND_MOMENT,
    *correction_mistakes(1, "exp_avg", "m_hat"),
    Mistake(
        {"memory": lambda given, done: 2 / (1 - given["betas"][1]) - 1},
        "You took the memory after endless updates. What is still missing is taken away.",
    ),
    Mistake(
        {
            "memory": lambda given, done: (
                2 / (1 - given["betas"][1])
                - 1
                - 2 * update_number(given) * given["betas"][1] / (1 - given["betas"][1] ** update_number(given))
            )
        },
        "You left the power out above the line: β₂ to the power of t stands there too.",
        when=lambda given: update_number(given) > 1,
    ),
    Mistake(
        {"rectification": lambda given, done: done["rectification"] ** 2},
        "You forgot the root.",
    ),
    Mistake(
        {"rectification": lambda given, done: 1.0},
        "You left the rectification out: that is Adam.",
    ),
    *root_mistakes(mean_square),
    Mistake(
        {"denominator": lambda given, done: np.sqrt(done["exp_avg_sq"] / done["bias_correction_2"]) + given["eps"]},
        "You corrected the mean square first. PyTorch adds epsilon to the uncorrected root here.",
    ),
    Mistake(
        {"param": lambda given, done: 2 * place(given, done) - done["param"]},
        "You stepped the wrong way. The step is taken away from the parameter.",
    ),
)

LESSON = Optimizer(
    title="RAdam",
    torch=optim.RAdam,
    order=13,
    names=("修正的Adam", "rectified Adam", "warm-up"),
    purpose="Adam that starts without dividing, until it can trust the average size of gradients.",
    use_when="Adam needs a warm-up that you do not want to tune.",
    not_when="beta 2 is ⅔ or less: the memory never gets long enough, and it stays SGD with momentum for ever.",
    formula=r"\theta \leftarrow \theta - \gamma\, r_t\, \frac{\hat m}{\sqrt{\hat v}} \;\text{ if } \rho_t > 5, "
    r"\text{ else } \theta - \gamma\, \hat m",
    symbols=(
        (r"\theta_i", "element i of the parameter"),
        (r"g_i", "its gradient, with weight decay"),
        (r"m_i, v_i", "the averages of gradient and squared gradient (exp_avg, exp_avg_sq)"),
        (r"\beta_1, \beta_2", "betas: how much of each old average is kept"),
        (r"c_1, c_2", "the bias corrections"),
        (r"\hat m_i", "the corrected average"),
        (r"\rho_t, \rho_\infty", "how many gradients' worth of memory the mean square has: now, and in the end"),
        (r"r_t", "the rectification: how far the division is trusted"),
        (r"s_i", "the root of the mean square, plus epsilon"),
        (r"t", "the number of the update, from 1"),
        (r"\epsilon", "eps"),
        (r"\gamma", "lr: the learning rate"),
        (r"\lambda", "weight_decay"),
    ),
    parameters=(
        Number("lr", 1e-3, "The learning rate.", (0.1,)),
        Numbers("betas", (0.9, 0.999), "How much of each old average is kept.", ((0.5, 0.9), (0.9, 0.5))),
        Number("eps", 1e-8, "Added to the root, so that nothing is divided by 0.", (1e-2,)),
        Number("weight_decay", 0, "Adds this times the parameter to the gradient.", (0.1,)),
        Switch("decoupled_weight_decay", False, "Shrink the parameter instead of changing the gradient.", rare=True),
        MAXIMIZE,
    ),
    examples=(
        Example(
            "The bowl",
            {"objective": "bowl", "start": [2.0], "updates": 60, "lr": 0.05},
            "Five updates along the average, as SGD with momentum makes them; from the sixth on it divides.",
        ),
        Example(
            "A long valley",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 60, "lr": 0.03},
            "The first five steps follow the gradient's size, so the steep direction moves far.",
        ),
        Example(
            "A short memory",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 60, "lr": 0.03, "betas": (0.9, 0.5)},
            "With beta 2 at 0.5 the memory ends at 3: it never divides.",
        ),
        Example(
            "The sixth update",
            {
                "objective": "typed gradients",
                "start": [1.0, 1.0],
                "grads": [[1, 10], [1, 10], [1, 10], [1, 10], [1, 10], [1, 10], [1, 10]],
                "updates": 7,
                "lr": 0.1,
            },
            "Up to update 5 the second number moves ten times as far; from then on both move alike, and little.",
        ),
        Example(
            "Weight decay as L2",
            {"objective": "absolute", "start": [1.05], "updates": 30, "lr": 0.05, "weight_decay": 0.5},
            "The decay goes into both averages.",
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
            "The parameter shrinks by itself, as in AdamW.",
        ),
        Example(
            "Divided early",
            {"objective": "bowl", "start": [2.0], "updates": 40, "lr": 0.05, "betas": (0.5, 0.9), "eps": 0.01},
            "With beta 2 at 0.9 the memory passes 5 at update 6 and ends at 19.",
        ),
        Example(
            "Uphill",
            {"objective": "saddle", "start": [1.0, 0.5], "updates": 20, "lr": 0.05, "maximize": True},
            "With maximize the gradient is turned round first.",
        ),
    ),
    by_hand=by_hand,
    mistakes=MISTAKES,
    conventions=(
        Convention(
            "The paper: from a memory of 4 on",
            "Liu et al. divide as soon as the memory is above 4, where the formula starts to be defined. PyTorch waits "
            "until 5; with the default betas that is one update more.",
            from_four_on,
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 20, "lr": 0.03},
            references=(
                Reference(
                    "Liu et al., On the Variance of the Adaptive Learning Rate and Beyond (2020)",
                    "https://arxiv.org/abs/1908.03265",
                ),
            ),
        ),
    ),
    pitfalls=(
        Pitfall(
            "The first five steps follow the gradient's size",
            "They are not divided by anything: with large gradients they are far longer than Adam's.",
        ),
        Pitfall(
            "It may never divide",
            "With beta 2 at ⅔ or less the memory ends at 5 or below, and RAdam stays SGD with momentum.",
        ),
        Pitfall(
            "Epsilon weighs more at the start",
            "It is added to the uncorrected root, which is small at first.",
        ),
        Pitfall(
            "A beta of 1",
            "Such an average would never see a gradient.",
            error="Invalid beta parameter at index 1: 1.0",
            values={"betas": (0.9, 1.0)},
        ),
    ),
    references=(
        Reference(
            "PyTorch documentation: RAdam", "https://docs.pytorch.org/docs/2.13/generated/torch.optim.RAdam.html"
        ),
        Reference(
            "Liu et al., On the Variance of the Adaptive Learning Rate and Beyond (2020)",
            "https://arxiv.org/abs/1908.03265",
        ),
    ),
    tries=(
        Try("What if it forgot faster?", {"betas": (0.5, 0.9)}),
        Try("What if the memory were short?", {"betas": (0.9, 0.5)}),
    ),
    check=check,
    sweeps="betas[0]",
    speed_only=speed_only("foreach", "capturable", "differentiable"),
)
