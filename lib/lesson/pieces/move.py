"""The parameter's own steps: how it shrinks, how far it moves, and where to; beside their mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lib.lesson.formula import formula, of
from lib.lesson.pieces.gradient import Done, Given, decays, fed
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Step, Steps, Switch

RATE = (r"\gamma", "lr: the learning rate")
SYMBOLS = (RATE, (r"\lambda", "weight_decay"))
SIZE = (r"s_i", "the usual size of the gradient, plus epsilon")
EPSILON = (r"\epsilon", "eps")

EPS = Number("eps", 1e-8, "Added to the root, so that nothing is divided by 0.", (1e-2,))
DECOUPLED = Switch("decoupled_weight_decay", False, "Shrink the parameter instead of changing the gradient.", rare=True)


def shrunk(param: np.ndarray, lr: Any, weight_decay: float) -> Steps:
    """Decoupled weight decay: the parameter shrinks, and the gradient knows nothing of it.

    Returns the parameter, and the name of what it is: "shrunk", the step, or "place" where nothing decays.
    """
    if weight_decay == 0:
        return param, "place"
    smaller = yield Step(
        "shrunk",
        r"\theta_i \leftarrow (1 - \gamma \lambda)\, \theta_i",
        param * (1 - lr * weight_decay),
        axes="i",
        worked=lambda *i: formula(
            r"(1 - <lr> \cdot <weight_decay>) \cdot <place>", lr=lr, weight_decay=weight_decay, place=param[i]
        ),
        words="Weight decay comes first and by itself: make the parameter a little smaller.",
    )
    return smaller, "shrunk"


CORRECTED = "Take the root of the corrected mean square, then add epsilon."
UNCORRECTED = "Take the root of the mean square, which is not corrected here, then add epsilon."


def denominator(square: np.ndarray, eps: float, latex: str, source: str, words: str = CORRECTED) -> Steps:
    """The root of the mean square, with epsilon added outside the root.

    `latex` is the symbol under the root, `source` the step that its value comes from.
    """
    size = yield Step(
        "denominator",
        rf"s_i = \sqrt{{{latex}}} + \epsilon",
        np.sqrt(square) + eps,
        axes="i",
        worked=lambda *i: formula(r"\sqrt{<square>} + <eps>", square=of(source, square[i]), eps=eps),
        words=words,
    )
    return size


def step_along(
    param: np.ndarray,
    lr: Any,
    direction: np.ndarray,
    latex: str,
    source: str,
    *,
    place: str = "place",
    words: str = "Take the learning rate times the direction away from the parameter.",
) -> Steps:
    """The new parameter: the learning rate times the direction is taken away.

    `latex` is the direction's symbol, `source` the step that it comes from, `place` that of the parameter.
    """
    new = yield Step(
        "param",
        rf"\theta_i^{{\text{{new}}}} = \theta_i - \gamma\, {latex}",
        param - lr * direction,
        axes="i",
        worked=lambda *i: formula(
            r"<place> - <lr> \cdot <direction>", place=of(place, param[i]), lr=lr, direction=of(source, direction[i])
        ),
        words=words,
    )
    return new


def divided_step(
    param: np.ndarray,
    lr: Any,
    direction: np.ndarray,
    size: np.ndarray,
    latex: str,
    source: str,
    *,
    place: str = "place",
    rate: str = "lr",
    divisor: str = "denominator",
) -> Steps:
    """The new parameter: the learning rate times direction over size is taken away.

    `latex` is the direction's symbol; `source`, `place`, `rate` and `divisor` name the steps that the direction, the
    parameter, the learning rate and the size come from.
    """
    new = yield Step(
        "param",
        rf"\theta_i^{{\text{{new}}}} = \theta_i - \gamma\, {latex} / s_i",
        param - lr * direction / size,
        axes="i",
        worked=lambda *i: formula(
            r"<place> - <lr> \cdot \frac{<direction>}{<size>}",
            place=of(place, param[i]),
            lr=of(rate, lr),
            direction=of(source, direction[i]),
            size=of(divisor, size[i]),
        ),
        words="Direction over its usual size, times the learning rate: take that from the parameter.",
    )
    return new


def place(given: Given, done: Done) -> np.ndarray:
    """Where the parameter stands when the step is taken."""
    return done.get("shrunk", given["param"])


def decouples(given: Given) -> bool:
    """Whether weight decay shrinks the parameter itself."""
    return given["weight_decay"] != 0 and given.get("decoupled_weight_decay", True)


SHRUNK = {
    "not_shrunk": Mistake(
        {"shrunk": lambda given, done: given["param"]},
        "You left the parameter as it is. Decoupled weight decay shrinks it before the step.",
        when=decouples,
    ),
    "decays_without_the_rate": Mistake(
        {"shrunk": lambda given, done: (1 - given["weight_decay"]) * given["param"]},
        "You shrank by λ alone. PyTorch shrinks by the learning rate times λ.",
        when=decouples,
    ),
    "grows": Mistake(
        {"shrunk": lambda given, done: 2 * given["param"] - done["shrunk"]},
        "You made the parameter larger. Weight decay makes it smaller.",
        when=decouples,
    ),
    "shrinks_after_the_step": Mistake(
        {
            "shrunk": lambda given, done: given["param"],
            "param": lambda given, done: (1 - given["lr"] * given["weight_decay"]) * done["param"],
        },
        "You shrank the parameter after the step, and with it the step. Shrink first, then step.",
        when=decouples,
    ),
}

DECAYS_THE_OTHER_WAY = {
    "decays_the_gradient": Mistake(
        {},
        "You put the weight decay into the gradient, as an L2 penalty. Decoupled, it shrinks the parameter alone.",
        when=decouples,
        given=lambda given: {"decoupled_weight_decay": False},
    ),
    "shrinks_the_parameter": Mistake(
        {},
        "You shrank the parameter, which is decoupled weight decay. Here λθ is added to the gradient.",
        when=decays,
        given=lambda given: {"decoupled_weight_decay": True},
    ),
}


def root_mistakes(*squares: str) -> dict[str, Mistake]:
    """In the denominator √(square) + ε. `squares` names the step under the root: the first one that there is."""

    def square(done: Done) -> np.ndarray:
        return next(done[name] for name in squares if name in done)

    return {
        "epsilon_under_the_root": Mistake(
            {"denominator": lambda given, done: np.sqrt(square(done) + given["eps"])},
            "You put epsilon inside the root. PyTorch adds it after the root.",
        ),
        "forgets_the_root": Mistake(
            {"denominator": lambda given, done: square(done) + given["eps"]},
            "You forgot the root.",
        ),
        "leaves_out_eps": Mistake(
            {"denominator": lambda given, done: np.sqrt(square(done))},
            "You left epsilon out. It is added to the root.",
            not_finite=True,
        ),
    }


GOES_UP = {
    "goes_up": Mistake(
        {"param": lambda given, done: 2 * place(given, done) - done["param"]},
        "You stepped the wrong way. The step is taken away from the parameter.",
    ),
}

MISTAKES = {
    **GOES_UP,
    "leaves_out_the_learning_rate": Mistake(
        {"param": lambda given, done: place(given, done) + (done["param"] - place(given, done)) / given["lr"]},
        "You left the learning rate out.",
        when=lambda given: given["lr"] not in (0, 1),
    ),
    "learning_rate_twice": Mistake(
        {"param": lambda given, done: place(given, done) + (done["param"] - place(given, done)) * given["lr"]},
        "You multiplied by the learning rate twice.",
        when=lambda given: given["lr"] not in (0, 1),
    ),
    "returns_the_move": Mistake(
        {"param": lambda given, done: place(given, done) - done["param"]},
        "This is the move alone. The new parameter is the old one minus the move.",
    ),
}


def undivided(*directions: str) -> dict[str, Mistake]:
    """In the last step: `directions` names the step of what is divided, the first one that there is."""

    def direction(given: Given, done: Done) -> np.ndarray:
        return next((done[name] for name in directions if name in done), fed(given, done))

    return {
        "not_divided": Mistake(
            {"param": lambda given, done: place(given, done) - given["lr"] * direction(given, done)},
            "You did not divide. The direction is divided by its usual size.",
        ),
        "multiplies_by_the_size": Mistake(
            {
                "param": lambda given, done: (
                    place(given, done)
                    - given["lr"] * direction(given, done) * done.get("denominator", done.get("exp_inf"))
                )
            },
            "You multiplied by the usual size. The direction is divided by it.",
        ),
    }


DECOUPLED_DECAY = Example(
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
)

NEGATIVE_RATE = Pitfall(
    "A negative learning rate",
    "To go up, use maximize=True.",
    error="Invalid learning rate: -0.1",
    values={"lr": -0.1},
)
