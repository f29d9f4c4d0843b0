"""Gradient descent on y = (2x)² = 4x²: where it stands at each iteration, and what its learning rate makes of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from lib.lesson.formula import formula
from lib.lesson.spec import Example, Lesson, Mistake, Number, Pitfall, Reference, Step, Steps, Tensor

CURVATURE = 8.0  # the gradient of 4x² is 8x
BORDER = 2 / CURVATURE  # learning rates below it converge
NEAR, FAR = 1e-6, 1e6  # a loss below has arrived; one beyond is called diverged
FLOAT32 = np.finfo(np.float32)  # what torch computes in here

Fate = Literal["still", "arrives", "falls", "swings", "diverges"]


@dataclass(frozen=True, eq=False)
class Path:
    """x, gradient and y at each iteration, before its update; (iterations,), or (iterations, rates) for several."""

    x: np.ndarray
    gradient: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Outlook:
    """What becomes of x: `factor` is what each update multiplies it by.

    `passes` is the first iteration with a loss below NEAR, or beyond FAR for one that diverges; None for neither.
    """

    kind: Fate
    factor: float
    passes: int | None


def path_by_hand(lr: float | np.ndarray, start: float, iterations: int) -> Path:
    """Every iteration in float64: x ← x − lr · 8x."""
    x = np.empty((iterations, *np.shape(lr)))
    now = np.full(np.shape(lr), float(start))
    with np.errstate(all="ignore"):
        for iteration in range(iterations):
            x[iteration] = now
            now = now - lr * (CURVATURE * now)
        return Path(x, CURVATURE * x, (2 * x) ** 2)


def path_by_torch(lr: float | np.ndarray, start: float, iterations: int, dtype: torch.dtype = torch.float32) -> Path:
    """The same with autograd, in float32 unless told otherwise; several rates each walk their own way."""
    rate = torch.as_tensor(lr, dtype=dtype)
    x = torch.full_like(rate, start).requires_grad_()
    rows = []
    for _ in range(iterations):
        y = torch.pow(2 * x, 2)
        (gradient,) = torch.autograd.grad(y.sum(), x)
        rows.append([x.detach().numpy().copy(), gradient.numpy(), y.detach().numpy()])
        with torch.no_grad():
            x -= rate * gradient
    return Path(*(np.array(column) for column in zip(*rows, strict=True)))


def factor_of(lr: Any) -> Any:
    """What one update multiplies x by: 1 − 8 lr. Takes a number or an array."""
    return 1 - CURVATURE * lr


def outlook(lr: float, start: float) -> Outlook:
    """Whether the walk converges, and when."""
    factor, loss = factor_of(lr), (2 * start) ** 2
    if loss == 0 or factor == 1:
        return Outlook("still", factor, None)
    if factor == 0:
        return Outlook("arrives", factor, 1)
    if abs(factor) == 1:
        return Outlook("swings", factor, None)
    kind: Fate = "falls" if abs(factor) < 1 else "diverges"
    return Outlook(kind, factor, _passes(loss, factor, NEAR if kind == "falls" else FAR))


def _passes(loss: float, factor: float, bound: float) -> int:
    """The first iteration whose loss is on the other side of the bound: the loss is multiplied by factor² each time."""
    return max(0, math.floor(math.log(bound / loss) / math.log(factor**2)) + 1)


def drawn(path: Path) -> int:
    """How many iterations fit a picture: all, or up to the first whose loss is beyond FAR, that one included."""
    beyond = np.flatnonzero(~(path.y <= FAR))
    return int(beyond[0]) + 1 if beyond.size else len(path.y)


def overflows(y: np.ndarray) -> tuple[int | None, int | None]:
    """The first iterations with an infinite loss and with NaN."""
    first = (np.flatnonzero(mask) for mask in (np.isinf(y), np.isnan(y)))
    infinite, nan = (int(found[0]) if found.size else None for found in first)
    return infinite, nan


def pytorch_lines(lr: float, start: float, iterations: int) -> str:
    """A program that prints the table."""
    return f"""import torch

x = torch.tensor([{start!r}], requires_grad=True)
losses = []
for i in range({iterations}):
    y = torch.pow(2 * x, 2)
    y.backward()
    print(i, x.item(), x.grad.item(), y.item())
    losses.append(y.item())
    with torch.no_grad():
        x -= {lr!r} * x.grad
    x.grad = None
"""


def one_update(x: torch.Tensor, *, lr: float) -> torch.Tensor:
    """The next x by autograd."""
    (gradient,) = torch.autograd.grad(torch.pow(2 * x, 2).sum(), x, create_graph=True)
    return x - lr * gradient


def by_hand(*, x: np.ndarray, lr: float) -> Steps:
    gradient = yield Step(
        "gradient",
        r"g = \frac{d}{dx}(2x)^2 = 2 \cdot 2x \cdot 2",
        CURVATURE * x,
        worked=lambda: formula(r"2 \cdot 2 \cdot <x> \cdot 2", x=x),
        words="Twice what is squared, and once more times 2 for what is inside.",
    )
    yield Step(
        "next_x",
        r"x' = x - \eta\, g",
        x - lr * gradient,
        worked=lambda: formula(r"<x> - <lr> \cdot <gradient>", x=x, lr=lr, gradient=gradient),
        words="Go against the gradient, by the learning rate times its size.",
    )


def grad_by_hand(done: Mapping[str, np.ndarray], *, x: np.ndarray, lr: float) -> Steps:
    """How much the next x moves with this one: the factor that decides everything."""
    factor = np.full_like(x, factor_of(lr))
    yield Step("d_x", r"\frac{dx'}{dx} = 1 - 8\eta", factor, words="1, less 8 times the learning rate.")


LESSON = Lesson(
    title="Gradient descent",
    torch=one_update,
    group="training",
    order=1,
    names=("梯度下降法与学习率", "learning rate", "exploding", "divergence"),
    purpose="Walk against the gradient. The learning rate decides how far: too far explodes.",
    use_when="You want to see what a learning rate does before you trust an optimizer with it.",
    not_when="The loss has several minima or noise: the border is then another one at every place.",
    formula=r"x \leftarrow x - \eta \cdot \frac{dy}{dx}, \qquad y = (2x)^2",
    symbols=(("x", "the parameter"), (r"\eta", "the learning rate lr"), (r"\frac{dy}{dx}", "the gradient, 8x here")),
    tensors=(Tensor("x", "Where the parameter stands.", "()"),),
    parameters=(Number("lr", 0.2, "How much of the gradient one update walks.", also=(0.01, 0.125, 0.25, 1.0)),),
    shapes=({"x": ()}, {"x": (3,)}, {"x": (0,)}),
    examples=(Example("From 2", {"x": np.float64(2.0), "lr": 0.2}, "One update goes beyond the minimum."),),
    by_hand=by_hand,
    grad_by_hand=grad_by_hand,
    mistakes={
        "half_the_gradient": Mistake(
            {"gradient": lambda given, done: done["gradient"] / 2},
            "You stopped at 2 · (2x) = 4x. The 2x inside the square gives one more factor 2: the gradient is 8x.",
        ),
        "gradient_of_x_squared": Mistake(
            {"gradient": lambda given, done: 2 * given["x"]},
            "2x is the gradient of x². Here 2x is squared: y = 4x², and its gradient is 8x.",
        ),
        "uphill": Mistake(
            {"next_x": lambda given, done: given["x"] + given["lr"] * done["gradient"]},
            "You added the step, which walks uphill. The gradient points up, so the update subtracts it.",
        ),
        "no_learning_rate": Mistake(
            {"next_x": lambda given, done: given["x"] - done["gradient"]},
            "You subtracted the whole gradient. The learning rate takes its share first.",
        ),
        "step_alone": Mistake(
            {"next_x": lambda given, done: -given["lr"] * done["gradient"]},
            "That is the step alone. Add it to x, where you stand.",
        ),
        "share_of_the_loss": Mistake(
            {"next_x": lambda given, done: given["x"] - given["lr"] * (2 * given["x"]) ** 2},
            "You subtracted a share of the loss. The update takes a share of the gradient.",
        ),
    },
    pitfalls=(
        Pitfall(
            "Keep numbers, not tensors",
            "Older articles append y itself and plot the list. y carries the graph of its computation, "
            "and Matplotlib may not touch that: append y.item().",
            "RuntimeError: Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
        ),
        Pitfall(
            "Update inside no_grad",
            "Older articles write x.data.sub_(lr * x.grad), which still runs. "
            "Today the update stands inside torch.no_grad(); without it torch refuses:",
            "RuntimeError: a leaf Variable that requires grad is being used in an in-place operation.",
        ),
        Pitfall(
            "No learning rate is the usual one",
            "Articles like to say 0.01. torch's own defaults run from 0.001 (SGD, Adam) to 1 (Adadelta, LBFGS): "
            "what fits depends on the curvature of the loss and on the optimizer.",
        ),
    ),
    references=(
        Reference(
            "Boyd and Vandenberghe, Convex Optimization (2004), section 9.3: gradient descent and its step size",
            "https://web.stanford.edu/~boyd/cvxbook/",
        ),
        Reference("torch.optim.SGD", "https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html"),
    ),
)


def given_at(path: Path, iteration: int, lr: float) -> dict[str, Any]:
    """What the working of one update starts from."""
    return {"x": np.asarray(path.x[iteration]), "lr": lr}
