"""Adafactor: Adam's second average, kept as one number per row and one per column."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.formula import formula, of
from lib.lesson.optimizer import Convention, Optimizer, keras, speed_only
from lib.lesson.pieces import gradient, moments, move
from lib.lesson.pieces.checks import need_not_negative
from lib.lesson.pieces.gradient import fed, ready
from lib.lesson.pieces.moments import before, count, lerp, not_first, update_number
from lib.lesson.pieces.move import shrunk
from lib.lesson.spec import Example, Mistake, Number, Numbers, Pitfall, Reference, Step, Steps, Try, question
from lib.refusal import Refusal

EPS1 = float(np.finfo(np.float64).eps)  # torch's default for a float64 parameter


def check(*, param, grad, state, lr, beta2_decay, eps, d, weight_decay, maximize):
    need_not_negative(lr=lr, weight_decay=weight_decay, **{f"eps[{i}]": e for i, e in enumerate(eps) if e is not None})
    if not beta2_decay <= 0:
        raise Refusal(
            "beta2_decay is {beta2_decay:g}; expected 0 or less: the power of t that new squares weigh.",
            beta2_decay=beta2_decay,
        )
    if not d >= 1:
        raise Refusal("d is {d:g}; expected 1 or more.", d=d)


def by_hand(param, grad, state, *, lr, beta2_decay, eps, d, weight_decay, maximize) -> Steps:
    """From averages of the squared gradient, per row and per column, to a step that fits the parameter's own size."""
    least = EPS1 if eps[0] is None else eps[0]
    t = yield from count(state)
    g, source = yield from ready(grad, param, weight_decay=0, maximize=maximize)
    share = yield Step(
        "new_share",
        r"\omega_t = t^{\,\kappa}",
        np.asarray(float(t) ** beta2_decay),
        worked=lambda: formula("<step>^{<beta2_decay>}", step=t, beta2_decay=beta2_decay),
        words="How much the new squares weigh: all in the first update, then less and less.",
    )
    pace = yield from pace_of(param, lr, eps[1], t)
    param, place = yield from shrunk(param, lr, weight_decay)
    if np.ndim(g) > 1:
        estimate, after = yield from factored(g, state, share, least)
    else:
        estimate, after = yield from whole(g, source, state, share)
    u = yield from scaled(g, source, estimate, "variance_estimate" if np.ndim(g) > 1 else "variance", least)
    clipped = yield Step(
        "clipped_pace",
        r"\hat\alpha_t = \frac{\alpha_t}{\max(1, \operatorname{RMS}(u) / d)}",
        pace / max(1.0, rms(u) / d),
        worked=lambda: formula(r"\frac{<pace>}{\max(1, <rms> / <d>)}", pace=pace, rms=rms(u), d=d),
        words="Where the scaled gradient is large on the whole, the step is cut back.",
    )
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \hat\alpha_t\, u_i",
        param - clipped * u,
        axes="i",
        worked=lambda *i: formula(
            r"<place> - <clipped_pace> \cdot <scaled>", place=of(place, param[i]), clipped_pace=clipped, scaled=u[i]
        ),
        words="Take the pace times the scaled gradient away.",
    )
    return new, {"step": t, **after}


def pace_of(param, lr, least, t) -> Steps:
    """How far to go: the parameter's own size times the learning rate, which never exceeds 1/√t."""
    pace = yield Step(
        "pace",
        r"\alpha_t = \max(\epsilon_2, \operatorname{RMS}(\theta)) \cdot \min(\gamma, 1/\sqrt{t})",
        max(least, rms(param)) * min(lr, 1 / float(t) ** 0.5),
        worked=lambda: formula(
            r"\max(<least>, <rms>) \cdot \min(<lr>, 1/\sqrt{<step>})",
            least=of("eps[1]", least),
            rms=rms(param),
            lr=lr,
            step=t,
        ),
        words="The step grows with the parameter: its root mean square times the learning rate.",
    )
    return pace


def factored(g, state, share, least) -> Steps:
    """A matrix: averages per row and per column, and their product over the mean row as the estimate."""
    old_rows = state["row_var"][..., 0] if "row_var" in state else np.zeros(g.shape[:-1])
    old_columns = state["col_var"][..., 0, :] if "col_var" in state else np.zeros((*g.shape[:-2], g.shape[-1]))
    rows = yield Step(
        "row_var",
        r"R_m = R_m^{\text{old}} + \omega_t \left(\tfrac1n \sum_n g_{mn}^2 - R_m^{\text{old}}\right)",
        lerp(old_rows, (g * g).mean(-1), share),
        words="For each row: move the old average towards the mean of the row's squares.",
    )
    columns = yield Step(
        "col_var",
        r"C_n = C_n^{\text{old}} + \omega_t \left(\tfrac1m \sum_m g_{mn}^2 - C_n^{\text{old}}\right)",
        lerp(old_columns, (g * g).mean(-2), share),
        words="The same for each column.",
    )
    mean_row = np.maximum(rows.mean(-1), least)
    estimate = yield Step(
        "variance_estimate",
        r"V_{mn} = \frac{R_m\, C_n}{\max(\bar R, \epsilon_1)}",
        rows[..., :, None] * columns[..., None, :] / mean_row[..., None, None],
        axes="i",
        words="Row times column, over the mean of the rows: an estimate of each mean square.",
    )
    return estimate, {"row_var": rows[..., None], "col_var": columns[..., None, :]}


def whole(g, source, state, share) -> Steps:
    """A vector or a number: nothing to factor, so the average of the squares is kept as it is."""
    old = state.get("variance", np.zeros_like(g))
    estimate = yield Step(
        "variance",
        r"V_i = V_i^{\text{old}} + \omega_t (g_i^2 - V_i^{\text{old}})",
        lerp(old, g * g, share),
        axes="i",
        worked=lambda *i: formula(
            r"<old> + <new_share> \cdot (<grad>^2 - <old>)", old=old[i], new_share=share, grad=of(source, g[i])
        ),
        words="Move the old average towards the squared gradient by the new share.",
        called="average of squared gradients",
        torch="variance",
    )
    return estimate, {"variance": estimate}


def scaled(g, source, estimate, estimated, least) -> Steps:
    """The gradient over its usual size; `estimated` names the step that the mean square comes from."""
    floor = least * least
    u = yield Step(
        "scaled",
        r"u_i = g_i / \sqrt{\max(V_i, \epsilon_1^2)}",
        g / np.sqrt(np.maximum(estimate, floor)),
        axes="i",
        worked=lambda *i: formula(
            r"<grad> / \sqrt{<floor>}" if estimate[i] < floor else r"<grad> / \sqrt{<estimate>}",
            grad=of(source, g[i]),
            estimate=of(estimated, estimate[i]),
            floor=floor,
        ),
        words="Divide the gradient by the root of its estimated mean square.",
    )
    return u


def rms(values) -> np.float64:
    """The root of the mean square."""
    return np.sqrt(np.square(values).sum()) / np.sqrt(np.float64(np.size(values)))


def epsilon_in_the_squares(param, grad, state, *, lr, beta2_decay, eps, d, weight_decay, **_) -> Steps:
    """The paper and Keras: 1e-30 is added to every squared gradient, where PyTorch clamps the estimate."""
    t = yield from count(state)
    share, squares = float(t) ** beta2_decay, grad * grad + 1e-30
    pace = yield from pace_of(param, lr, eps[1], t)
    if np.ndim(grad) > 1:
        rows = lerp(state.get("row_var", 0.0), squares.mean(-1, keepdims=True), share)
        columns = lerp(state.get("col_var", 0.0), squares.mean(-2, keepdims=True), share)
        estimate, after = rows * columns / rows.mean(-2, keepdims=True), {"row_var": rows, "col_var": columns}
    else:
        estimate = lerp(state.get("variance", 0.0), squares, share)
        after = {"variance": estimate}
    u = yield Step("scaled", r"u_i = g_i / \sqrt{V_i}", grad / np.sqrt(estimate))
    step = pace / max(1.0, rms(u) / d) * u
    new = yield Step(
        "param", r"\theta_i^{\text{new}} = \theta_i - \hat\alpha_t u_i", param * (1 - lr * weight_decay) - step
    )
    return new, {"step": t, **after}


def is_matrix(given):
    return given["param"].ndim > 1


def is_square(given):
    return is_matrix(given) and given["param"].shape[-1] == given["param"].shape[-2]


def rate_at(given):
    """The learning rate, where it is not above 1/√t."""
    return min(given["lr"], 1 / update_number(given) ** 0.5)


def averaged(given, done, name, squares):
    """The average `name` of a matrix (row_var or col_var), with these squares for the new ones."""
    old = given["state"].get(name)
    left = 0.0 if old is None else old[..., 0] if name == "row_var" else old[..., 0, :]
    return left + done["new_share"] * (squares.mean(-1 if name == "row_var" else -2) - left)


def crosswise(given, done, name):
    """The average `name`, taken along the other axis of a square matrix."""
    squares = fed(given, done) ** 2
    return averaged(given, done, name, np.swapaxes(squares, -1, -2))


MISTAKES = {
    "share_of_the_old": Mistake(
        {"new_share": lambda given, done: 1 - done["new_share"]},
        "You took the share of the old average. The new squares weigh t to the power of beta2_decay.",
    ),
    "new_share_counts_from_0": Mistake(
        {"new_share": lambda given, done: (update_number(given) - 1) ** given["beta2_decay"]},
        "You counted updates from 0. The first update has t = 1.",
        when=not_first,
    ),
    "new_share_rises": Mistake(
        {"new_share": lambda given, done: 1 / done["new_share"]},
        "You turned the power's sign. beta2_decay is negative, so that new squares weigh less and less.",
    ),
    "new_share_without_the_power": Mistake(
        {"new_share": lambda given, done: 1 / update_number(given)},
        "You took 1/t. It is t to the power of beta2_decay.",
    ),
    "pace_without_the_size": Mistake(
        {"pace": lambda given, done: rate_at(given)},
        "You left the parameter's size out. The pace is the learning rate times the parameter's root mean square.",
    ),
    "mean_size_for_rms": Mistake(
        {
            "pace": lambda given, done: (
                max(given["eps"][1], np.mean(np.abs(given["param"])))
                * min(given["lr"], 1 / update_number(given) ** 0.5)
            )
        },
        "You took the mean of the sizes. RMS squares, takes the mean, then the root.",
    ),
    "length_for_rms": Mistake(
        {"pace": lambda given, done: max(given["eps"][1], np.sqrt(np.square(given["param"]).sum())) * rate_at(given)},
        "You added the squares up before the root. RMS takes their mean.",
    ),
    "mean_square_for_rms": Mistake(
        {"pace": lambda given, done: max(given["eps"][1], rms(given["param"]) ** 2) * rate_at(given)},
        "You forgot the root of RMS: root of the mean square.",
    ),
    "pace_without_the_rate": Mistake(
        {"pace": lambda given, done: max(given["eps"][1], rms(given["param"]))},
        "You left the learning rate out. The pace is the parameter's root mean square times it.",
    ),
    "larger_of_the_two_rates": Mistake(
        {
            "pace": lambda given, done: (
                max(given["eps"][1], rms(given["param"])) * max(given["lr"], 1 / update_number(given) ** 0.5)
            )
        },
        "You took the larger of the learning rate and 1/√t. It is the smaller.",
    ),
    "learning_rate_unbounded": Mistake(
        {"pace": lambda given, done: max(given["eps"][1], rms(given["param"])) * given["lr"]},
        "You left 1/√t out: the learning rate never exceeds it.",
        when=lambda given: given["lr"] > rate_at(given),
    ),
    "adds_the_least_size": Mistake(
        {"pace": lambda given, done: (given["eps"][1] + rms(given["param"])) * rate_at(given)},
        "You added the least size. It only counts where RMS is below it.",
    ),
    "pace_of_the_shrunk_parameter": Mistake(
        {
            "pace": lambda given, done: (
                max(given["eps"][1], rms(given["param"] * (1 - given["lr"] * given["weight_decay"]))) * rate_at(given)
            )
        },
        "You took the size of the shrunken parameter. Its size is taken before it shrinks.",
        when=lambda given: given["weight_decay"] != 0,
    ),
    **gradient.TURNED,
    **move.SHRUNK,
    "rows_and_columns_swapped": Mistake(
        {
            "row_var": lambda given, done: crosswise(given, done, "row_var"),
            "col_var": lambda given, done: crosswise(given, done, "col_var"),
        },
        "You swapped rows and columns: row_var holds the mean of each row's squares.",
        when=is_square,
    ),
    "averages_without_the_square": Mistake(
        {
            "row_var": lambda given, done: averaged(given, done, "row_var", fed(given, done)),
            "col_var": lambda given, done: averaged(given, done, "col_var", fed(given, done)),
        },
        "You forgot the square: rows and columns keep means of squared gradients.",
        when=is_matrix,
    ),
    "adds_up_the_row": Mistake(
        {"row_var": lambda given, done: done["row_var"] * given["param"].shape[-1]},
        "You added the squares of the row up. It is their mean.",
        when=is_matrix,
    ),
    "row_average_without_the_old": Mistake(
        {"row_var": lambda given, done: (fed(given, done) ** 2).mean(-1)},
        "You left the old average out. After the first update the new squares are only a part of it.",
        when=lambda given: is_matrix(given) and not_first(given),
    ),
    "adds_up_the_column": Mistake(
        {"col_var": lambda given, done: done["col_var"] * given["param"].shape[-2]},
        "You added the squares of the column up. It is their mean.",
        when=is_matrix,
    ),
    "column_average_without_the_old": Mistake(
        {"col_var": lambda given, done: (fed(given, done) ** 2).mean(-2)},
        "You left the old average out. After the first update the new squares are only a part of it.",
        when=lambda given: is_matrix(given) and not_first(given),
    ),
    "divides_by_the_sum_of_rows": Mistake(
        {"variance_estimate": lambda given, done: done["variance_estimate"] / given["param"].shape[-2]},
        "You divided by the sum of the row averages. It is their mean.",
        when=is_matrix,
    ),
    "squares_themselves": Mistake(
        {"variance_estimate": lambda given, done: fed(given, done) ** 2},
        "You took the squares themselves. A matrix keeps rows and columns only; their product is the estimate.",
        when=is_matrix,
    ),
    "leaves_out_the_mean_row": Mistake(
        {"variance_estimate": lambda given, done: done["row_var"][..., :, None] * done["col_var"][..., None, :]},
        "You left out the mean row: row times column counts the size of the whole matrix twice.",
        when=is_matrix,
    ),
    "square_average_without_the_old": Mistake(
        {"variance": lambda given, done: fed(given, done) ** 2},
        "You left the old average out. After the first update the new square is only a part of it.",
        when=lambda given: not is_matrix(given) and not_first(given),
    ),
    "square_average_without_the_square": Mistake(
        {
            "variance": lambda given, done: (
                before(given, "variance") + done["new_share"] * (fed(given, done) - before(given, "variance"))
            )
        },
        "You forgot the square: this average is one of squared gradients.",
        when=lambda given: not is_matrix(given),
    ),
    "forgets_the_root": Mistake(
        {"scaled": lambda given, done: done["scaled"] ** 2 / fed(given, done)},
        "You forgot the root.",
    ),
    "not_cut_back": Mistake(
        {"clipped_pace": lambda given, done: done["pace"]},
        "You did not cut the step back. Where RMS(u) is above d, the pace is divided by RMS(u)/d.",
    ),
    "makes_small_steps_longer": Mistake(
        {"clipped_pace": lambda given, done: done["pace"] / (rms(done["scaled"]) / given["d"])},
        "You always divided. The divisor is 1 at least: small steps are not made longer.",
    ),
    "multiplies_by_the_excess": Mistake(
        {"clipped_pace": lambda given, done: done["pace"] * max(1.0, rms(done["scaled"]) / given["d"])},
        "You multiplied. Where RMS(u) is above d, the pace is divided by RMS(u)/d.",
    ),
    "cut_back_by_the_length": Mistake(
        {
            "clipped_pace": lambda given, done: (
                done["pace"] / max(1.0, np.sqrt(np.square(done["scaled"]).sum()) / given["d"])
            )
        },
        "You added the squares of u up. RMS takes their mean.",
    ),
    "cuts_each_element": Mistake(
        {
            "clipped_pace": lambda given, done: done["pace"],
            "param": lambda given, done: (
                move.place(given, done) - done["pace"] * np.clip(done["scaled"], -given["d"], given["d"])
            ),
        },
        "You cut each number back to d by itself. The whole step is cut back, so that its direction stays.",
    ),
    "steps_along_the_gradient": Mistake(
        {"param": lambda given, done: move.place(given, done) - done["clipped_pace"] * fed(given, done)},
        "You stepped along the gradient. It is divided by the root of its estimated mean square first.",
    ),
    "steps_by_lr": Mistake(
        {"param": lambda given, done: move.place(given, done) - given["lr"] * done["scaled"]},
        "You stepped by the learning rate. The pace is the parameter's size times it.",
    ),
    "learning_rate_twice": Mistake(
        {"param": lambda given, done: move.place(given, done) - given["lr"] * done["clipped_pace"] * done["scaled"]},
        "You multiplied by the learning rate again. The pace holds it already.",
        when=lambda given: given["lr"] != 1,
    ),
    "returns_the_move": move.MISTAKES["returns_the_move"],
    **move.GOES_UP,
}

MATRIX = {
    "objective": "typed gradients",
    "start": [[1, 2], [0, 1]],
    "grads": [[[2, 0.5], [0.1, 1]], [[1, -0.5], [0.3, 0.2]], [[1.5, 0.5], [-0.1, 0.4]]],
    "updates": 3,
    "lr": 0.1,
}

LESSON = Optimizer(
    title="Adafactor",
    torch=optim.Adafactor,
    order=14,
    names=("自适应因子分解优化器", "factored second moment", "memory-efficient Adam", "T5"),
    purpose="Scales like Adam, but remembers one number per row and per column instead of one per weight.",
    use_when="The model is so large that Adam's two averages do not fit into memory: "
    "it was made for large transformers.",
    not_when="Memory is no concern (AdamW is easier to tune), or a step that grows with the parameter is not wanted.",
    formula=r"V = \frac{R\, C}{\bar R}, \qquad \theta \leftarrow \theta - \hat\alpha_t\, \frac{g}{\sqrt{V}}",
    symbols=(
        (r"\theta_i", "element i of the parameter"),
        (r"g_i, g_{mn}", "its gradient; in a matrix, in row m and column n"),
        (r"\kappa", "beta2_decay: the power of t, negative"),
        (r"\omega_t", "how much the new squares weigh in update t"),
        (r"R_m, C_n", "the averages of squares per row and per column (row_var, col_var)"),
        (r"\bar R", "the mean of the row averages"),
        (r"V_i, V_{mn}", "the estimated mean square of each number"),
        (r"u_i", "the gradient over the root of it"),
        (r"\operatorname{RMS}", "the root of the mean square of all numbers"),
        (r"\alpha_t, \hat\alpha_t", "the pace, before and after it is cut back"),
        (
            r"\epsilon_1, \epsilon_2",
            "eps: the least root mean square to divide by, and the least size of the parameter",
        ),
        (r"d", "d: from which RMS of u on the step is cut back"),
        *move.SYMBOLS,
        moments.COUNT,
    ),
    parameters=(
        Number("lr", 1e-2, "The most that a step is, in sizes of the parameter.", (0.3,)),
        Number("beta2_decay", -0.8, "The power of t with which new squares weigh.", (-0.5, 0.0)),
        Numbers(
            "eps",
            (None, 1e-3),
            "The least root mean square to divide by (none: that of the number format), and the least size.",
            ((1e-2, 1.0), (1e-3, 1e-3)),
            rare=True,
        ),
        Number("d", 1.0, "From which size on a scaled gradient is cut back.", (2.0,), rare=True),
        Number("weight_decay", 0.0, "Shrinks the parameter by lr times this in every update.", (0.1,)),
        gradient.MAXIMIZE,
    ),
    examples=(
        Example(
            "A matrix",
            MATRIX,
            "Four squares are kept as two rows and two columns; "
            "their product is an estimate, not the squares themselves.",
        ),
        Example(
            "A vector",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 40, "lr": 0.1},
            "A vector is not factored: one average per number, as in Adam.",
        ),
        Example(
            "The step shrinks with the parameter",
            {"objective": "bowl", "start": [2.0], "updates": 40, "lr": 0.3},
            "Near 0 the parameter is small, and so is the step: it homes in without a schedule.",
        ),
        Example(
            "Weight decay",
            {**MATRIX, "lr": 0.3, "weight_decay": 0.1},
            "The parameter shrinks before the step; its size was taken before that.",
        ),
        Example(
            "Cut back later",
            {"objective": "beale", "start": [1.0, 1.0], "updates": 60, "lr": 0.1, "d": 2.0},
            "With d = 2 a scaled gradient may be twice its usual size before the step is cut back.",
        ),
        Example(
            "Gradients that grow",
            {
                "objective": "typed gradients",
                "start": [1.0, -1.0],
                "grads": [[0.1, 0.1], [1, -0.5], [3, 2]],
                "updates": 3,
                "lr": 0.1,
            },
            "When gradients grow, the averages lag behind, u is above 1, and the pace is cut back.",
        ),
        gradient.UPHILL,
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does it keep averages of rows and of columns, and not of every element?",
            (
                "To save memory: rows plus columns instead of rows times columns.",
                "Their product stands in for the whole.",
            ),
            ("Because that is more exact.", "It is less so: it is right only if the squares are a row times a column."),
            (
                "Because all elements of a row have the same gradient.",
                "They have their own; only their squares are averaged.",
            ),
        ),
        "without_numbers": question(
            "A matrix has twice as many rows and twice as many columns. What is remembered for it …",
            ("doubles", "One number for each row, one for each column."),
            ("grows fourfold", "That is Adam, which remembers something for each element."),
            ("stays the same", "There is still a number for each row and each column."),
        ),
    },
    mistakes={**gradient.TURNED, **MISTAKES},
    conventions=(
        Convention(
            "The paper and Keras: epsilon inside the squares",
            "They add 1e-30 to every squared gradient; PyTorch clamps the estimate at eps₁². "
            "With eps₁ left to its default the two agree unless gradients are 0; with a large one they part.",
            epsilon_in_the_squares,
            {**MATRIX, "eps": (1.0, 1e-3)},
            references=(keras("Adafactor"),),
        ),
    ),
    pitfalls=(
        Pitfall(
            "The learning rate is relative",
            "A step is lr times the parameter's own size (and 1/√t at most), "
            "so 0.01 moves every parameter by about one percent.",
        ),
        Pitfall(
            "No momentum",
            "PyTorch's Adafactor has no first average: with noisy gradients it shakes more than Adam.",
        ),
        Pitfall(
            "beta2_decay is negative",
            "It is a power of t, and new squares weigh less and less.",
            error="beta2_decay should be <= 0 but is: 0.8",
            values={"beta2_decay": 0.8},
        ),
        Pitfall(
            "d below 1",
            "Steps are cut back, never made longer.",
            error="Clipping threshold d should be >= 1 but is: 0.5",
            values={"d": 0.5},
        ),
        Pitfall(
            "The documentation says 0.01 for weight_decay",
            "The code says 0.",
        ),
        Pitfall(
            "eps of the first parameter",
            "Where eps₁ is left out it follows the number format of the first parameter of the group, for all of them.",
        ),
    ),
    references=(
        Reference(
            "Shazeer, Stern, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost (2018)",
            "https://arxiv.org/abs/1804.04235",
        ),
    ),
    tries=(
        Try("What if the learning rate were 0.3?", {"lr": 0.3}),
        Try("What if old squares were forgotten?", {"beta2_decay": 0.0}),
    ),
    check=check,
    speed_only=speed_only("foreach"),
    exact="By hand eps₁ is that of float64. Beside a float32 parameter PyTorch takes float32's: "
    "a gradient of exactly 0 or nearly so shows the difference.",
)
