"""ASGD: SGD that also keeps the average of the points it passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from torch import optim

from lib.lesson.formula import formula, of
from lib.lesson.optimizer import Optimizer, speed_only
from lib.lesson.pieces import gradient, move
from lib.lesson.pieces.checks import need_not_negative
from lib.lesson.pieces.gradient import fed, ready
from lib.lesson.pieces.moments import count, not_first, update_number
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Reference, Step, Steps, Try, question
from lib.refusal import Refusal


def check(*, param, grad, state, lr, lambd, alpha, t0, weight_decay, maximize):
    need_not_negative(lr=lr, weight_decay=weight_decay)


def _next_rate(lr: Any, lambd: Any, alpha: Any, t: float) -> Any:
    """What torch computes in Python's own numbers, which refuse what is beyond them. Refusal where they do.

    The power of a negative number is complex there, and torch keeps its real part.
    """
    try:
        return np.real(lr / (1 + lambd * lr * t) ** alpha)
    except ArithmeticError:
        says = "alpha is {alpha:g}; (1 + lambd · lr · {t:g}) to this power is beyond every number."
        raise Refusal(says, alpha=alpha, t=t) from None


def by_hand(param, grad, state, *, lr, lambd, alpha, t0, weight_decay, maximize) -> Steps:
    """A step with the rate that the last update left, then the average, then rate and share for the next update."""
    t = yield from count(state)
    g, source = yield from ready(grad, param, weight_decay=weight_decay, maximize=maximize)
    eta = yield Step(
        "eta_now", r"\eta = \eta^{\text{next}} \text{ of the last update}", rate_now(state, lr), given=True
    )
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = (1 - \lambda_d\, \eta)\, \theta_i - \eta\, g_i",
        param * (1 - lambd * eta) - eta * g,
        axes="i",
        worked=lambda *i: formula(
            r"(1 - <lambd> \cdot <eta_now>) \cdot <place> - <eta_now> \cdot <grad>",
            lambd=lambd,
            eta_now=eta,
            place=param[i],
            grad=of(source, g[i]),
        ),
        words="Shrink the parameter a little, then take the rate times the gradient away.",
    )
    average = yield from averaged(new, state)
    next_eta = yield Step(
        "eta",
        r"\eta^{\text{next}} = \frac{\gamma}{(1 + \lambda_d\, \gamma\, t)^\alpha}",
        np.asarray(_next_rate(lr, lambd, alpha, float(t)), dtype=np.float32),
        worked=lambda: formula(
            r"\frac{<lr>}{(1 + <lambd> \cdot <lr> \cdot <step>)^{<alpha>}}", lr=lr, lambd=lambd, step=t, alpha=alpha
        ),
        words="The rate for the next update: the learning rate, less and less with every update.",
    )
    next_mu = yield Step(
        "mu",
        r"\mu^{\text{next}} = \frac{1}{\max(1, t - t_0)}",
        np.asarray(1 / max(1, float(t) - t0), dtype=np.float32),
        worked=lambda: formula(r"\frac{1}{\max(1, <step> - <t0>)}", step=t, t0=t0),
        words="The share for the next average: 1 until averaging starts, then 1 over the points in it.",
    )
    return new, {"step": t, "eta": np.float32(next_eta), "mu": np.float32(next_mu), "ax": average}


def averaged(new, state) -> Steps:
    """The average of the points passed: it moves towards the new one by the share that the last update left."""
    mu = share_now(state)
    if mu == 1:
        average = yield Step(
            "ax",
            r"a_i = \theta_i^{\text{new}}",
            new,
            axes="i",
            worked=lambda *i: formula("<param>", param=new[i]),
            words="Until averaging starts, the average is the parameter itself.",
        )
        return average
    old = state["ax"]
    average = yield Step(
        "ax",
        r"a_i = a_i^{\text{old}} + \mu\, (\theta_i^{\text{new}} - a_i^{\text{old}})",
        old + mu * (new - old),
        axes="i",
        worked=lambda *i: formula(r"<old> + <share> \cdot (<param> - <old>)", old=old[i], share=mu, param=new[i]),
        words="Move the average towards the new parameter by the share that the last update left.",
    )
    return average


def share_now(state) -> float:
    """How much a new point counts in the average, as the last update left it; 1 in the first update."""
    return float(state.get("mu", 1.0))


def rate_now(state, lr) -> np.ndarray:
    """The rate that the last update left, which torch keeps in float32; lr in the first update."""
    return np.asarray(state.get("eta", lr), dtype=np.float32).astype(np.float64)


def averages(given):
    return share_now(given["state"]) != 1


def has_decay(given):
    return given["lambd"] != 0


MISTAKES = {
    "not_shrunk": Mistake(
        {"param": lambda given, done: done["param"] + given["lambd"] * done["eta_now"] * given["param"]},
        "You left the decay out: ASGD shrinks the parameter by λ_d·η in every update.",
        when=has_decay,
    ),
    "goes_up": Mistake(
        {"param": lambda given, done: done["param"] + 2 * done["eta_now"] * fed(given, done)},
        "You went up. The gradient is taken away.",
    ),
    "decays_without_the_rate": Mistake(
        {"param": lambda given, done: (1 - given["lambd"]) * given["param"] - done["eta_now"] * fed(given, done)},
        "You shrank by λ_d alone. It is λ_d times the rate.",
        when=has_decay,
    ),
    "grows": Mistake(
        {"param": lambda given, done: done["param"] + 2 * given["lambd"] * done["eta_now"] * given["param"]},
        "You made the parameter larger. The decay makes it smaller.",
        when=has_decay,
    ),
    "steps_before_shrinking": Mistake(
        {
            "param": lambda given, done: (
                (1 - given["lambd"] * done["eta_now"]) * (given["param"] - done["eta_now"] * fed(given, done))
            )
        },
        "You shrank the step too. (1 − λ_d·η) multiplies the old parameter only.",
        when=has_decay,
    ),
    "steps_by_the_first_rate": Mistake(
        {"eta_now": lambda given, done: given["lr"]},
        "You took the learning rate itself. The step uses the rate that the last update left.",
        when=not_first,
    ),
    "uses_the_new_rate": Mistake(
        {"eta_now": lambda given, done: _next_rate(given["lr"], given["lambd"], given["alpha"], update_number(given))},
        "You used the rate that you had just worked out. "
        "It is for the next update: this one uses the rate from the state.",
    ),
    "averages_the_old_parameter": Mistake(
        {"ax": lambda given, done: done["ax"] + share_now(given["state"]) * (given["param"] - done["param"])},
        "You moved the average towards the old parameter. It moves towards the new one.",
    ),
    "uses_the_new_share": Mistake(
        {
            "ax": lambda given, done: (
                given["state"]["ax"]
                + (done["param"] - given["state"]["ax"]) / max(1.0, update_number(given) - given["t0"])
            )
        },
        "You averaged with the mu that you had just worked out. It is for the next update.",
        when=not_first,
    ),
    "shrinks_the_old_rate": Mistake(
        {
            "eta": lambda given, done: (
                done["eta_now"] / (1 + given["lambd"] * given["lr"] * update_number(given)) ** given["alpha"]
            )
        },
        "You shrank the old rate once more. Each new rate comes from lr and t.",
        when=not_first,
    ),
    "rate_counts_from_0": Mistake(
        {"eta": lambda given, done: _next_rate(given["lr"], given["lambd"], given["alpha"], update_number(given) - 1)},
        "You counted updates from 0. The first update has t = 1.",
        when=has_decay,
    ),
    "does_not_average": Mistake(
        {"ax": lambda given, done: done["param"]},
        "You took the parameter itself. Averaging has started: move the average by μ only.",
        when=averages,
    ),
    "average_weights_swapped": Mistake(
        {"ax": lambda given, done: done["param"] + given["state"]["mu"] * (given["state"]["ax"] - done["param"])},
        "You swapped the two: the old average keeps 1 − μ, the new parameter gets μ.",
        when=averages,
    ),
    "leaves_out_the_power": Mistake(
        {"eta": lambda given, done: given["lr"] / (1 + given["lambd"] * given["lr"] * update_number(given))},
        "You left the power out: the bracket is raised to alpha.",
        when=has_decay,
    ),
    "bracket_without_the_rate": Mistake(
        {"eta": lambda given, done: given["lr"] / (1 + given["lambd"] * update_number(given)) ** given["alpha"]},
        "You left the learning rate out of the bracket: it is 1 + λ_d·γ·t.",
        when=has_decay,
    ),
    "averages_from_the_start": Mistake(
        {"mu": lambda given, done: 1 / max(1.0, update_number(given))},
        "You averaged from the first update on. PyTorch counts from t0.",
        when=lambda given: given["t0"] > 0,
    ),
}

LESSON = Optimizer(
    title="ASGD",
    torch=optim.ASGD,
    order=2,
    names=("平均随机梯度下降", "averaged SGD", "Polyak averaging", "Polyak–Ruppert"),
    purpose="Steps as SGD does, and keeps the average of the points that it passes.",
    use_when="Gradients are noisy and you want the average of many points at the end: "
    "it sits nearer the minimum than any single one.",
    not_when="You want the average in the model: it lies in the optimizer's state (ax). "
    "Today torch.optim.swa_utils.AveragedModel is the tool for that.",
    formula=r"\theta \leftarrow (1 - \lambda_d \eta)\,\theta - \eta\, g, \qquad a \leftarrow a + \mu\,(\theta - a)",
    symbols=(
        *gradient.SYMBOLS,
        (r"a_i", "the average of the parameter (ax)"),
        move.RATE,
        (r"\eta", "the rate of this update; the first one is lr"),
        (r"\lambda_d", "lambd: how fast the parameter and the rate decay"),
        (r"\lambda", "weight_decay"),
        (r"\alpha", "alpha: how fast the rate falls"),
        (r"\mu", "the share that a new point has in the average"),
        (r"t, t_0", "the number of the update, and t0: after which one averaging starts"),
    ),
    parameters=(
        Number("lr", 1e-2, "The learning rate of the first update.", (0.1,)),
        Number("lambd", 1e-4, "Shrinks the parameter, and the rate over time.", (0.1, 0.0)),
        Number("alpha", 0.75, "The power with which the rate falls.", (0.5,)),
        Number("t0", 1e6, "After this many updates averaging starts.", (3.0, 0.0)),
        replace(gradient.WEIGHT_DECAY, rare=True),
        gradient.MAXIMIZE,
    ),
    examples=(
        Example(
            "Averaging noise away",
            {"objective": "noisy quadratic", "start": [1.0, 0.5], "updates": 60, "lr": 0.07, "lambd": 0.01, "t0": 20},
            "From update 23 on ax averages the points: it ends at a loss of 0.03, the parameter itself at 0.16.",
        ),
        Example(
            "The default never averages",
            {"objective": "bowl", "start": [2.0], "updates": 30},
            "t0 is a million: in a short run ax is the parameter itself.",
        ),
        Example(
            "Averaging at once",
            {"objective": "bowl", "start": [2.0], "updates": 12, "lr": 0.1, "t0": 0},
            "From update 3 on ax averages: each new point has a smaller share than the one before.",
        ),
        Example(
            "A rate that falls",
            {"objective": "bowl", "start": [2.0], "updates": 30, "lr": 0.1, "lambd": 1.0},
            "With a large lambd the rate falls quickly, and the parameter is pulled towards 0.",
        ),
        Example(
            "Weight decay as well",
            {"objective": "absolute", "start": [1.05], "updates": 20, "lr": 0.1, "weight_decay": 0.5, "lambd": 0.1},
            "weight_decay is part of the gradient; lambd shrinks the parameter by itself.",
        ),
        Example(
            "Uphill",
            {"objective": "saddle", "start": [1.0, 0.5], "updates": 10, "lr": 0.1, "maximize": True},
            "With maximize the gradient is turned round; the decay still shrinks.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why keep an average of the parameters?",
            (
                "Noise makes the last point jump about the minimum; the average lies nearer to it.",
                "Read ax at the end: the steps themselves do not use it.",
            ),
            ("So that the steps can be longer.", "The steps know nothing of the average: it is kept beside them."),
            ("So that the gradients become smaller.", "They are taken at the parameter itself, not at the average."),
        ),
        "without_numbers": question(
            "Training ends before t0 updates. The average ax is …",
            ("the parameter itself", "Until t0 the average starts anew in each update."),
            ("the mean of all points so far", "It becomes a mean only after t0 updates."),
            ("0", "It is set to the parameter in each of these updates."),
        ),
    },
    mistakes={**gradient.MISTAKES, **MISTAKES},
    pitfalls=(
        Pitfall(
            "The average is not in the model",
            "The model's parameters are the last point. The average is optimizer.state[p]['ax']; "
            "copy it by hand if you want it.",
        ),
        Pitfall(
            "t0 is a million",
            "With the default nothing is ever averaged in a short run.",
        ),
        Pitfall(
            "Averaging starts late",
            "Rate and share are those that the last update left, so the first real average comes at update t0 + 3.",
        ),
        Pitfall(
            "Rates in single precision",
            "eta and mu are float32 even beside a float64 parameter: "
            "a program in float64 throughout differs by as much as 4e-7 of its value after twenty updates.",
        ),
        move.NEGATIVE_RATE,
    ),
    article="The article calls ASGD by the name SAG and links to a third method, SVRG. "
    "ASGD averages the points it passes (Polyak and Juditsky); "
    "SAG keeps a gradient per sample (Le Roux, Schmidt and Bach); neither is the other.",
    references=(
        Reference(
            "Polyak, Juditsky, Acceleration of stochastic approximation by averaging (1992)",
            "https://doi.org/10.1137/0330046",
        ),
        Reference(
            "Le Roux, Schmidt, Bach, A stochastic gradient method with an exponential convergence rate (2012): SAG",
            "https://arxiv.org/abs/1202.6258",
        ),
    ),
    tries=(
        Try("What if it averaged from the start?", {"t0": 0.0}),
        Try("What if the rate fell faster?", {"lambd": 1.0}),
    ),
    check=check,
    sweeps="lambd",
    sweep_range=(0.0, 1.0),
    speed_only=speed_only("foreach", "differentiable", "capturable"),
    exact="PyTorch keeps eta and mu in float32, and so does the hand calculation.",
)
