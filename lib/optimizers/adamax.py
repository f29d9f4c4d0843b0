"""Adamax: Adam that divides by the largest recent gradient instead of its root mean square."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.formula import Value, formula
from lib.lesson.optimizer import Convention, Optimizer, keras, speed_only
from lib.lesson.pieces import gradient, moments, move
from lib.lesson.pieces.checks import need_betas, need_not_negative
from lib.lesson.pieces.gradient import fed, ready
from lib.lesson.pieces.moments import average, before, beta2, corrected, count, not_first
from lib.lesson.pieces.move import divided_step
from lib.lesson.spec import Example, Mistake, Number, Numbers, Pitfall, Reference, Step, Steps, Try, question


def check(*, param, grad, state, lr, betas, eps, weight_decay, maximize):
    need_not_negative(lr=lr, eps=eps, weight_decay=weight_decay)
    need_betas(betas)


def by_hand(param, grad, state, *, lr, betas, eps, weight_decay, maximize) -> Steps:
    """From the gradient, through its average and its largest recent size, to the new parameter."""
    beta1, beta2 = betas
    t = yield from count(state)
    g, source = yield from ready(grad, param, weight_decay=weight_decay, maximize=maximize)
    m = yield from average("exp_avg", "m", state, g, beta1, r"\beta_1", source)
    old = state.get("exp_inf", np.zeros_like(g))
    u = yield Step(
        "exp_inf",
        r"s_i = \max(\beta_2\, s_i^{\text{old}}, |g_i| + \epsilon)",
        np.maximum(beta2 * old, np.abs(g) + eps),
        axes="i",
        worked=lambda *i: formula(
            r"\max(<beta2> \cdot <old>, |<grad>| + <eps>)",
            beta2=beta2,
            old=old[i],
            grad=Value(float(g[i]), source, alone=True),
            eps=eps,
        ),
        words="Let the old largest size fade a little; if the new gradient is larger, take its size.",
    )
    m_hat = yield from corrected("m_hat", "m", m, "exp_avg", 1, beta1, t)
    new = yield from divided_step(param, lr, m_hat, u, r"\hat m_i", "m_hat", divisor="exp_inf")
    return new, {"step": t, "exp_avg": m, "exp_inf": u}


def epsilon_below(param, grad, state, *, lr, betas, eps, weight_decay, **_) -> Steps:
    """Adamax of Keras: epsilon is added to the largest size when dividing, not inside the maximum."""
    beta1, beta2 = betas
    t = yield from count(state)
    g = grad + weight_decay * param
    m = yield from average("exp_avg", "m", state, g, beta1, r"\beta_1")
    u = yield Step(
        "exp_inf",
        r"s_i = \max(\beta_2 s_i^{\text{old}}, |g_i|)",
        np.maximum(beta2 * state.get("exp_inf", np.zeros_like(g)), np.abs(g)),
        axes="i",
    )
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma\, \hat m_i / (s_i + \epsilon)",
        param - lr * m / (1 - beta1 ** float(t)) / (u + eps),
        axes="i",
    )
    return new, {"step": t, "exp_avg": m, "exp_inf": u}


MISTAKES = {
    "size_does_not_fade": Mistake(
        {"exp_inf": lambda given, done: np.maximum(before(given, "exp_inf"), np.abs(fed(given, done)) + given["eps"])},
        "You did not let the old size fade: it is multiplied by β₂ first.",
        when=not_first,
    ),
    "forgets_the_old_size": Mistake(
        {"exp_inf": lambda given, done: np.abs(fed(given, done)) + given["eps"]},
        "You took the new size. The old one, a little smaller, counts where it is larger.",
        when=not_first,
    ),
    "averages_the_size": Mistake(
        {
            "exp_inf": lambda given, done: (
                beta2(given) * before(given, "exp_inf") + (1 - beta2(given)) * np.abs(fed(given, done))
            )
        },
        "You averaged. Adamax takes the larger of the two.",
    ),
    "squares_the_gradient": Mistake(
        {"exp_inf": lambda given, done: fed(given, done) ** 2},
        "You squared the gradient, as Adam does. Here its size counts.",
    ),
    "leaves_out_eps": Mistake(
        {"exp_inf": lambda given, done: np.maximum(beta2(given) * before(given, "exp_inf"), np.abs(fed(given, done)))},
        "You left epsilon out. It is added to the size of the gradient.",
        not_finite=True,
    ),
    "epsilon_outside": Mistake(
        {
            "exp_inf": lambda given, done: np.maximum(
                beta2(given) * before(given, "exp_inf"), np.abs(fed(given, done))
            ),
            "param": lambda given, done: (
                given["param"] - given["lr"] * done["m_hat"] / (done["exp_inf"] + given["eps"])
            ),
        },
        "You added epsilon to u when dividing, as Keras does. PyTorch adds it to |d|, inside the maximum.",
    ),
    "size_of_the_bare_gradient": Mistake(
        {
            "exp_inf": lambda given, done: np.maximum(
                beta2(given) * before(given, "exp_inf"),
                np.abs(gradient.turned_or_not(given, done)) + given["eps"],
            )
        },
        "You took the size of the bare gradient. d, with the decay in it, goes into both.",
        when=gradient.decays,
    ),
    "keeps_the_sign": Mistake(
        {
            "exp_inf": lambda given, done: np.maximum(
                beta2(given) * before(given, "exp_inf"), fed(given, done) + given["eps"]
            )
        },
        "You compared the gradient itself. A negative one is as large as a positive one: np.abs.",
        not_finite=True,
    ),
    "smaller_of_the_two": Mistake(
        {
            "exp_inf": lambda given, done: np.minimum(
                beta2(given) * before(given, "exp_inf"), np.abs(fed(given, done)) + given["eps"]
            )
        },
        "You took the smaller of the two. Adamax keeps the larger one.",
        not_finite=True,
    ),
    "corrects_the_size": Mistake(
        {
            "param": lambda given, done: (
                given["param"]
                - given["lr"] * done["m_hat"] * (1 - beta2(given) ** moments.update_number(given)) / done["exp_inf"]
            )
        },
        "You corrected u for its start. A maximum is not too small at first: only the average is corrected.",
    ),
    "takes_the_root": Mistake(
        {"param": lambda given, done: given["param"] - given["lr"] * done["m_hat"] / np.sqrt(done["exp_inf"])},
        "You took the root of u. It is a size already, not a square.",
    ),
    "betas_swapped": Mistake(
        {},
        "You swapped the betas: the first belongs to the average of the gradient, the second to its largest size.",
        given=lambda given: {"betas": given["betas"][::-1]},
    ),
    **moments.COUNTED,
    **moments.carried_on("exp_avg"),
    **move.undivided("m_hat"),
}

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
        *gradient.SYMBOLS,
        moments.AVERAGE,
        (r"s_i", "the largest recent size of the gradient, which fades slowly (exp_inf)"),
        (r"\beta_1, \beta_2", "betas: how much is kept of the average and of the largest size"),
        moments.COUNT,
        (r"c_1", "the bias correction of the average"),
        (r"\hat m_i", "the corrected average"),
        move.EPSILON,
        *move.SYMBOLS,
    ),
    parameters=(
        Number("lr", 2e-3, "The learning rate: about the longest step.", (0.1,)),
        Numbers(
            "betas", (0.9, 0.999), "How much is kept of the average and of the largest size.", ((0.5, 0.9), (0.0, 0.0))
        ),
        Number("eps", 1e-8, "Added to the gradient's size inside the maximum.", (1e-2,)),
        gradient.WEIGHT_DECAY,
        gradient.MAXIMIZE,
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
        gradient.UPHILL,
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does the maximum need no bias correction?",
            (
                "The first gradient already replaces the 0 it started from.",
                "An average would still hold that 0 with most of its weight.",
            ),
            ("Because beta2 is so near to 1.", "That is when an average needs the correction most."),
            ("Because it is no part of the step.", "The step is divided by it."),
        ),
        "without_numbers": question(
            "One gradient was very large, then they are small again. The steps …",
            ("are short, and grow back slowly", "The maximum fades by beta2 in each update."),
            ("stay short for ever", "That is AMSGrad, whose maximum does not fade."),
            ("are at once what they were", "The maximum remembers the large gradient for a while."),
        ),
    },
    mistakes={
        **gradient.MISTAKES,
        **moments.FIRST_AVERAGE,
        **MISTAKES,
        **moments.correction_mistakes(1, "exp_avg", "m_hat"),
        **move.MISTAKES,
    },
    conventions=(
        Convention(
            "Keras: epsilon when dividing",
            "Keras takes the maximum of the bare sizes and adds epsilon when it divides. "
            "With a tiny epsilon nobody notices. "
            "A large one stays whole in their divisor; in PyTorch's it fades with the size that it was added to.",
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
            references=(keras("Adamax"),),
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
        moments.BETA_OF_1,
        move.NEGATIVE_RATE,
    ),
    article="The article says the name comes from an upper bound on the learning rate. "
    "It comes from the maximum norm that takes the place of Adam's root mean square; "
    "that no step is longer than about lr follows from it.",
    references=(Reference("Kingma, Ba, Adam (2015), section 7.1", "https://arxiv.org/abs/1412.6980"),),
    tries=(
        Try("What if it forgot faster?", {"betas": (0.5, 0.9)}),
        Try("What if epsilon were 0.5?", {"eps": 0.5}),
    ),
    check=check,
    sweeps="betas[0]",
    speed_only=speed_only("foreach", "differentiable", "capturable"),
)
