"""SparseAdam: Adam for the rows that have a gradient; all others are left as they are."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.formula import formula
from lib.lesson.optimizer import Convention, Optimizer
from lib.lesson.pieces import gradient, moments, move
from lib.lesson.pieces.checks import need_betas, words
from lib.lesson.pieces.moments import average, count, square_average
from lib.lesson.pieces.move import UNCORRECTED, denominator
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Step, Steps, Try, question
from lib.refusal import Refusal


def check(*, param, grad, state, lr, betas, eps, maximize):
    for name, number in {"lr": lr, "eps": eps}.items():
        if not number > 0:
            raise Refusal("{name} is {number:g}; expected more than 0.", name=name, number=number)
    need_betas(betas)
    if not isinstance(grad, tuple):
        raise Refusal("The gradient is dense; expected a sparse one, as (rows, values). Use Adam for dense gradients.")
    rows, values = np.atleast_2d(grad[0]), np.asarray(grad[1])
    if rows.size and (rows.min() < 0 or (rows.max(axis=1) >= param.shape[: len(rows)]).any()):
        raise Refusal("A row of the gradient lies outside the parameter of shape {shape}.", shape=words(param.shape))
    expected = (rows.shape[1], *param.shape[len(rows) :])
    if values.shape != expected:
        raise Refusal(
            "The gradient's values have shape {shape}; expected {expected}.",
            shape=words(values.shape),
            expected=words(expected),
        )


def by_hand(param, grad, state, *, lr, betas, eps, maximize) -> Steps:
    """From the rows that have a gradient, through their averages, to their new values."""
    beta1, beta2 = betas
    rows, values = coalesced(grad, np.shape(param))
    t = yield Step("step", r"t = t^{\text{old}} + 1", np.asarray(state.get("step", 0) + 1), given=True)
    first, second = (state.get(name, np.zeros_like(param)) for name in ("exp_avg", "exp_avg_sq"))
    after = {"step": int(t), "exp_avg": first, "exp_avg_sq": second}
    yield Step("rows", r"r = \text{rows that have a gradient}", np.squeeze(np.array(rows)), given=True)
    if not values.size:
        new = yield Step("param", r"\theta^{\text{new}} = \theta", param, words="No row has a gradient: nothing moves.")
        return new, after
    g = yield Step(
        "row_gradient",
        r"g_i = \text{sum of the gradients of the row}",
        -values if maximize else values,
        axes="i",
        given=True,
    )
    m = yield Step(
        "row_average",
        r"m_i = m_i^{\text{old}} + (1 - \beta_1)(g_i - m_i^{\text{old}})",
        first[rows] + (1 - beta1) * (g - first[rows]),
        axes="i",
        worked=lambda *i: formula(
            r"<old> + <rest> \cdot (<row_gradient> - <old>)", old=first[rows][i], rest=1 - beta1, row_gradient=g[i]
        ),
        words="For the rows with a gradient only: move the average towards it by its share.",
    )
    v = yield Step(
        "row_square_average",
        r"v_i = v_i^{\text{old}} + (1 - \beta_2)(g_i^2 - v_i^{\text{old}})",
        second[rows] + (1 - beta2) * (g * g - second[rows]),
        axes="i",
        worked=lambda *i: formula(
            r"<old> + <rest> \cdot (<row_gradient>^2 - <old>)", old=second[rows][i], rest=1 - beta2, row_gradient=g[i]
        ),
        words="The same with the squared gradient.",
    )
    rate = yield Step(
        "rate",
        r"\gamma_t = \gamma\, \frac{\sqrt{1 - \beta_2^{\,t}}}{1 - \beta_1^{\,t}}",
        lr * np.sqrt(1 - beta2 ** float(t)) / (1 - beta1 ** float(t)),
        worked=lambda: formula(
            r"<lr> \cdot \frac{\sqrt{1 - <beta2>^{<step>}}}{1 - <beta1>^{<step>}}",
            lr=lr,
            beta2=beta2,
            beta1=beta1,
            step=t,
        ),
        words="Both bias corrections go into the learning rate.",
        called="learning rate with both corrections",
    )
    size = yield from denominator(v, eps, "v_i", "row_square_average", UNCORRECTED)
    moved = yield Step(
        "new_rows",
        r"\theta_i^{\text{new}} = \theta_i - \gamma_t\, m_i / s_i",
        param[rows] - rate * (m / size),
        axes="i",
        worked=lambda *i: formula(
            r"<place> - <rate> \cdot \frac{<row_average>}{<denominator>}",
            place=param[rows][i],
            rate=rate,
            row_average=m[i],
            denominator=size[i],
        ),
        words="Take the rate times average over size away from each of these rows.",
    )
    new = yield Step(
        "param",
        r"\theta^{\text{new}} = \theta \text{ with these rows replaced}",
        replaced(param, rows, moved),
        words="Write the new rows into the parameter. All other rows stay as they are.",
    )
    return new, after | {"exp_avg": replaced(first, rows, m), "exp_avg_sq": replaced(second, rows, v)}


def coalesced(grad, shape) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """The rows in order, each once, and their gradients; the gradients of a row that is listed twice are added up."""
    indices, values = np.atleast_2d(grad[0]).astype(int), np.asarray(grad[1], dtype=np.float64)
    flat = np.ravel_multi_index(tuple(indices), shape[: len(indices)]) if indices.size else np.zeros(0, dtype=int)
    places, inverse = np.unique(flat, return_inverse=True)
    summed = np.zeros((len(places), *values.shape[1:]))
    np.add.at(summed, inverse.ravel(), values)
    return np.unravel_index(places, shape[: len(indices)]), summed


def replaced(whole, rows, new) -> np.ndarray:
    """A copy of the whole in which these rows are new."""
    copy = np.array(whole)
    copy[rows] = new
    return copy


def dense_adam(param, grad, state, *, lr, betas, eps, **_) -> Steps:
    """Adam with zeros for the absent rows: their averages fade, and they move on."""
    beta1, beta2 = betas
    rows, values = coalesced(grad, np.shape(param))
    g = replaced(np.zeros_like(param), rows, values)
    t = float((yield from count(state)))
    m = yield from average("exp_avg", "m", state, g, beta1, r"\beta_1")
    v = yield from square_average("exp_avg_sq", "v", state, g, beta2, r"\beta_2")
    size = np.sqrt(v / (1 - beta2**t)) + eps
    new = yield Step(
        "param", r"\theta_i^{\text{new}} = \theta_i - \gamma\, \hat m_i / s_i", param - lr * m / (1 - beta1**t) / size
    )
    return new, {"step": int(t), "exp_avg": m, "exp_avg_sq": v}


def old(given, name):
    """A buffer's rows that have a gradient now, as the last update left them."""
    rows, _ = coalesced(given["grad"], given["param"].shape)
    return given["state"].get(name, np.zeros_like(given["param"]))[rows]


def touched(given):
    """The parameter's rows that have a gradient."""
    rows, _ = coalesced(given["grad"], given["param"].shape)
    return given["param"][rows]


def update_of(given):
    """The number of this update, from 1."""
    return float(given["state"].get("step", 0)) + 1


def rate_at(given, t, first=None, second=None):
    """The rate with both corrections, each with the beta and at the count that somebody takes."""
    beta1, beta2 = given["betas"]
    first, second = (beta1 if first is None else first), (beta2 if second is None else second)
    return given["lr"] * np.sqrt(1 - second**t) / (1 - first**t)


def fresh(given):
    """For each row with a gradient whether it has never had one that was not 0."""
    axes = tuple(range(1, np.ndim(touched(given))))
    return ((old(given, "exp_avg") == 0) & (old(given, "exp_avg_sq") == 0)).all(axes)


def counted_by_row(given, done):
    """The new rows, where a row that comes for the first time counts from 1."""
    new = fresh(given).reshape(-1, *(1,) * (np.ndim(touched(given)) - 1))
    rate = np.where(new, rate_at(given, 1.0), done["rate"])
    return touched(given) - rate * done["row_average"] / done["denominator"]


def absent_move_too(given, done):
    """The new parameter, where the averages of rows without a gradient fade and move them, as in Adam."""
    rows, _ = coalesced(given["grad"], given["param"].shape)
    first, second = (given["state"].get(name, np.zeros_like(given["param"])) for name in ("exp_avg", "exp_avg_sq"))
    faded = given["betas"][0] * first / (np.sqrt(given["betas"][1] * second) + given["eps"])
    return replaced(given["param"] - done["rate"] * faded, rows, done["new_rows"])


def last_of_each(grad):
    """The gradient of somebody who writes listed rows one over the other: the last one stays."""
    listed, values = np.atleast_2d(grad[0]), np.asarray(grad[1])
    last = {tuple(place): number for number, place in enumerate(listed.T.tolist())}
    kept = sorted(last.values())
    return (listed[:, kept] if np.ndim(grad[0]) > 1 else listed[0, kept]), values[kept]


def lists_a_row_twice(given):
    listed = np.atleast_2d(given["grad"][0])
    return len(set(map(tuple, listed.T.tolist()))) < listed.shape[1]


MISTAKES = {
    "average_weights_swapped": Mistake(
        {
            "row_average": lambda given, done: (
                given["betas"][0] * done["row_gradient"] + (1 - given["betas"][0]) * old(given, "exp_avg")
            )
        },
        "You swapped the weights. The old average gets β₁, the gradient gets 1 − β₁.",
    ),
    "betas_swapped": Mistake(
        {},
        "You swapped the betas: the first belongs to the average of the gradient, the second to that of its square.",
        when=lambda given: given["betas"][0] != given["betas"][1],
        given=lambda given: {"betas": given["betas"][::-1]},
    ),
    "average_adds_all": Mistake(
        {"row_average": lambda given, done: given["betas"][0] * old(given, "exp_avg") + done["row_gradient"]},
        "You added the gradient whole. In an average it gets 1 − β₁.",
    ),
    "average_without_the_old": Mistake(
        {"row_average": lambda given, done: (1 - given["betas"][0]) * done["row_gradient"]},
        "You left the row's old average out: β₁ times it is kept.",
        when=moments.not_first,
    ),
    "gradient_for_the_average": Mistake(
        {"row_average": lambda given, done: done["row_gradient"]},
        "You took the gradient itself. The average moves only a little towards it.",
    ),
    "square_average_without_the_square": Mistake(
        {
            "row_square_average": lambda given, done: (
                old(given, "exp_avg_sq") + (1 - given["betas"][1]) * (done["row_gradient"] - old(given, "exp_avg_sq"))
            )
        },
        "You forgot the square: this average is one of squared gradients.",
    ),
    "square_average_weights_swapped": Mistake(
        {
            "row_square_average": lambda given, done: (
                (1 - given["betas"][1]) * old(given, "exp_avg_sq") + given["betas"][1] * done["row_gradient"] ** 2
            )
        },
        "You swapped the weights. The old average gets β₂, the squared gradient gets 1 − β₂.",
    ),
    "square_average_adds_all": Mistake(
        {
            "row_square_average": lambda given, done: (
                given["betas"][1] * old(given, "exp_avg_sq") + done["row_gradient"] ** 2
            )
        },
        "You added the squared gradient whole. In an average it gets 1 − β₂.",
    ),
    "square_average_without_the_old": Mistake(
        {"row_square_average": lambda given, done: (1 - given["betas"][1]) * done["row_gradient"] ** 2},
        "You left the row's old average out: β₂ times it is kept.",
        when=moments.not_first,
    ),
    "squares_the_average": Mistake(
        {
            "row_square_average": lambda given, done: (
                old(given, "exp_avg_sq")
                + (1 - given["betas"][1]) * (done["row_average"] ** 2 - old(given, "exp_avg_sq"))
            )
        },
        "You averaged the square of the running average. The second average is one of squared gradients.",
    ),
    "no_correction": Mistake(
        {"rate": lambda given, done: given["lr"]},
        "You forgot the bias corrections. They are part of the rate here.",
    ),
    "no_root_in_the_rate": Mistake(
        {
            "rate": lambda given, done: (
                given["lr"]
                * (1 - given["betas"][1] ** float(done["step"]))
                / (1 - given["betas"][0] ** float(done["step"]))
            )
        },
        "You forgot the root over 1 − β₂ᵗ.",
    ),
    "first_correction_alone": Mistake(
        {"rate": lambda given, done: given["lr"] / (1 - given["betas"][0] ** update_of(given))},
        "You left out √(1 − β₂ᵗ), the correction of the average of squares.",
    ),
    "second_correction_alone": Mistake(
        {"rate": lambda given, done: given["lr"] * np.sqrt(1 - given["betas"][1] ** update_of(given))},
        "You left out 1 − β₁ᵗ, the correction of the average of gradients.",
    ),
    "rate_upside_down": Mistake(
        {"rate": lambda given, done: given["lr"] ** 2 / done["rate"]},
        "You turned the fraction upside down: √(1 − β₂ᵗ) stands above, 1 − β₁ᵗ below.",
    ),
    "corrections_swapped": Mistake(
        {"rate": lambda given, done: rate_at(given, update_of(given), *given["betas"][::-1])},
        "You swapped the betas in the corrections. √(1 − β₂ᵗ) stands above, 1 − β₁ᵗ below.",
    ),
    "rate_without_the_power": Mistake(
        {"rate": lambda given, done: rate_at(given, 1.0)},
        "You left the power out: it is beta to the power of t, the number of the update.",
        when=moments.not_first,
    ),
    "rate_one_update_ahead": Mistake(
        {"rate": lambda given, done: rate_at(given, update_of(given) + 1)},
        "You counted one update too many. The first update has t = 1.",
    ),
    "rate_without_lr": Mistake(
        {"rate": lambda given, done: done["rate"] / given["lr"]},
        "You left the learning rate out of the rate.",
        when=lambda given: given["lr"] not in (0, 1),
    ),
    "row_counts_for_itself": Mistake(
        {"new_rows": counted_by_row},
        "You counted each row's own updates. t counts the updates of the whole parameter.",
        when=lambda given: moments.not_first(given) and fresh(given).any(),
    ),
    "rate_counts_from_0": Mistake(
        {
            "rate": lambda given, done: (
                given["lr"]
                * np.sqrt(1 - given["betas"][1] ** float(done["step"] - 1))
                / (1 - given["betas"][0] ** float(done["step"] - 1))
            )
        },
        "You counted updates from 0. The first update has t = 1.",
        when=moments.not_first,
    ),
    **move.root_mistakes("row_square_average"),
    "epsilon_after_the_correction": Mistake(
        {
            "denominator": lambda given, done: (
                np.sqrt(done["row_square_average"]) + given["eps"] * np.sqrt(1 - given["betas"][1] ** update_of(given))
            )
        },
        "You corrected the mean square before you added epsilon, as Adam does. Here it is added to the root as it is.",
    ),
    "always_downhill": Mistake(
        {"row_gradient": lambda given, done: -done["row_gradient"]},
        "You kept the sign. With maximize=True the gradient is turned round before anything else.",
        when=lambda given: given["maximize"],
    ),
    "listed_twice_counts_once": Mistake(
        {},
        "You let the last gradient of a row replace the others. Those of a row that is listed twice are added up.",
        when=lists_a_row_twice,
        given=lambda given: {"grad": last_of_each(given["grad"])},
    ),
    "not_divided": Mistake(
        {"new_rows": lambda given, done: touched(given) - done["rate"] * done["row_average"]},
        "You did not divide. The average is divided by its usual size.",
    ),
    "steps_along_the_gradient": Mistake(
        {"new_rows": lambda given, done: touched(given) - done["rate"] * done["row_gradient"] / done["denominator"]},
        "You stepped along the gradient. It is its average that is divided.",
    ),
    "absent_rows_move_too": Mistake(
        {"param": absent_move_too},
        "You let rows without a gradient move on by their old average, as Adam does. Here they stay as they are.",
        when=moments.not_first,
    ),
    "goes_up": Mistake(
        {"new_rows": lambda given, done: 2 * touched(given) - done["new_rows"]},
        "You stepped the wrong way. The step is taken away from the parameter.",
    ),
    "steps_by_the_bare_rate": Mistake(
        {"new_rows": lambda given, done: touched(given) - given["lr"] * done["row_average"] / done["denominator"]},
        "You used the bare learning rate. Both bias corrections belong to it.",
    ),
}

NONE = float("nan")
EMBEDDING = {
    "objective": "typed gradients",
    "start": [[1, 2], [3, 4], [5, 6]],
    "grads": [
        [[0.1, -0.2], [NONE, NONE], [0, 0]],
        [[0.3, 0.1], [0.5, 0.5], [NONE, NONE]],
        [[NONE, NONE], [0.5, 0.1], [0, 0]],
    ],
    "updates": 3,
    "lr": 0.1,
}

LESSON = Optimizer(
    title="SparseAdam",
    torch=optim.SparseAdam,
    order=9,
    names=("稀疏Adam", "lazy Adam", "embedding", "sparse gradient"),
    purpose="Adam for the rows that have a gradient; a row without one keeps value and averages.",
    use_when="You train a large nn.Embedding(sparse=True): "
    "each batch touches a few rows, and only these cost anything.",
    not_when="Gradients are dense: it refuses them. "
    "And where every row should feel momentum in every update, use Adam.",
    formula=r"\theta_r \leftarrow \theta_r - \gamma \frac{\sqrt{1 - \beta_2^{\,t}}}{1 - \beta_1^{\,t}} "
    r"\cdot \frac{m_r}{\sqrt{v_r} + \epsilon}",
    symbols=(
        (r"r", "a row that has a gradient in this update"),
        (r"\theta_i", "a number of such a row"),
        (r"g_i", "its gradient; gradients of a row that is listed twice are added up"),
        *moments.AVERAGES,
        (r"t", "the number of the update, counted for the whole parameter"),
        move.RATE,
        (r"\gamma_t", "the rate with both bias corrections"),
        move.SIZE,
        move.EPSILON,
    ),
    parameters=(
        Number("lr", 1e-3, "The learning rate; it must be above 0.", (0.1,)),
        moments.BETAS,
        Number("eps", 1e-8, "Added to the root; it must be above 0.", (1e-2,)),
        gradient.MAXIMIZE,
    ),
    examples=(
        Example(
            "Three rows of an embedding",
            EMBEDDING,
            "Rows count from 0. Row 1 is absent from the first update (nan) and stays. "
            "Row 2 has a gradient of 0: it counts as present.",
        ),
        Example(
            "A zero moves, an absent row does not",
            {
                "objective": "typed gradients",
                "start": [[1, 1], [1, 1]],
                "grads": [[[1, 1], [1, 1]], [[0, 0], [NONE, NONE]]],
                "updates": 2,
                "lr": 0.1,
            },
            "Both rows have the same past. "
            "In update 2 the row with zeros moves on by its average, the absent one stays.",
        ),
        Example(
            "A rare row",
            {
                "objective": "typed gradients",
                "start": [[1.0], [1.0]],
                "grads": [[[1], [NONE]], [[1], [NONE]], [[1], [NONE]], [[1], [1]]],
                "updates": 4,
                "lr": 0.1,
            },
            "The second row comes late: t is 4 by then, so its young averages are corrected too little: "
            "its step is short.",
        ),
        Example(
            "A whole vector",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 40, "lr": 0.1},
            "With every row present it is Adam with epsilon before the correction.",
        ),
        Example(
            "A large epsilon",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 20, "lr": 0.1, "eps": 0.1},
            "Epsilon is added to the uncorrected root, so it weighs most at the start.",
        ),
        Example(
            "Uphill", {**EMBEDDING, "maximize": True}, "With maximize the gradients of the rows are turned round first."
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why are rows without a gradient left alone?",
            (
                "A word that does not occur in the batch should not move.",
                "And nothing has to be worked for the many rows that are absent.",
            ),
            (
                "Because their gradient is 0, so nothing would move anyway.",
                "In Adam it would: the average of earlier gradients goes on pushing.",
            ),
            ("Because all rows share one average.", "Each row has averages of its own."),
        ),
        "without_numbers": question(
            "A row is absent for a hundred updates. Its averages …",
            ("stay as they were", "Only rows that are present are touched."),
            ("fade towards 0", "In Adam they would: there a gradient of 0 is a gradient."),
            ("start anew", "Nothing is forgotten while a row is absent."),
        ),
    },
    mistakes=MISTAKES,
    conventions=(
        Convention(
            "Adam, with zeros for the absent rows",
            "A dense optimizer sees 0 where a row is absent: "
            "its averages fade, and it moves on by what is left of them.",
            dense_adam,
            EMBEDDING,
        ),
    ),
    pitfalls=(
        Pitfall(
            "Dense gradients are refused",
            "Only layers such as nn.Embedding(sparse=True) hand back sparse gradients.",
            error="SparseAdam does not support dense gradients, please consider Adam instead",
            values={"grad": np.ones((2, 2))},
        ),
        Pitfall(
            "A learning rate of 0",
            "Other optimizers take 0; this one does not.",
            error="Invalid learning rate: 0.0",
            values={"lr": 0.0},
        ),
        Pitfall(
            "An epsilon of 0",
            "A row whose gradients are all 0 would give 0/0.",
            error="Invalid epsilon value: 0.0",
            values={"eps": 0.0},
        ),
        Pitfall(
            "Zero is not absent",
            "A row with a gradient of 0 takes part: its averages fade and it moves. A row that is not listed stays.",
        ),
        Pitfall(
            "One count for all rows",
            "The bias corrections use the updates of the whole parameter. "
            "A row that is seen for the first time late gets hardly any correction.",
        ),
    ),
    article="The article gives the signature and calls it a lazy version of Adam for sparse tensors: still true. "
    "It does not say that a dense gradient raises an error.",
    references=(moments.ADAM_PAPER,),
    tries=(
        Try("What if it forgot faster?", {"betas": (0.5, 0.9)}),
        Try("What if epsilon were 0.1?", {"eps": 0.1}),
    ),
    check=check,
    gradient="sparse",
)
