"""Muon: momentum whose directions all get the same weight, for the matrices inside a network."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from torch import optim

from lib.budget import Cost
from lib.lesson import cost
from lib.lesson.formula import formula, of
from lib.lesson.optimizer import Convention, Optimizer
from lib.lesson.pieces import move
from lib.lesson.pieces.checks import need_not_negative
from lib.lesson.pieces.moments import average, average_mistakes, has_buffer, lerp
from lib.lesson.pieces.move import shrunk
from lib.lesson.spec import (
    Choice,
    Example,
    Mistake,
    Number,
    Numbers,
    Pitfall,
    Reference,
    Step,
    Steps,
    Switch,
    Try,
    question,
)
from lib.refusal import Refusal


def check(*, param, grad, state, lr, weight_decay, momentum, nesterov, ns_coefficients, eps, ns_steps, adjust_lr_fn):
    need_not_negative(lr=lr, momentum=momentum, weight_decay=weight_decay)
    if param.ndim != 2:
        raise Refusal(
            "param has shape {shape}; expected a matrix: "
            "Muon is for the 2-D weights inside a network, and another optimizer takes the rest.",
            shape=param.shape,
        )
    largest = float(np.finfo(np.float32).max)
    for name, number in {"eps": eps, **{f"ns_coefficients[{i}]": c for i, c in enumerate(ns_coefficients)}}.items():
        if np.isfinite(number) and abs(number) > largest:
            raise Refusal("{name} is {number:g}; bfloat16 holds at most 3.4e38.", name=name, number=number)
    if ns_steps >= 100:
        raise Refusal("ns_steps is {ns_steps}; expected less than 100.", ns_steps=ns_steps)


def cost_of_evening(given):
    """Beyond an update number by number: in each of the ns_steps three products of matrices, and rounding by hand."""
    rows, columns = (1, 1, *cost.shape_of(given.get("param")))[-2:]
    small = min(rows, columns)
    step = 3 * rows * columns * small + 60 * (rows * columns + small * small) + 20 * cost.STEP
    update = cost.of_update(given)
    return Cost(update.numbers + cost.count(given.get("ns_steps")) * step, update.bytes)


def by_hand(
    param, grad, state, *, lr, weight_decay, momentum, nesterov, ns_coefficients, eps, ns_steps, adjust_lr_fn
) -> Steps:
    """From the averaged gradient, through a matrix with even singular values, to the new parameter."""
    u = buffer = yield from average("momentum_buffer", "b", state, grad, momentum, r"\mu")
    if nesterov:
        u = yield from looked_ahead(grad, buffer, momentum)
    yield Step("singular_values", r"\sigma = \text{singular values of } u", singular_values(u), given=True)
    size = yield Step(
        "norm",
        r"\|u\| = \sqrt{\sum_i u_i^2}",
        norm_of(u),
        words="The matrix's length, root of all squares. Divided by it, no singular value is above 1.",
    )
    even = evened(u * norm_of(u) / size if size != norm_of(u) else u, ns_coefficients, eps, ns_steps)
    even = yield Step("evened", r"O = \text{NewtonSchulz}(u / \|u\|)", even.astype(np.float64), given=True)
    yield Step("singular_values_after", r"\sigma' = \text{singular values of } O", singular_values(even), given=True)
    ratio = yield from adjusted(adjust_lr_fn, *param.shape)
    param, place = yield from shrunk(param, lr, weight_decay)
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma\, r\, O_i",
        param - lr * ratio * even,
        axes="i",
        worked=lambda *i: formula(
            r"<place> - <lr> \cdot <ratio> \cdot <evened>",
            place=of(place, param[i]),
            lr=lr,
            ratio=ratio,
            evened=even[i],
        ),
        words="Take the adjusted learning rate times the evened matrix away.",
    )
    return new, {"momentum_buffer": buffer}


def looked_ahead(grad, buffer, momentum) -> Steps:
    """Nesterov's direction: between the gradient and the buffer once more."""
    direction = yield Step(
        "direction",
        r"u_i = (1 - \mu)\, g_i + \mu\, b_i",
        lerp(grad, buffer, momentum),
        axes="i",
        worked=lambda *i: formula(
            r"<rest> \cdot <grad> + <momentum> \cdot <momentum_buffer>",
            rest=1 - momentum,
            grad=grad[i],
            momentum=momentum,
            momentum_buffer=buffer[i],
        ),
        words="Nesterov: momentum's share of the new average, and the other share of the gradient.",
    )
    return direction


def adjusted(adjust_lr_fn, rows, columns) -> Steps:
    """The ratio by which the learning rate is adjusted to a matrix of this shape."""
    as_adamw = adjust_lr_fn == "match_rms_adamw"
    ratio = yield Step(
        "ratio",
        r"r = 0.2 \sqrt{\max(m, n)}" if as_adamw else r"r = \sqrt{\max(1, m / n)}",
        np.asarray(lr_ratio(adjust_lr_fn, rows, columns)),
        worked=lambda: formula(
            r"0.2 \cdot \sqrt{\max(<rows>, <columns>)}" if as_adamw else r"\sqrt{\max(1, <rows> / <columns>)}",
            rows=rows,
            columns=columns,
        ),
        words="The learning rate is adjusted to the matrix: m rows, n columns.",
    )
    return ratio


def norm_of(u) -> np.ndarray:
    """A matrix's length: the root of the sum of its squares."""
    return np.sqrt((u * u).sum())


def evened(u, coefficients, eps, steps) -> np.ndarray:
    """The matrix with its singular values pushed near 1, by Newton–Schulz in bfloat16, as torch computes it.

    Torch adds up in float32 and rounds once; adding up in float64 rounds to the same bfloat16 numbers.
    """
    a, b, c = (np.float64(np.float32(k)) for k in coefficients)
    x = bfloat16(u)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    length = bfloat16(np.sqrt((x.astype(np.float64) ** 2).sum()))
    x = bfloat16(x / np.maximum(length, bfloat16(eps))).astype(np.float64)
    for _ in range(steps):
        gram = bfloat16(x @ x.T).astype(np.float64)
        x = bfloat16(a * x + bfloat16(b * gram + c * (gram @ gram)).astype(np.float64) @ x).astype(np.float64)
    return x.T if tall else x


def bfloat16(values) -> np.ndarray:
    """The nearest bfloat16 (ties to even), held in float32 since NumPy has no such type."""
    wide = np.asarray(values, dtype=np.float32)
    bits = wide.view(np.uint32)
    rounded = (bits + (((bits >> 16) & 1) + np.uint32(0x7FFF))) & np.uint32(0xFFFF0000)
    return np.where(np.isnan(wide), wide, rounded.view(np.float32))


def singular_values(matrix) -> np.ndarray:
    """The singular values, the largest first; NaN if the matrix holds NaN or infinity."""
    if not np.isfinite(matrix).all():
        return np.full(min(matrix.shape), np.nan)
    return np.linalg.svd(np.asarray(matrix, dtype=np.float64), compute_uv=False)


def lr_ratio(adjust_lr_fn, rows, columns) -> float:
    """0.2 √max(rows, columns), to step about as far as AdamW; otherwise √(rows / columns), but 1 at least."""
    if adjust_lr_fn == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns))


def exact_singular_values(param, grad, state, *, lr, weight_decay, momentum, nesterov, adjust_lr_fn, **_) -> Steps:
    """The same update with the matrix that Newton–Schulz comes near: U Vᵀ, whose singular values are exactly 1."""
    buffer = yield from average("momentum_buffer", "b", state, grad, momentum, r"\mu")
    u = lerp(grad, buffer, momentum) if nesterov else buffer
    even = yield Step("evened", r"O = U V^\top", exactly_even(u))
    param = param * (1 - lr * weight_decay)
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \gamma\, r\, O_i",
        param - lr * lr_ratio(adjust_lr_fn, *param.shape) * even,
    )
    return new, {"momentum_buffer": buffer}


def exactly_even(matrix) -> np.ndarray:
    """U Vᵀ of the matrix: the same directions, each singular value that is not 0 exactly 1."""
    left, sizes, right = np.linalg.svd(matrix, full_matrices=False)
    return left @ ((sizes > 0)[:, None] * right)


def keeps(given):
    return given["momentum"]


def looks_ahead(given):
    return given["nesterov"]


def matches_adamw(given):
    return given["adjust_lr_fn"] == "match_rms_adamw"


MISTAKES = {
    **{
        name: replace(mistake, when=has_buffer)
        for name, mistake in average_mistakes("momentum_buffer", keeps, "μ").items()
    },
    "plain_momentum": Mistake(
        {"direction": lambda given, done: done["momentum_buffer"]},
        "You took the buffer itself. Nesterov goes between the gradient and the buffer once more.",
        when=looks_ahead,
    ),
    "adds_the_whole_gradient": Mistake(
        {"direction": lambda given, done: given["grad"] + given["momentum"] * done["momentum_buffer"]},
        "You added the whole gradient, as SGD does. Here it gets 1 − μ.",
        when=looks_ahead,
    ),
    "direction_weights_swapped": Mistake(
        {
            "direction": lambda given, done: (
                given["momentum"] * given["grad"] + (1 - given["momentum"]) * done["momentum_buffer"]
            )
        },
        "You swapped the weights. The gradient gets 1 − μ, the buffer gets μ.",
        when=looks_ahead,
    ),
    "looks_ahead_anyway": Mistake(
        {},
        "You looked ahead. With nesterov=False the buffer itself is evened.",
        when=lambda given: not looks_ahead(given),
        given=lambda given: {"nesterov": True},
    ),
    "largest_singular_value": Mistake(
        {"norm": lambda given, done: done["singular_values"][0]},
        "You took the largest singular value. The length is the root of the sum of all squares.",
    ),
    "root_mean_square": Mistake(
        {"norm": lambda given, done: done["norm"] / math.sqrt(given["param"].size)},
        "You took the mean of the squares. The length is the root of their sum.",
    ),
    "not_evened": Mistake(
        {"evened": lambda given, done: done.get("direction", done["momentum_buffer"]) / done["norm"]},
        "You divided by the length only. Newton–Schulz then brings all singular values near 1.",
    ),
    "steps_along_the_direction": Mistake(
        {"evened": lambda given, done: done.get("direction", done["momentum_buffer"])},
        "You stepped along the averaged gradient. Muon evens it first: all singular values come near 1.",
    ),
    "exact_singular_values": Mistake(
        {"evened": lambda given, done: exactly_even(done.get("direction", done["momentum_buffer"]))},
        "You set the singular values to exactly 1. PyTorch comes near that with a few Newton–Schulz steps.",
    ),
    "forgets_the_root": Mistake(
        {"norm": lambda given, done: done["norm"] ** 2},
        "You forgot the root: the length is the root of the sum of squares.",
    ),
    "adds_up_the_sizes": Mistake(
        {"norm": lambda given, done: np.abs(done.get("direction", done["momentum_buffer"])).sum()},
        "You added up the sizes. The length is the root of the sum of squares.",
    ),
    "columns_over_rows": Mistake(
        {"ratio": lambda given, done: math.sqrt(max(1, given["param"].shape[1] / given["param"].shape[0]))},
        "You divided columns by rows. It is rows over columns, and 1 at least.",
        when=lambda given: not matches_adamw(given),
    ),
    "ratio_below_1": Mistake(
        {"ratio": lambda given, done: math.sqrt(given["param"].shape[0] / given["param"].shape[1])},
        "You left out the 1: a wide matrix keeps the learning rate as it is.",
        when=lambda given: not matches_adamw(given) and given["param"].shape[0] < given["param"].shape[1],
    ),
    "ratio_without_the_root": Mistake(
        {"ratio": lambda given, done: done["ratio"] ** 2 if not matches_adamw(given) else done["ratio"] ** 2 / 0.2},
        "You forgot the root of the ratio.",
    ),
    "smaller_side": Mistake(
        {"ratio": lambda given, done: 0.2 * math.sqrt(min(given["param"].shape))},
        "You took the smaller side. It is 0.2 times the root of the larger one.",
        when=matches_adamw,
    ),
    "other_adjustment": Mistake(
        {},
        "You took the other adjustment: match_rms_adamw is 0.2 √max(m, n), original is √max(1, m/n).",
        given=lambda given: {"adjust_lr_fn": None if matches_adamw(given) else "match_rms_adamw"},
    ),
    "leaves_out_the_factor": Mistake(
        {"ratio": lambda given, done: math.sqrt(max(given["param"].shape))},
        "You left out the 0.2.",
        when=matches_adamw,
    ),
    **move.SHRUNK,
    "decays_by_the_adjusted_rate": Mistake(
        {"shrunk": lambda given, done: (1 - given["lr"] * done["ratio"] * given["weight_decay"]) * given["param"]},
        "You shrank by the adjusted learning rate. The decay takes lr as it is; only the step is adjusted.",
        when=move.decouples,
    ),
    **move.MISTAKES,
    "leaves_out_the_ratio": Mistake(
        {"param": lambda given, done: move.place(given, done) - given["lr"] * done["evened"]},
        "You left out the ratio: the learning rate is adjusted to the matrix.",
    ),
}

PAPER = Reference(
    "Jordan et al., Muon: an optimizer for hidden layers in neural networks (2024)",
    "https://kellerjordan.github.io/posts/muon/",
)

TALL = {
    "objective": "typed gradients",
    "start": [[1, 2], [0, 1], [1, 0]],
    "grads": [[[2, 0.1], [0, 0.5], [0.2, 0.1]], [[1, 0.3], [-0.2, 0.4], [0.1, 0]], [[1.5, -0.1], [0.1, 0.6], [0, 0.2]]],
    "updates": 3,
    "lr": 0.1,
}

LESSON = Optimizer(
    title="Muon",
    torch=optim.Muon,
    order=15,
    names=("动量正交化优化器", "MomentUm Orthogonalized by Newton–Schulz", "orthogonalised momentum", "Newton–Schulz"),
    purpose="Averages gradients, then gives every direction of the matrix the same weight.",
    use_when="You train the 2-D weights inside a transformer or another deep network, "
    "with AdamW beside it for embeddings, biases and the last layer.",
    not_when="The parameter is no matrix: torch refuses vectors, scalars and convolution kernels.",
    formula=r"O \approx U V^\top \text{ of } u = U \Sigma V^\top, "
    r"\qquad \theta \leftarrow (1 - \gamma\lambda)\,\theta - \gamma\, r\, O",
    symbols=(
        (r"\theta_i", "element i of the parameter, an m × n matrix"),
        (r"g_i", "its gradient"),
        (r"\mu", "momentum: how much of the old average is kept"),
        (r"b_i", "the average of the gradients (momentum_buffer)"),
        (r"u_i", "the direction with Nesterov"),
        (
            r"\sigma, \sigma'",
            "singular values before and after: how far the matrix stretches space along its directions",
        ),
        (r"O_i", "the evened matrix: the same directions, all stretched by about 1"),
        (r"r", "how the learning rate is adjusted to the matrix's shape"),
        *move.SYMBOLS,
        (r"m, n", "rows and columns"),
        (r"\|u\|", "the length of u: the root of its squares' sum"),
    ),
    parameters=(
        Number("lr", 1e-3, "The learning rate, before it is adjusted to the matrix.", (0.1,)),
        Number("weight_decay", 0.1, "Shrinks the parameter by lr times this in every update.", (0.0,)),
        Number("momentum", 0.95, "How much of the old average is kept.", (0.5, 0.0)),
        Switch("nesterov", True, "Step along a mix of gradient and buffer."),
        Numbers(
            "ns_coefficients",
            (3.4445, -4.775, 2.0315),
            "The three numbers of a Newton–Schulz step.",
            ((2.0, -1.5, 0.5),),
            rare=True,
        ),
        Number("eps", 1e-7, "The least length that is divided by.", (1.0,), rare=True),
        Number("ns_steps", 5, "How many Newton–Schulz steps are made.", (1, 8), integer=True, rare=True),
        Choice(
            "adjust_lr_fn",
            None,
            (None, "original", "match_rms_adamw"),
            "How the learning rate is adjusted: original (also None) for tall matrices, or to be like AdamW's.",
        ),
    ),
    examples=(
        Example(
            "A tall matrix",
            TALL,
            "The gradient stretches the first direction most. "
            "After Newton–Schulz both directions count about the same.",
        ),
        Example(
            "A wide matrix, matched to AdamW",
            {
                "objective": "typed gradients",
                "start": [[1, 0, 1], [2, 1, 0]],
                "grads": [[[2, 0, 0.2], [0.1, 0.5, 0.1]], [[1, -0.2, 0.1], [0.3, 0.4, 0]]],
                "updates": 2,
                "lr": 0.1,
                "adjust_lr_fn": "match_rms_adamw",
            },
            "0.2 times the root of the longer side makes the step as long as AdamW's usually is.",
        ),
        Example(
            "A wide matrix",
            {
                "objective": "typed gradients",
                "start": [[1, 0, 1], [2, 1, 0]],
                "grads": [[[2, 0, 0.2], [0.1, 0.5, 0.1]], [[1, -0.2, 0.1], [0.3, 0.4, 0]]],
                "updates": 2,
                "lr": 0.1,
            },
            "More columns than rows: the learning rate stays as it is.",
        ),
        Example(
            "Without Nesterov",
            {**TALL, "nesterov": False},
            "The buffer itself is evened.",
        ),
        Example(
            "Two rows of a valley",
            {
                "objective": "quadratic",
                "start": [[2.0, 1.0], [-1.0, 2.0]],
                "updates": 40,
                "lr": 0.1,
                "weight_decay": 0.0,
            },
            "The step is as long near the minimum as far from it: after update 32 the loss rises again.",
        ),
        Example(
            "One singular value only",
            {
                "objective": "typed gradients",
                "start": [[1, 1], [1, 1]],
                "grads": [[[1, 2], [2, 4]], [[1, 2], [2, 4]]],
                "updates": 2,
                "lr": 0.1,
            },
            "A gradient of rank 1 has one direction; the other singular value stays 0.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why is the update made orthogonal?",
            (
                "So that weak directions move as far as strong ones.",
                "All singular values of the update become about 1.",
            ),
            ("So that the weights become orthogonal.", "Only the update does; the weights may be anything."),
            (
                "So that it stands at right angles to the gradient.",
                "It does not: it still goes down. Its rows, or columns, stand at right angles to each other.",
            ),
        ),
        "without_numbers": question(
            "From the start all gradients are a thousand times as large. The updates …",
            ("stay nearly the same", "The length is divided out before the matrix is made orthogonal."),
            ("are a thousand times as large", "That is SGD with momentum, before it is made orthogonal."),
            ("are a thousandth as large", "They are divided by their own length, once."),
        ),
    },
    mistakes=MISTAKES,
    conventions=(
        Convention(
            "Exact: U Vᵀ from a singular value decomposition",
            "Newton–Schulz is a fast stand-in. "
            "After five steps singular values lie between about 0.7 and 1.2 instead of at 1, "
            "and PyTorch computes it in bfloat16, with three digits. Training hardly notices.",
            exact_singular_values,
            TALL,
            references=(PAPER,),
        ),
    ),
    pitfalls=(
        Pitfall(
            "Matrices only",
            "Give biases, norms, embeddings and the last layer to AdamW.",
            error="Muon only supports 2D parameters",
            values={"param": np.ones(3), "grad": np.ones(3)},
        ),
        Pitfall(
            "Three digits",
            "Newton–Schulz runs in bfloat16 whatever the parameter's type: "
            "a float64 program differs from it by a few thousandths of the step. "
            "The hand calculation rounds the same way.",
        ),
        Pitfall(
            "The buffer is an average here",
            "The documentation writes B = μB + g; the code averages, with 1 − μ before g. "
            "The direction is the same, the buffer is not: do not compare it with SGD's.",
        ),
        Pitfall(
            "Weight decay by default",
            "It is 0.1 unless given: ten times AdamW's. Most other optimizers have none.",
        ),
        Pitfall(
            "Unknown adjustment",
            "adjust_lr_fn is None, original or match_rms_adamw.",
            error="Adjust learning rate function adamw is not supported",
            values={"adjust_lr_fn": "adamw"},
        ),
        Pitfall(
            "Too many Newton–Schulz steps",
            "Five are enough; torch refuses 100.",
            error="Number of steps must be less than 100",
            values={"ns_steps": 100},
        ),
    ),
    references=(
        PAPER,
        Reference("Liu et al., Muon is Scalable for LLM Training (2025)", "https://arxiv.org/abs/2502.16982"),
    ),
    tries=(
        Try("What if nothing decayed?", {"weight_decay": 0.0}),
        Try("What if only one Newton–Schulz step were made?", {"ns_steps": 1}),
    ),
    check=check,
    cost=cost_of_evening,
    param_axes=2,
    exact="Newton–Schulz runs in bfloat16 in PyTorch, and so it does by hand: "
    "both round to the same numbers unless a sum of many products is added up in another order; "
    "then the two part by up to 1/128 of a step.",
)
