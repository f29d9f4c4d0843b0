"""RAdam: Adam that does not divide until it has seen enough gradients to trust their average size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from torch import optim

from lib.lesson.formula import formula, of
from lib.lesson.optimizer import Convention, Optimizer, speed_only
from lib.lesson.pieces import gradient, moments, move
from lib.lesson.pieces.checks import need_betas, need_not_negative
from lib.lesson.pieces.gradient import ready
from lib.lesson.pieces.moments import (
    average,
    beta2,
    bias_correction,
    corrected,
    count,
    not_first,
    square_average,
    update_number,
)
from lib.lesson.pieces.move import UNCORRECTED, denominator, shrunk, step_along
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Reference, Step, Steps, Try, question

ENOUGH = 5.0  # gradients: once the memory is longer than this, torch divides


def check(*, param, grad, state, lr, betas, eps, weight_decay, maximize, decoupled_weight_decay):
    need_not_negative(lr=lr, eps=eps, weight_decay=weight_decay)
    need_betas(betas)


def by_hand(param, grad, state, *, lr, betas, eps, weight_decay, maximize, decoupled_weight_decay) -> Steps:
    """At first a step along the corrected average; once the memory is long enough, Adam's step, rectified."""
    beta1, beta2 = betas
    l2, decoupled = (0, weight_decay) if decoupled_weight_decay else (weight_decay, 0)
    t = yield from count(state)
    g, source = yield from ready(grad, param, weight_decay=l2, maximize=maximize)
    param, place = yield from shrunk(param, lr, decoupled)
    m = yield from average("exp_avg", "m", state, g, beta1, r"\beta_1", source)
    v = yield from square_average("exp_avg_sq", "v", state, g, beta2, r"\beta_2", source)
    after = {"step": t, "exp_avg": m, "exp_avg_sq": v}
    m_hat = yield from corrected("m_hat", "m", m, "exp_avg", 1, beta1, t)
    memory = yield from remembered(beta2, t)
    if memory <= ENOUGH:
        words = "With a memory of 5 or less nothing is divided: step along the corrected average."
        new = yield from step_along(param, lr, m_hat, r"\hat m_i", "m_hat", place=place, words=words)
        return new, after
    rect = yield from rectified(memory, beta2)
    weight = yield from bias_correction(2, beta2, t)
    size = yield from denominator(v, eps, "v_i", "exp_avg_sq", UNCORRECTED)
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma\, r_t \sqrt{c_2}\; \hat m_i / s_i",
        param - lr * rect * np.sqrt(weight) * m_hat / size,
        axes="i",
        worked=lambda *i: formula(
            r"<place> - <lr> \cdot <rectification> \cdot \sqrt{<bias_correction_2>} "
            r"\cdot \frac{<m_hat>}{<denominator>}",
            place=of(place, param[i]),
            lr=lr,
            rectification=rect,
            bias_correction_2=weight,
            m_hat=m_hat[i],
            denominator=size[i],
        ),
        words="Adam's step, times the rectification; the correction's root stands beside it.",
    )
    return new, after


def longest(beta2):
    """How many gradients the mean square remembers in the end, after endless updates."""
    return 2 / (1 - beta2) - 1


def remembered(beta2, t) -> Steps:
    """How many gradients the mean square remembers by update t."""
    memory = yield Step(
        "memory",
        r"\rho_t = \rho_\infty - \frac{2\, t\, \beta_2^{\,t}}{1 - \beta_2^{\,t}}, "
        r"\quad \rho_\infty = \frac{2}{1 - \beta_2} - 1",
        np.asarray(longest(beta2) - 2 * float(t) * beta2 ** float(t) / (1 - beta2 ** float(t))),
        worked=lambda: formula(
            r"<longest> - \frac{2 \cdot <step> \cdot <beta2>^{<step>}}{1 - <beta2>^{<step>}}",
            longest=longest(beta2),
            step=t,
            beta2=beta2,
        ),
        words="How many gradients' worth of memory the mean square has by now.",
    )
    return memory


def rectified(memory, beta2) -> Steps:
    """How far the division can be trusted while the mean square is young: from near 0 up to 1."""
    most = longest(beta2)
    rect = yield Step(
        "rectification",
        r"r_t = \sqrt{\frac{(\rho_t - 4)(\rho_t - 2)\, \rho_\infty}{(\rho_\infty - 4)(\rho_\infty - 2)\, \rho_t}}",
        np.sqrt((memory - 4) * (memory - 2) * most / ((most - 4) * (most - 2) * memory)),
        worked=lambda: formula(
            r"\sqrt{\frac{(<memory> - 4)(<memory> - 2) \cdot <longest>}"
            r"{(<longest> - 4)(<longest> - 2) \cdot <memory>}}",
            memory=memory,
            longest=most,
        ),
        words="How far the division can be trusted: from near 0 up to 1.",
    )
    return rect


def from_four_on(param, grad, state, *, lr, betas, eps, weight_decay, **_) -> Steps:
    """The paper's threshold: it divides as soon as the memory is above 4."""
    beta1, beta2 = betas
    t = yield from count(state)
    g = grad + weight_decay * param
    m = yield from average("exp_avg", "m", state, g, beta1, r"\beta_1")
    v = yield from square_average("exp_avg_sq", "v", state, g, beta2, r"\beta_2")
    direction = m / (1 - beta1 ** float(t))
    memory = yield from remembered(beta2, t)
    if memory > 4:
        rect = yield from rectified(memory, beta2)
        direction = rect * np.sqrt(1 - beta2 ** float(t)) * direction / (np.sqrt(v) + eps)
    new = yield from step_along(param, lr, direction, "d_i", "direction")
    return new, {"step": t, "exp_avg": m, "exp_avg_sq": v}


def divides(given):
    """Whether the memory is long enough by now."""
    t = update_number(given)
    longest_now = longest(beta2(given))
    return longest_now - 2 * t * beta2(given) ** t / (1 - beta2(given) ** t) > ENOUGH


MISTAKES = {
    "memory_after_endless_updates": Mistake(
        {"memory": lambda given, done: longest(given["betas"][1])},
        "You took the memory after endless updates. What is still missing is taken away.",
    ),
    "memory_without_the_power": Mistake(
        {
            "memory": lambda given, done: (
                longest(given["betas"][1])
                - 2 * update_number(given) * given["betas"][1] / (1 - given["betas"][1] ** update_number(given))
            )
        },
        "You left the power out above the line: β₂ to the power of t stands there too.",
        when=not_first,
    ),
    "rectification_without_the_root": Mistake(
        {"rectification": lambda given, done: done["rectification"] ** 2},
        "You forgot the root.",
    ),
    "not_rectified": Mistake(
        {"rectification": lambda given, done: 1.0},
        "You left the rectification out: that is Adam.",
    ),
    **move.root_mistakes("exp_avg_sq"),
    "epsilon_after_the_correction": Mistake(
        {
            "denominator": lambda given, done: np.sqrt(done["exp_avg_sq"] / done["bias_correction_2"]) + given["eps"],
            "param": lambda given, done: (
                move.place(given, done) + (done["param"] - move.place(given, done)) / np.sqrt(done["bias_correction_2"])
            ),
        },
        "You corrected the mean square first. PyTorch adds epsilon to the uncorrected root here.",
        when=divides,
    ),
    "corrected_twice": Mistake(
        {"denominator": lambda given, done: np.sqrt(done["exp_avg_sq"] / done["bias_correction_2"]) + given["eps"]},
        "You corrected the mean square, and once more beside the division. Once is enough.",
        when=divides,
    ),
    "size_uncorrected": Mistake(
        {"bias_correction_2": lambda given, done: 1.0},
        "You left √(1 − β₂ᵗ) out. v started at 0, so its root is too small until it is corrected.",
        when=divides,
    ),
    "correction_without_the_root": Mistake(
        {
            "param": lambda given, done: (
                move.place(given, done) + (done["param"] - move.place(given, done)) * np.sqrt(done["bias_correction_2"])
            )
        },
        "You multiplied by the correction itself. Its root belongs beside the division.",
        when=divides,
    ),
    "rectifies_without_dividing": Mistake(
        {"param": lambda given, done: move.place(given, done) - given["lr"] * done["rectification"] * done["m_hat"]},
        "You multiplied by r, but did not divide by the usual size. Once ρ is above 5 both belong to the step.",
        when=divides,
    ),
    "never_divides": Mistake(
        {"param": lambda given, done: move.place(given, done) - given["lr"] * done["m_hat"]},
        "You stepped along the corrected average. Once ρ is above 5 it is divided, and rectified.",
        when=divides,
    ),
    "always_divides": Mistake(
        {
            "param": lambda given, done: (
                move.place(given, done)
                - given["lr"]
                * np.sqrt(1 - beta2(given) ** update_number(given))
                * done["m_hat"]
                / (np.sqrt(done["exp_avg_sq"]) + given["eps"])
            )
        },
        "You divided, as Adam does. With a memory of 5 or less the step goes along the corrected average, undivided.",
        when=lambda given: not divides(given),
    ),
    "warm_up_without_correction": Mistake(
        {"param": lambda given, done: move.place(given, done) - given["lr"] * done["exp_avg"]},
        "You stepped along the uncorrected average in the first updates. It is corrected from the beginning.",
        when=lambda given: not divides(given),
    ),
    "longest_memory_without_minus_1": Mistake(
        {"memory": lambda given, done: done["memory"] + 1},
        "You left the − 1 of ρ∞ out: it is 2 / (1 − β₂) − 1.",
    ),
    "memory_without_t": Mistake(
        {
            "memory": lambda given, done: (
                longest(beta2(given)) - (longest(beta2(given)) - done["memory"]) / update_number(given)
            )
        },
        "You left t out above the line: it is 2 t β₂ᵗ.",
        when=not_first,
    ),
    "memory_without_the_2": Mistake(
        {"memory": lambda given, done: (longest(beta2(given)) + done["memory"]) / 2},
        "You left the 2 out above the line: it is 2 t β₂ᵗ.",
    ),
    "rectification_upside_down": Mistake(
        {"rectification": lambda given, done: 1 / done["rectification"]},
        "You took the fraction upside down. What has been reached by now stands above the line.",
    ),
    "counts_from_0": moments.COUNTS_FROM_0,
    **moments.BOTH_CORRECTIONS,
    **moments.carried_on("exp_avg"),
    **move.MISTAKES,
}

PAPER = Reference(
    "Liu et al., On the Variance of the Adaptive Learning Rate and Beyond (2020)", "https://arxiv.org/abs/1908.03265"
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
        *gradient.SYMBOLS,
        *moments.SYMBOLS,
        (r"c_1, c_2", "the bias corrections"),
        (r"\hat m_i", "the corrected average"),
        (r"\rho_t, \rho_\infty", "how many gradients' worth of memory the mean square has: now, and in the end"),
        (r"r_t", "the rectification: how far the division is trusted"),
        (r"s_i", "the root of the mean square, plus epsilon"),
        move.EPSILON,
        *move.SYMBOLS,
    ),
    parameters=(
        Number("lr", 1e-3, "The learning rate.", (0.1,)),
        replace(moments.BETAS, also=((0.5, 0.9), (0.9, 0.5))),
        move.EPS,
        gradient.WEIGHT_DECAY,
        move.DECOUPLED,
        gradient.MAXIMIZE,
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
        move.DECOUPLED_DECAY,
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
    questions={
        "why": question(
            "Why does it not divide by the gradient's size in the first updates?",
            (
                "From a few gradients that size is too uncertain.",
                "Until it is reliable, RAdam takes steps of plain momentum: a warm-up of its own.",
            ),
            ("Because the mean square is still 0.", "It is above 0 from the first gradient on."),
            ("Because the learning rate is still 0.", "It is what you set it to; RAdam needs no warm-up schedule."),
        ),
        "without_numbers": question(
            "In the very first update the gradient is ten times as large. The step is …",
            ("ten times as long", "Nothing is divided yet: it steps like SGD."),
            ("as long as before", "That is Adam, which divides the size out at once."),
            ("a tenth as long", "Nothing is divided at all in the first updates."),
        ),
    },
    mistakes={
        **gradient.MISTAKES,
        **move.SHRUNK,
        **move.DECAYS_THE_OTHER_WAY,
        **moments.BOTH_AVERAGES,
        **moments.bare_squares("exp_avg_sq", beta2),
        **moments.correction_mistakes(1, "exp_avg", "m_hat"),
        **MISTAKES,
    },
    conventions=(
        Convention(
            "The paper: from a memory of 4 on",
            "Liu et al. divide as soon as the memory is above 4, where the formula starts to be defined. "
            "PyTorch waits until 5; with the default betas that is one update more.",
            from_four_on,
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 20, "lr": 0.03},
            references=(PAPER,),
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
        moments.BETA_OF_1,
    ),
    references=(PAPER,),
    tries=(
        Try("What if it forgot faster?", {"betas": (0.5, 0.9)}),
        Try("What if the memory were short?", {"betas": (0.9, 0.5)}),
    ),
    check=check,
    sweeps="betas[0]",
    speed_only=speed_only("foreach", "capturable", "differentiable"),
)
