"""Rprop: only the gradient's sign counts; every number has a step size that grows while the sign stays."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.formula import formula, of
from lib.lesson.optimizer import Convention, Optimizer, speed_only
from lib.lesson.pieces import gradient
from lib.lesson.pieces.checks import need_not_negative
from lib.lesson.pieces.gradient import fed, ready
from lib.lesson.pieces.moments import before, count, not_first
from lib.lesson.spec import Example, Mistake, Number, Numbers, Pitfall, Reference, Step, Steps, Try, question
from lib.refusal import Refusal


def check(*, param, grad, state, lr, etas, step_sizes, maximize):
    need_not_negative(lr=lr)
    shrink, grow = etas
    if not 0 < shrink < 1 < grow:
        raise Refusal(
            "etas are {shrink:g} and {grow:g}; expected one between 0 and 1, and one above 1.", shrink=shrink, grow=grow
        )


def by_hand(param, grad, state, *, lr, etas, step_sizes, maximize) -> Steps:
    """From the signs of two gradients to the step sizes, and a step of that size."""
    t = yield from count(state)
    g, source = yield from ready(grad, param, weight_decay=0, maximize=maximize)
    last, old = state.get("prev", np.zeros_like(g)), state.get("step_size", np.full_like(g, lr))
    factor = yield Step(
        "factor",
        r"\eta_i = \begin{cases} \eta_+ & g_i\, g_i^{\text{old}} > 0 \\ "
        r"\eta_- & g_i\, g_i^{\text{old}} < 0 \\ 1 & \text{otherwise} \end{cases}",
        factors(g * last, etas),
        axes="i",
        worked=lambda *i: formula(
            r"<grad> \cdot <last> \;\Rightarrow\; <eta>",
            grad=of(source, g[i]),
            last=last[i],
            eta=factors(g[i] * last[i], etas),
        ),
        words="The same sign as before? Grow. The other sign? Shrink. Is one of them 0? Stay.",
    )
    size = yield Step(
        "step_size",
        r"\Delta_i = \min(\max(\eta_i\, \Delta_i^{\text{old}}, \Delta_{\min}), \Delta_{\max})",
        np.clip(old * factor, *step_sizes),
        axes="i",
        worked=lambda *i: formula(
            r"\min(\max(<factor> \cdot <old>, <least>), <most>)",
            factor=factor[i],
            old=old[i],
            least=of("step_sizes[0]", step_sizes[0]),
            most=of("step_sizes[1]", step_sizes[1]),
        ),
        words="The old size (lr at first) times the factor, kept between the two bounds.",
    )
    kept = yield Step(
        "prev",
        r"p_i = \begin{cases} 0 & \eta_i = \eta_- \\ g_i & \text{otherwise} \end{cases}",
        np.where(factor == etas[0], 0.0, g),
        axes="i",
        worked=lambda *i: formula(
            r"\eta_i = <factor> \;\Rightarrow\; <kept>",
            factor=factor[i],
            kept=0.0 if factor[i] == etas[0] else of(source, g[i]),
        ),
        words="The gradient; 0 where its sign has just changed: no step now, no comparison next time.",
    )
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \operatorname{sign}(p_i)\, \Delta_i",
        param - np.sign(kept) * size,
        axes="i",
        worked=lambda *i: formula(
            r"<place> - <sign> \cdot <step_size>", place=param[i], sign=np.sign(kept[i]), step_size=size[i]
        ),
        words="Go one step size against the sign of the gradient.",
    )
    return new, {"step": t, "prev": kept, "step_size": size}


def factors(product, etas) -> np.ndarray:
    """What each step size is multiplied by: the smaller eta after a change of sign, the larger one without."""
    sign = np.sign(product)
    return np.where(sign > 0, etas[1], np.where(sign < 0, etas[0], np.where(sign == 0, 1.0, sign)))


def taking_back(param, grad, state, *, lr, etas, step_sizes, **_) -> Steps:
    """Rprop+ of the 1993 paper: after a change of sign the last step is taken back."""
    last, old = state.get("prev", np.zeros_like(grad)), state.get("step_size", np.full_like(grad, lr))
    factor = factors(grad * last, etas)
    size = yield Step(
        "step_size", r"\Delta_i = \eta_i\, \Delta_i^{\text{old}}", np.clip(old * factor, *step_sizes), axes="i"
    )
    turned = factor == etas[0]
    move = np.where(turned, -state.get("move", np.zeros_like(param)), -np.sign(grad) * size)
    new = yield Step("param", r"\theta_i^{\text{new}} = \theta_i + m_i", param + move, axes="i")
    return new, {"prev": np.where(turned, 0.0, grad), "step_size": size, "move": move}


def old_size(given):
    """The step sizes as the last update left them; lr before the first one."""
    return given["state"].get("step_size", np.full_like(given["param"], given["lr"]))


MISTAKES = {
    "etas_swapped": Mistake(
        {"factor": lambda given, done: factors(-fed(given, done) * before(given, "prev"), given["etas"])},
        "You swapped the etas. The step grows while the sign stays, and shrinks when it changes.",
        when=not_first,
    ),
    "grows_with_nothing_to_compare": Mistake(
        {"factor": lambda given, done: np.where(done["factor"] == 1, given["etas"][1], done["factor"])},
        "You let the step grow with nothing to compare. If one of the two gradients is 0, the step size stays.",
    ),
    "starts_from_lr_again": Mistake(
        {"step_size": lambda given, done: given["lr"] * done["factor"]},
        "You started from the learning rate again. It is the first step size only; later ones build on the last.",
        when=not_first,
    ),
    "leaves_out_the_bounds": Mistake(
        {"step_size": lambda given, done: done["factor"] * old_size(given)},
        "You did not keep the step size within its bounds.",
    ),
    "bounds_only_the_step": Mistake(
        {
            "step_size": lambda given, done: done["factor"] * old_size(given),
            "param": lambda given, done: (
                given["param"] - np.sign(done["prev"]) * np.clip(done["step_size"], *given["step_sizes"])
            ),
        },
        "You kept the step within the bounds, but not the step size in the state: it goes on growing beyond.",
    ),
    "size_never_changes": Mistake(
        {"factor": lambda given, done: np.ones_like(done["factor"])},
        "You left the step size as it was. It grows while the sign stays, and shrinks when it changes.",
        when=not_first,
    ),
    "never_shrinks": Mistake(
        {"factor": lambda given, done: np.where(done["factor"] == given["etas"][0], 1.0, done["factor"])},
        "You left the step size as it was after a change of sign. It shrinks then.",
        when=not_first,
    ),
    "never_grows": Mistake(
        {"factor": lambda given, done: np.where(done["factor"] == given["etas"][1], 1.0, done["factor"])},
        "You left the step size as it was while the sign stayed. It grows then.",
        when=not_first,
    ),
    "shrinks_with_nothing_to_compare": Mistake(
        {"factor": lambda given, done: np.where(done["factor"] == 1, given["etas"][0], done["factor"])},
        "You let the step shrink with nothing to compare. If one of the two gradients is 0, the step size stays.",
    ),
    "first_size_from_the_gradient": Mistake(
        {"step_size": lambda given, done: np.clip(given["lr"] * np.abs(fed(given, done)), *given["step_sizes"])},
        "You started with lr times the size of the gradient. Every element's first step size is lr.",
        when=lambda given: not not_first(given),
    ),
    "keeps_the_turned_gradient": Mistake(
        {"prev": fed},
        "You kept the gradient. After a change of sign PyTorch forgets it: no step in this update.",
    ),
    "always_forgets_the_gradient": Mistake(
        {"prev": lambda given, done: np.where(done["factor"] == 1, done["prev"], 0.0)},
        "You forgot the gradient where its sign stayed, too. It is forgotten after a change of sign only.",
        when=not_first,
    ),
    "steps_after_the_flip": Mistake(
        {"param": lambda given, done: given["param"] - np.sign(fed(given, done)) * done["step_size"]},
        "You forgot the gradient for the next update, but stepped along it in this one. After a flip there is no step.",
    ),
    "takes_the_step_back": Mistake(
        {
            "param": lambda given, done: np.where(
                done["factor"] == given["etas"][0],
                given["param"] + np.sign(before(given, "prev")) * old_size(given),
                done["param"],
            )
        },
        "You took the last step back after a flip, as in the paper of 1993. PyTorch stays where it is.",
        when=not_first,
    ),
    "steps_by_the_old_size": Mistake(
        {"param": lambda given, done: given["param"] - np.sign(done["prev"]) * old_size(given)},
        "You stepped by the step size of the last update. Change it first, then step.",
    ),
    "goes_up": Mistake(
        {"param": lambda given, done: given["param"] + np.sign(done["prev"]) * done["step_size"]},
        "You went with the gradient. The step goes against its sign.",
    ),
    "multiplies_by_the_gradient": Mistake(
        {"param": lambda given, done: given["param"] - done["prev"] * done["step_size"]},
        "You multiplied by the gradient. Only its sign counts: the step is as long as the step size.",
    ),
    "steps_by_lr": Mistake(
        {"param": lambda given, done: given["param"] - given["lr"] * np.sign(done["prev"])},
        "You stepped by the learning rate. Each number has a step size of its own.",
        when=not_first,
    ),
}

PAPER = Reference(
    "Riedmiller, Braun, A direct adaptive method for faster backpropagation learning (1993)",
    "https://doi.org/10.1109/ICNN.1993.298623",
)

LESSON = Optimizer(
    title="Rprop",
    torch=optim.Rprop,
    order=3,
    names=("弹性反向传播", "resilient backpropagation", "iRprop-", "sign of the gradient"),
    purpose="Looks at the gradient's sign alone: a step grows while the sign stays and shrinks when it turns.",
    use_when="You compute the gradient over all data at once, and its numbers differ wildly in size.",
    not_when="You train on mini-batches: their noise turns signs, and the steps shrink to nothing (use Adam).",
    formula=r"\theta_i \leftarrow \theta_i - \operatorname{sign}(g_i)\, \Delta_i",
    symbols=(
        (r"\theta_i", "element i of the parameter"),
        (r"g_i", "its gradient"),
        (r"g_i^{\text{old}}", "the gradient that was kept by the last update (prev)"),
        (r"\eta_-, \eta_+", "etas: what a step size is multiplied by when the sign turns, and while it stays"),
        (r"\eta_i", "the factor of element i"),
        (r"\Delta_i", "its step size"),
        (r"\Delta_{\min}, \Delta_{\max}", "step_sizes: the bounds"),
        (r"p_i", "the gradient that is kept (prev)"),
        (r"t", "the number of the update"),
    ),
    parameters=(
        Number("lr", 1e-2, "The first step size, and nothing else: later changes have no effect.", (0.1,)),
        Numbers("etas", (0.5, 1.2), "The factors: when the sign turns, and while it stays.", ((0.3, 1.5),)),
        Numbers("step_sizes", (1e-6, 50), "The smallest and the largest step size.", ((0.02, 0.2),), rare=True),
        gradient.MAXIMIZE,
    ),
    examples=(
        Example(
            "One goes on, one turns",
            {"objective": "quadratic", "start": [2.0, 0.06], "updates": 40, "lr": 0.1},
            "Each step of x is 1.2 times as long as the last. y has stepped over 0: its gradient has turned, "
            "so update 2 leaves it where it is, and its next step is half as long.",
        ),
        Example(
            "The bowl",
            {"objective": "bowl", "start": [2.0], "updates": 40, "lr": 0.1},
            "Every step is 1.2 times as long as the last, until the sign turns: then one update without a step.",
        ),
        Example(
            "A long valley",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 40, "lr": 0.1},
            "That y is 25 times as steep as x does not matter: the steps are the same until a sign turns at update 8.",
        ),
        Example(
            "Noise turns signs",
            {"objective": "noisy quadratic", "start": [2.0, 1.0], "updates": 60, "lr": 0.1},
            "With noisy gradients the sign turns by chance, and the steps shrink on the way.",
        ),
        Example(
            "Bounds",
            {"objective": "bowl", "start": [2.0], "updates": 20, "lr": 0.1, "step_sizes": (0.05, 0.2)},
            "No step is longer than 0.2, and none shorter than 0.05: it cannot settle.",
        ),
        Example(
            "The learning rate drops",
            {"objective": "bowl", "start": [2.0], "updates": 20, "lr": 0.1, "drop_at": 5, "drop_to": 0.001},
            "Nothing happens: the learning rate is read once, at the first update.",
        ),
        Example(
            "Uphill",
            {"objective": "saddle", "start": [1.0, 0.5], "updates": 10, "lr": 0.1, "maximize": True},
            "With maximize the signs are turned round first.",
        ),
        Example(
            "A gradient of 0",
            {
                "objective": "typed gradients",
                "start": [1.0, 1.0, 1.0],
                "grads": [[1, -2, 0], [3, 1, 5], [0, 1, 2]],
                "updates": 3,
                "lr": 0.1,
            },
            "The first number keeps its sign, the second turns, the third has nothing to compare with.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does it look only at the gradient's sign?",
            (
                "A gradient's size says little about how far the minimum is.",
                "So each number has a step size of its own: longer while the sign stays, shorter when it turns.",
            ),
            ("Because all its gradients are 1 or −1.", "They may have any size; only their sign is used."),
            (
                "So that it works with small batches.",
                "It does not: noise turns the signs, and Rprop takes each turn for a minimum that was passed.",
            ),
        ),
        "without_numbers": question(
            "All gradients become a hundred times as large. The path …",
            ("stays the same", "Only signs count."),
            ("has steps a hundred times as long", "That is SGD. Here a step's size follows from signs alone."),
            (
                "has shorter steps, since they are divided by the size",
                "Adagrad and its kin divide. Here nothing is divided.",
            ),
        ),
    },
    mistakes={**gradient.TURNED, **MISTAKES},
    conventions=(
        Convention(
            "Rprop+ of the 1993 paper: take the step back",
            "PyTorch has iRprop−: after a change of sign it stays where it is. "
            "Riedmiller and Braun take the last step back, and only then go on with the smaller one.",
            taking_back,
            {"objective": "bowl", "start": [2.0], "updates": 40, "lr": 0.1},
            references=(
                PAPER,
                Reference(
                    "Igel, Hüsken, Improving the Rprop learning algorithm (2000)",
                    "https://citeseerx.ist.psu.edu/document?repid=rep1&type=pdf&doi=10.1.1.17.3899",
                ),
            ),
        ),
    ),
    pitfalls=(
        Pitfall(
            "The learning rate is only the first step size",
            "A scheduler has no effect on Rprop: after the first update lr is never read again.",
        ),
        Pitfall(
            "Full batches only",
            "The sign of a mini-batch's gradient turns by chance. RMSprop was made for that case.",
        ),
        Pitfall(
            "Etas on the wrong side of 1",
            "The first one shrinks the steps, the second one lets them grow.",
            error="Invalid eta values: 1.2, 0.5",
            values={"etas": (1.2, 0.5)},
        ),
        Pitfall(
            "One update without a step",
            "After a change of sign the gradient is set to 0: the parameter stays for one update, "
            "and the next comparison says nothing either.",
        ),
    ),
    article="The article says that Rprop is for full batches: still true. "
    "It does not say that lr is only the first step size.",
    references=(PAPER,),
    tries=(
        Try("What if it grew faster?", {"etas": (0.5, 1.5)}),
        Try("What if the first step were small?", {"lr": 0.001}),
    ),
    check=check,
    sweeps="etas[1]",
    sweep_range=(1.02, 2.0),
    speed_only=speed_only("capturable", "foreach", "differentiable"),
)
