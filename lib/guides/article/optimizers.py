"""The article's claims about optimizers, momentum and gradient descent."""

from __future__ import annotations

import importlib
import io

import numpy as np
import torch
from torch import optim

from lib.guides.article.claim import CHANGED, NO_LONGER_RUNS, STILL_TRUE, Claim
from lib.guides.article.recompute import (
    descent,
    momentum_run,
    path,
    refused,
    seeded,
    settles,
    signature,
)

BETAS = (0.98, 0.95, 0.9, 0.8)
RATES = ((1.0, 4), (0.5, 4), (0.2, 20), (0.2, 200), (0.1, 20), (0.125, 20), (0.01, 20))

# slug, class, what the article prints, what is to say about it
SIGNATURES = (
    ("sgd", optim.SGD, "lr, momentum=0, dampening=0, weight_decay=0, nesterov=False", "lr may be left out by now."),
    ("asgd", optim.ASGD, "lr=0.01, lambd=0.0001, alpha=0.75, t0=1000000.0, weight_decay=0", ""),
    ("rprop", optim.Rprop, "lr=0.01, etas=(0.5, 1.2), step_sizes=(1e-06, 50)", ""),
    ("adagrad", optim.Adagrad, "lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0", "eps is new."),
    ("adadelta", optim.Adadelta, "lr=1.0, rho=0.9, eps=1e-06, weight_decay=0", "The paper has no lr."),
    (
        "rmsprop",
        optim.RMSprop,
        "lr=0.01, alpha=0.99, eps=1e-08, weight_decay=0, momentum=0, centered=False",
        "",
    ),
    (
        "adam",
        optim.Adam,
        "lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, amsgrad=False",
        "decoupled_weight_decay=True makes it AdamW.",
    ),
    ("adamax", optim.Adamax, "lr=0.002, betas=(0.9, 0.999), eps=1e-08, weight_decay=0", ""),
    ("sparse_adam", optim.SparseAdam, "lr=0.001, betas=(0.9, 0.999), eps=1e-08", ""),
    (
        "lbfgs",
        optim.LBFGS,
        "lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-05, tolerance_change=1e-09, history_size=100, "
        "line_search_fn=None",
        "tolerance_grad is smaller now. max_eval=None means 25, that is 1.25 · max_iter.",
    ),
)


def sgd_on(weight: torch.Tensor, steps: int = 0, **settings: float) -> optim.SGD:
    """An SGD that has taken some steps with a gradient of ones, as in the article."""
    weight.grad = torch.ones_like(weight)
    optimizer = optim.SGD([weight], **settings)
    for _ in range(steps):
        optimizer.step()
    return optimizer


def random_weight() -> torch.Tensor:
    return torch.randn((2, 2), generator=seeded()).requires_grad_()


def after_one_step() -> np.ndarray:
    weight = random_weight()
    sgd_on(weight, steps=1, lr=0.1)
    return weight.detach().numpy()


def gradient_after_zero_grad() -> torch.Tensor | None:
    weight = random_weight()
    sgd_on(weight, lr=0.1).zero_grad()
    return weight.grad


def gradient_of_two_backwards() -> float:
    x = torch.tensor([1.0], requires_grad=True)
    for _ in range(2):
        (2 * x).sum().backward()
    assert x.grad is not None
    return x.grad.item()


def two_groups() -> tuple[tuple[int, float], ...]:
    optimizer = sgd_on(random_weight(), lr=0.1)
    optimizer.add_param_group({"params": torch.randn(3, 3, generator=seeded()).requires_grad_(), "lr": 0.0001})
    return tuple((len(group["params"]), group["lr"]) for group in optimizer.param_groups)


def loaded_settings() -> tuple[float, float]:
    """Learning rate and momentum of another optimizer after loading the saved state."""
    file = io.BytesIO()
    torch.save(sgd_on(random_weight(), steps=10, lr=0.1, momentum=0.9).state_dict(), file)
    file.seek(0)
    other = optim.SGD([random_weight()], lr=0.5)
    other.load_state_dict(torch.load(file))
    return other.param_groups[0]["lr"], other.param_groups[0]["momentum"]


def state_key_is_id() -> bool:
    weight = random_weight()
    return list(sgd_on(weight, steps=1, lr=0.1, momentum=0.9).state_dict()["state"]) == [id(weight)]


def where_nesterov_looks() -> float:
    """Where the second gradient is asked for; the first step went from 1 with a gradient of 1."""
    weight = torch.tensor([1.0], requires_grad=True)
    optimizer, asked = optim.SGD([weight], lr=0.1, momentum=0.9, nesterov=True), []

    def closure() -> float:
        asked.append(weight.item())
        weight.grad = torch.ones(1)
        return weight.item()

    for _ in range(2):
        optimizer.step(closure)
    return asked[1]


def untouched_row() -> float:
    """A row that is not in the sparse gradient, after a step."""
    weight = torch.ones(2, 3, requires_grad=True)
    weight.grad = torch.tensor([[1.0, 1, 1], [0, 0, 0]]).to_sparse(1)
    optim.SparseAdam([weight]).step()
    return weight[1, 0].item()


def steps_of(places: list[float], start: float = 1.0) -> np.ndarray:
    return np.abs(np.diff([start, *places]))


def steepest_is_gradient() -> float:
    """The angle in degrees between the gradient of 2x² + y² at (1, 1) and the best of 360 directions."""
    angles = np.radians(np.arange(360))
    best = np.argmax(4 * np.cos(angles) + 2 * np.sin(angles))
    return float(best - np.degrees(np.arctan2(2, 4)))


def closed_form(lr: float, iterations: int) -> float:
    """The last loss of y = (2x)² from 2: each update multiplies x by 1 − 8 lr."""
    return 4 * (2 * (1 - 8 * lr) ** (iterations - 1)) ** 2


def sweep(high: float) -> list[float]:
    return [descent(lr, 100)[-1] for lr in np.linspace(0.01, high, 10)]


def plot_a_loss() -> np.ndarray:
    """What plt.plot does with a loss that still has its graph."""
    x = torch.tensor([2.0], requires_grad=True)
    return torch.pow(2 * x, 2).numpy()


def needs_closure() -> None:
    weight = random_weight()
    weight.grad = torch.ones_like(weight)
    optim.LBFGS([weight]).step()


def dense_gradient() -> None:
    weight = random_weight()
    weight.grad = torch.ones_like(weight)
    optim.SparseAdam([weight]).step()


GENERAL = (
    Claim(
        "optim.count",
        "optimizers",
        "There are 10 optimizers.",
        CHANGED,
        10,
        "AdamW, NAdam, RAdam, Adafactor and Muon have come since.",
        recompute=lambda: len([n for n in optim.__all__ if n[0].isupper() and n != "Optimizer"]),
    ),
    Claim(
        "optim.gradient",
        "optimizers",
        "The gradient is the direction of the steepest rise. "
        "(Here: its angle to the best of 360 directions, in degrees.)",
        STILL_TRUE,
        0.0,
        recompute=steepest_is_gradient,
        within=0.5,
        implied=True,
    ),
    Claim(
        "optim.usual_lr",
        "optimizers",
        "The learning rate is usually 0.01 and prevents exploding gradients.",
        CHANGED,
        0.01,
        "There is no usual value (here: SGD's default). A small rate keeps the updates stable; it changes no gradient.",
        recompute=lambda: optim.SGD([torch.zeros(1)]).defaults["lr"],
        lesson="sgd",
    ),
    Claim(
        "average.momentum",
        "averages",
        "Momentum is an exponentially weighted average. (Here: the buffer after ten gradients of 1, β = 0.9.)",
        CHANGED,
        1 - 0.9**10,
        "The buffer is a sum that tends to 10, not an average: new gradients are not multiplied by 1 − β.",
        recompute=lambda: path(optim.SGD, [1.0] * 10, lr=0.1, momentum=0.9)[1]["momentum_buffer"].item(),
        lesson="sgd",
        implied=True,
    ),
    Claim(
        "average.sum",
        "averages",
        "The weights (1 − β) βᵗ for β = 0.9 add up over 100 points to 1.",
        STILL_TRUE,
        1.0,
        "Exactly 1 − 0.9¹⁰⁰.",
        recompute=lambda: float((0.1 * 0.9 ** torch.arange(100)).sum()),
        within=1e-4,
        implied=True,
    ),
    Claim(
        "average.sums",
        "averages",
        "The weights for β = 0.98, 0.95, 0.9 and 0.8, on 100 points. (Here: their sums.)",
        STILL_TRUE,
        now="For 0.98 a hundred points are not enough.",
        recompute=lambda: [float(((1 - beta) * beta ** torch.arange(100)).sum()) for beta in BETAS],
    ),
    Claim(
        "average.memory",
        "averages",
        "β = 0.8 forgets after 20 days, β = 0.98 after 80. (Here: how much of a weight is left, first and second.)",
        CHANGED,
        0.8**20,
        "That is two measures. By the first, 0.98 remembers over 200 days; the usual rule 1/(1 − β) says 5 and 50.",
        recompute=lambda: float(torch.tensor(0.98, dtype=torch.float64) ** 80),
        implied=True,
    ),
    Claim(
        "momentum.09",
        "averages",
        "With momentum 0.9 (lr 0.01) the loss gets below 1 before plain SGD (lr 0.03) does, and then swings back.",
        STILL_TRUE,
        True,
        recompute=lambda: bool(
            np.argmax(momentum_run(0.01, 0.9) < 1) < np.argmax(momentum_run(0.03, 0) < 1)
            and momentum_run(0.01, 0.9)[7:20].max() > 1
        ),
        lesson="sgd",
        implied=True,
    ),
    Claim(
        "momentum.063",
        "averages",
        "With momentum 0.63 it settles before plain SGD. "
        "(Here: from which iteration it stays below 0.001; SGD's is 18.)",
        CHANGED,
        True,
        "It gets near first, but SGD with 0.03 stays there first. With momentum 0.51 it would win.",
        recompute=lambda: settles(momentum_run(0.01, 0.63), 1e-3) < settles(momentum_run(0.03, 0), 1e-3),
        lesson="sgd",
        implied=True,
    ),
    Claim(
        "object.attributes",
        "optimizer_object",
        "An optimizer has defaults, state and param_groups.",
        STILL_TRUE,
        True,
        "The article's class is a sketch, not a program.",
        recompute=lambda: all(hasattr(sgd_on(random_weight()), n) for n in ("defaults", "state", "param_groups")),
    ),
    Claim(
        "object.step_count",
        "optimizer_object",
        "It counts its updates in _step_count.",
        CHANGED,
        True,
        "The scheduler has that attribute.",
        recompute=lambda: hasattr(sgd_on(random_weight()), "_step_count"),
    ),
    Claim(
        "object.imports",
        "optimizer_object",
        "The program imports set_seed from tools.common_tools.",
        NO_LONGER_RUNS,
        now="That is the author's own file. torch.manual_seed(1) gives the article's numbers.",
        recompute=lambda: importlib.import_module("tools.common_tools"),
        raises="No module named 'tools",
    ),
    Claim(
        "object.before",
        "optimizer_object",
        "The weight before a step.",
        STILL_TRUE,
        [[0.6614, 0.2669], [0.0617, 0.6213]],
        recompute=lambda: random_weight().detach().numpy(),
    ),
    Claim(
        "object.after",
        "optimizer_object",
        "The weight after a step with lr = 0.1 and gradients of 1.",
        STILL_TRUE,
        [[0.5614, 0.1669], [-0.0383, 0.5213]],
        recompute=after_one_step,
        lesson="sgd",
    ),
    Claim(
        "object.same",
        "optimizer_object",
        "The optimizer holds the parameter itself, not a copy.",
        STILL_TRUE,
        True,
        recompute=lambda: (weight := random_weight()) is sgd_on(weight).param_groups[0]["params"][0],
    ),
    Claim(
        "object.zero_grad",
        "optimizer_object",
        "After zero_grad() the gradient is 0.",
        CHANGED,
        [[0, 0], [0, 0]],
        "It is None, and step() then leaves the parameter alone. zero_grad(set_to_none=False) gives zeros.",
        recompute=gradient_after_zero_grad,
    ),
    Claim(
        "object.accumulate",
        "optimizer_object",
        "Gradients add up until they are cleared. (Here: two backwards of 2x.)",
        STILL_TRUE,
        4.0,
        recompute=gradient_of_two_backwards,
        implied=True,
    ),
    Claim(
        "object.groups",
        "optimizer_object",
        "add_param_group gives a second group with its own learning rate.",
        STILL_TRUE,
        ((1, 0.1), (1, 0.0001)),
        recompute=two_groups,
    ),
    Claim(
        "object.group_keys",
        "optimizer_object",
        "What a group holds.",
        STILL_TRUE,
        now="maximize, foreach, differentiable and fused have come since.",
        recompute=lambda: ", ".join(sgd_on(random_weight()).param_groups[0]),
    ),
    Claim(
        "object.state",
        "optimizer_object",
        "state_dict() after ten steps with momentum 0.9. (Here: an entry of the buffer.)",
        STILL_TRUE,
        now="If zero_grad() ran before, there is no gradient and the state stays empty.",
        recompute=lambda: (
            sgd_on(random_weight(), steps=10, lr=0.1, momentum=0.9)
            .state_dict()["state"][0]["momentum_buffer"][0, 0]
            .item()
        ),
        lesson="sgd",
    ),
    Claim(
        "object.state_key",
        "optimizer_object",
        "The key in state is the parameter's id.",
        CHANGED,
        True,
        "In state_dict() it is the parameter's place, from 0; in optimizer.state it is the tensor itself.",
        recompute=state_key_is_id,
    ),
    Claim(
        "object.load",
        "optimizer_object",
        "Saving and loading brings the state back. (Here: lr and momentum of another optimizer afterwards.)",
        STILL_TRUE,
        (0.1, 0.9),
        "Loading overwrites lr and momentum too.",
        recompute=loaded_settings,
        implied=True,
    ),
)
EACH = (
    Claim(
        "sgd.update",
        "sgd",
        "v = ρv + g, p = p − lr · v. (Here: from 1, two gradients of 1, lr 0.1, ρ 0.9.)",
        STILL_TRUE,
        1 - 0.1 - 0.1 * 1.9,
        "Other frameworks put lr into v. At a constant lr the path is the same; it parts when lr changes.",
        recompute=lambda: path(optim.SGD, [1, 1], lr=0.1, momentum=0.9)[0][-1],
        lesson="sgd",
        implied=True,
    ),
    Claim(
        "sgd.nesterov",
        "sgd",
        "Nesterov takes the gradient at the predicted place. "
        "(Here: where the second gradient is taken; the prediction would be 0.72.)",
        CHANGED,
        0.72,
        "PyTorch takes it at the present parameters and uses g + ρv. It wants momentum above 0 and dampening 0.",
        recompute=where_nesterov_looks,
        lesson="sgd",
        implied=True,
    ),
    Claim(
        "asgd.sag",
        "asgd",
        "ASGD is also called SAG, which keeps a gradient per sample. (Here: what it keeps.)",
        CHANGED,
        "a gradient per sample",
        "It averages the parameters (Polyak and Juditsky, 1992), into ax. "
        "SAG is another method, and the linked paper describes a third, SVRG.",
        recompute=lambda: ", ".join(sorted(path(optim.ASGD, [1])[1])),
        lesson="asgd",
        implied=True,
    ),
    Claim(
        "asgd.t0",
        "asgd",
        "Averaging begins at t0, a million steps. (Here: is the average still the parameter after five?)",
        STILL_TRUE,
        True,
        recompute=lambda: bool(np.isclose((run := path(optim.ASGD, [1] * 5))[0][-1], run[1]["ax"].item())),
        lesson="asgd",
        implied=True,
    ),
    Claim(
        "rprop.batch",
        "rprop",
        "It is for full batches. (Here: do signs that flip shrink its steps?)",
        STILL_TRUE,
        True,
        recompute=lambda: path(optim.Rprop, [1, -1] * 5)[1]["step_size"].item() < 0.01,
        lesson="rprop",
        implied=True,
    ),
    Claim(
        "adagrad.shrinks",
        "adagrad",
        "It adds up all squared gradients, so its steps only shrink. (Here: do they, for equal gradients?)",
        STILL_TRUE,
        True,
        recompute=lambda: bool((np.diff(steps_of(path(optim.Adagrad, [1] * 20)[0])) < 0).all()),
        lesson="adagrad",
        implied=True,
    ),
    Claim(
        "adadelta.recent",
        "adadelta",
        "Its divisor holds recent gradients only. (Here: is a 10 forgotten after 100 zeros?)",
        STILL_TRUE,
        True,
        recompute=lambda: path(optim.Adadelta, [10] + [0] * 100)[1]["square_avg"].item() < 1e-3,
        lesson="adadelta",
        implied=True,
    ),
    Claim(
        "adam.amsgrad",
        "adam",
        "AMSGrad keeps the learning rate above 0. (Here: does a step of plain Adam ever reach 0 or turn round?)",
        CHANGED,
        True,
        "Adam's rate is always above 0. AMSGrad keeps the divisor from shrinking, so that the rate does not grow.",
        recompute=lambda: bool((np.diff([1.0, *path(optim.Adam, [1.0] + [0.1] * 50)[0]]) >= 0).any()),
        lesson="adam",
        implied=True,
    ),
    Claim(
        "adam.decay",
        "adam",
        "weight_decay is left unexplained. (Here: where a weight at 1 goes in one step with decay 0.1, Adam, AdamW.)",
        STILL_TRUE,
        now="In Adam it is added to the gradient and then divided away; AdamW shrinks the weight itself.",
        recompute=lambda: [path(kind, [1], weight_decay=0.1)[0][0] for kind in (optim.Adam, optim.AdamW)],
        lesson="adamw",
    ),
    Claim(
        "adamax.bound",
        "adamax",
        "Its learning rate has an upper bound. (Here: is every step at most lr?)",
        STILL_TRUE,
        True,
        "It follows from dividing by the largest gradient (the infinity norm, which gives the name). Nothing is cut.",
        recompute=lambda: bool(steps_of(path(optim.Adamax, [3, 1, 0.1, 5])[0]).max() <= 0.002 * (1 + 1e-6)),
        lesson="adamax",
        implied=True,
    ),
    Claim(
        "sparse_adam.rows",
        "sparse_adam",
        "Only what stands in the gradient moves. (Here: a row at 1 that does not.)",
        STILL_TRUE,
        1.0,
        recompute=untouched_row,
        lesson="sparse_adam",
        implied=True,
    ),
    Claim(
        "sparse_adam.dense",
        "sparse_adam",
        "It is a version of Adam for sparse tensors; with an ordinary gradient it …",
        NO_LONGER_RUNS,
        now="Use it for nn.Embedding(…, sparse=True) and Adam for the rest.",
        recompute=dense_gradient,
        lesson="sparse_adam",
        raises="does not support dense gradients",
    ),
    Claim(
        "lbfgs.groups",
        "lbfgs",
        "It takes no parameter groups. (Here: are two refused?)",
        STILL_TRUE,
        True,
        recompute=lambda: refused(lambda: optim.LBFGS([{"params": [random_weight()]}, {"params": [random_weight()]}])),
        lesson="lbfgs",
        implied=True,
    ),
    Claim(
        "lbfgs.closure",
        "lbfgs",
        "step() without an argument, as for the others.",
        NO_LONGER_RUNS,
        now="It never did: LBFGS needs a function that computes the loss again. The article does not say so.",
        recompute=needs_closure,
        lesson="lbfgs",
        raises="'closure'",
    ),
)
DESCENT = (
    Claim(
        "descent.explodes",
        "descent",
        "The printed code (lr = 0.01, 20 iterations) shows how gradients explode. "
        "(Here: is the last loss above the first?)",
        CHANGED,
        True,
        "With 0.01 nothing explodes. It does above ¼, as with the 0.5 and 1 in its comments.",
        recompute=lambda: (losses := descent(0.01, 20))[-1] > losses[0],
        implied=True,
    ),
    Claim(
        "descent.plot",
        "descent",
        "The losses are collected with loss_rec.append(y) and plotted.",
        NO_LONGER_RUNS,
        now="Append y.item(): y still holds its graph.",
        recompute=plot_a_loss,
        raises="Can't call numpy() on Tensor that requires grad",
    ),
    Claim(
        "descent.data",
        "descent",
        "x.data.sub_(lr · x.grad) updates x. (Here: from 2 with lr 0.2.)",
        STILL_TRUE,
        -1.2,
        "Today one writes with torch.no_grad(): x -= lr * x.grad.",
        recompute=lambda: (x := torch.tensor([2.0], requires_grad=True)).data.sub_(0.2 * 8 * x.detach()).item(),
        implied=True,
    ),
)


def _signature_claim(slug: str, kind: type, printed: str, note: str) -> Claim:
    now = note or "The article's arguments are all there; those behind them have come since."
    return Claim(
        f"{slug}.signature",
        slug,
        "Its arguments.",
        CHANGED,
        printed,
        now,
        recompute=lambda: signature(kind),
        lesson=slug,
    )


def _rate_claim(lr: float, iterations: int) -> Claim:
    way = "explodes" if lr > 0.25 else "falls"
    return Claim(
        f"descent.{lr:g}.{iterations}",
        "descent",
        f"With lr = {lr:g} the loss {way}. (Here: the last of {iterations}; each update turns x into {1 - 8 * lr:g}x.)",
        STILL_TRUE,
        closed_form(lr, iterations),
        recompute=lambda: descent(lr, iterations)[-1],
        within=1e-4,
        implied=True,
    )


def _sweep_claim(high: float, now: str) -> Claim:
    return Claim(
        f"rates.{high:g}",
        "rates",
        f"Ten rates from 0.01 to {high:g}, 100 iterations each. (Here: the last losses.)",
        STILL_TRUE,
        now=now,
        recompute=lambda: sweep(high),
    )


CLAIMS = (
    *GENERAL,
    *(_signature_claim(*row) for row in SIGNATURES),
    *EACH,
    *DESCENT,
    *(_rate_claim(*row) for row in RATES),
    _sweep_claim(0.2, "All ten arrive."),
    _sweep_claim(0.3, "The last two explode."),
    _sweep_claim(0.5, "From the sixth on they explode, up to inf and nan."),
)
