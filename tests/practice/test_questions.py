"""Each lesson's two questions: one right answer, every answer answered, and what they claim holds in PyTorch."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn, optim, tensor
from torch.nn import functional as F
from torch.optim import lr_scheduler as schedules

from lib.catalog import ENTROPY, LESSONS, OPTIMIZERS, SCHEDULERS, TOPICS

NAMES = ("why", "without_numbers")


@pytest.mark.parametrize("slug", TOPICS)
def test_every_lesson_asks_both_and_answers_each_choice(slug):
    questions = TOPICS[slug].questions
    assert tuple(questions) == NAMES
    for asked in questions.values():
        options = (asked.right, *asked.wrong)
        assert len(asked.wrong) >= 2
        assert len({one.text for one in options}) == len({one.says for one in options}) == len(options)
        assert all(one.text.strip() and one.says.strip() and one.says[-1] in ".)" for one in options)
        assert asked.asks.strip()[-1] in "?…"


def test_why_and_a_statement_to_finish():
    asked = [lesson.questions for lesson in TOPICS.values()]
    assert all("Why" in questions["why"].asks or "why" in questions["why"].asks for questions in asked)
    texts = [question.asks for questions in asked for question in questions.values()]
    assert len(set(texts)) == len(texts)


X, Y = tensor([1.5, -0.4, 2.0]), tensor([0.5, 1.0, -2.0])
SCORES, CLASSES = tensor([[1.0, 2.0], [0.3, -1.2]]), tensor([0, 1])
FAR = tensor([[3.0, 0.5, 0.2]])


def same(one: Any, other: Any, within: float = 1e-5) -> bool:
    return torch.allclose(torch.as_tensor(one).double(), torch.as_tensor(other).double(), rtol=within, atol=1e-7)


def entropy(p: torch.Tensor) -> torch.Tensor:
    return -(torch.xlogy(p, p)).sum()


def kl(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    return F.kl_div(q.log(), p, reduction="sum")


P, Q = tensor([0.7, 0.3]), tensor([0.4, 0.6])


def multi_label(scores: list[float], right: list[float]) -> torch.Tensor:
    return F.multilabel_soft_margin_loss(tensor([scores]), tensor([right]))


def nearer_with_margin(margin: float) -> torch.Tensor:
    return F.margin_ranking_loss(tensor([1.0]), tensor([1.0]), tensor([1.0]), margin=margin)


TRIPLET = [tensor([[0.0, 1.0]]), tensor([[1.0, 1.0]]), tensor([[2.0, 0.5]])]


def doubled_triplet(factor: float) -> torch.Tensor:
    def distance(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return factor * (a - b).abs().sum(-1)

    return nn.TripletMarginWithDistanceLoss(distance_function=distance, margin=factor * 3.0)(*TRIPLET)


def ctc(frames: int, **options: Any) -> torch.Tensor:
    scores = torch.arange(frames * 3.0).reshape(frames, 1, 3).sin().log_softmax(-1)
    return F.ctc_loss(scores, tensor([[1, 2, 1]]), tensor([frames]), tensor([3]), **options)


LOSSES: dict[str, Callable[[], bool]] = {
    "self_information": lambda: same(-torch.log2(P / 2) + torch.log2(P), [1.0, 1.0]),
    "entropy": lambda: (
        same(entropy(P), entropy(tensor([0.7, 0.3, 0.0])))
        and same(entropy(torch.full((8,), 0.125)) / tensor(2.0).log(), 3)
    ),
    "kl_divergence": lambda: same(kl(P, P), 0) and not same(kl(P, Q), kl(Q, P)) and kl(P, tensor([1.0, 0.0])).isinf(),
    "cross_entropy": lambda: (
        F.cross_entropy(tensor([0.0, -torch.inf]), P).isinf() and F.cross_entropy(Q.log(), P) > entropy(P)
    ),
    "cross_entropy_loss": lambda: (
        same(F.cross_entropy(SCORES + 10, CLASSES), F.cross_entropy(SCORES, CLASSES))
        and same(*(F.cross_entropy(SCORES, CLASSES, weight=k * tensor([1.0, 3.0])) for k in (1, 2)))
    ),
    "nll_loss": lambda: -1 <= F.nll_loss(SCORES.softmax(-1), CLASSES) <= 0,
    "bce_loss": lambda: (
        same(F.binary_cross_entropy(P, Q), F.binary_cross_entropy(1 - P, 1 - Q))
        and same(F.binary_cross_entropy(tensor([0.0]), tensor([1.0])), 100)
    ),
    "bce_with_logits_loss": lambda: (
        0
        < F.binary_cross_entropy_with_logits(tensor([9.0]), tensor([1.0]))
        < F.binary_cross_entropy_with_logits(tensor([5.0]), tensor([1.0]))
    ),
    "multi_margin_loss": lambda: (
        same(F.multi_margin_loss(FAR, tensor([0])), 0)
        and same(F.multi_margin_loss(FAR + tensor([[5.0, 0, 0]]), tensor([0])), 0)
    ),
    "multi_label_margin_loss": lambda: (
        same(*(F.multilabel_margin_loss(SCORES + k, tensor([[1, -1], [0, -1]])) for k in (0, 3)))
        and same(*(F.multilabel_margin_loss(FAR, tensor([[1, -1, k]])) for k in (0, 2)))
    ),
    "multi_label_soft_margin_loss": lambda: multi_label([0.2, 1.0, 9.0], [1, 0, 1]) < multi_label([0.2, 1.0], [1, 0]),
    "soft_margin_loss": lambda: (
        same(F.soft_margin_loss(X, Y.sign()), F.soft_margin_loss(-X, -Y.sign()))
        and same(F.soft_margin_loss(X, 0 * X), tensor(2.0).log())
    ),
    "l1_loss": lambda: (
        same(F.l1_loss(2 * X, 0 * X), 2 * F.l1_loss(X, 0 * X)) and same(F.l1_loss(tensor(100.0), tensor(0.0)), 100)
    ),
    "mse_loss": lambda: same(F.mse_loss(2 * X, 0 * X), 4 * F.mse_loss(X, 0 * X)) and (4**2, 4 * 1**2) == (16, 4),
    "smooth_l1_loss": lambda: (
        all(
            same(
                F.smooth_l1_loss(tensor(9.0), tensor(0.0), beta=b) + 1,
                F.smooth_l1_loss(tensor(10.0), tensor(0.0), beta=b),
            )
            for b in (0.5, 2.0)
        )
        and same(F.smooth_l1_loss(tensor(2.0), tensor(0.0), beta=2.0), 1.0)
        and same(F.smooth_l1_loss(X, Y, beta=0), F.l1_loss(X, Y))
    ),
    "huber_loss": lambda: (
        1.8
        < F.huber_loss(tensor(10.0), tensor(0.0), delta=2.0) / F.huber_loss(tensor(10.0), tensor(0.0), delta=1.0)
        < 2
        and same(F.huber_loss(tensor(3.0), tensor(0.0), delta=3.0), 4.5)
    ),
    "poisson_nll_loss": lambda: (
        same(F.poisson_nll_loss(tensor([-30.0]), tensor([0.0])), 0)
        and F.poisson_nll_loss(tensor([-30.0]), tensor([1.0])) > 20
    ),
    "kl_div_loss": lambda: (
        not same(kl(P, Q), kl(Q, P)) and same(F.kl_div(Q.log()[None], P[None], reduction="batchmean"), kl(P, Q))
    ),
    "gaussian_nll_loss": lambda: same(F.gaussian_nll_loss(X, X, 0 * X + 0.01), 0.5 * tensor(0.01).log()),
    "margin_ranking_loss": lambda: (
        same(nearer_with_margin(0), 0)
        and nearer_with_margin(1) > 0
        and same(*(F.margin_ranking_loss(X + k, Y + k, Y.sign()) for k in (0, 5)))
    ),
    "hinge_embedding_loss": lambda: same(F.hinge_embedding_loss(tensor([1.5, 9.0]), tensor([-1.0, -1.0])), 0),
    "cosine_embedding_loss": lambda: same(
        *(F.cosine_embedding_loss(k * SCORES, k * SCORES.flip(-1), tensor([1.0, -1.0])) for k in (1, 10))
    ),
    "triplet_margin_loss": lambda: same(
        *(nn.TripletMarginLoss(margin=3.0)(*(point + k for point in TRIPLET)) for k in (0, 5))
    ),
    "triplet_margin_with_distance_loss": lambda: (
        same(2 * doubled_triplet(1.0), doubled_triplet(2.0)) and doubled_triplet(1.0) > 0
    ),
    "ctc_loss": lambda: ctc(2).isinf() and same(ctc(2, zero_infinity=True), 0) and ctc(3).isfinite(),
}


def run(
    make: Callable[..., optim.Optimizer], grads: list[Any], start: Any = (1.0, -2.0), **options: Any
) -> torch.Tensor:
    """The parameter after every update, stacked under the start."""
    param = nn.Parameter(tensor(start, dtype=torch.float64))
    optimizer = make([param], **options)
    points = [param.detach().clone()]
    for grad in grads:
        param.grad = torch.as_tensor(grad, dtype=torch.float64).expand_as(param).clone()
        optimizer.step()
        points.append(param.detach().clone())
    return torch.stack(points)


def times(factor: float) -> list[Any]:
    return [tensor([1.0, -0.5], dtype=torch.float64) * factor * k for k in (1.0, 0.7, -0.4, 0.9)]


def moves(points: torch.Tensor) -> torch.Tensor:
    return points.diff(dim=0)


def last_state(make: Callable[..., optim.Optimizer], grads: list[Any], **options: Any) -> dict[str, Any]:
    param = nn.Parameter(tensor([1.0, 2.0]))
    optimizer = make([param], **options)
    for grad in grads:
        param.grad = torch.as_tensor(grad, dtype=torch.float32)
        optimizer.step()
    return {**optimizer.state[param], "param": param.detach()}


def sparse(rows: list[list[int]]) -> list[torch.Tensor]:
    """SparseAdam's average of row 0 after each update, in which these rows are present."""
    param = nn.Parameter(torch.ones(2, 1))
    optimizer = optim.SparseAdam([param], lr=0.1)
    kept = []
    for present in rows:
        param.grad = torch.sparse_coo_tensor(
            tensor([present]), torch.ones(len(present), 1), (2, 1), check_invariants=False
        )
        optimizer.step()
        kept.append(optimizer.state[param]["exp_avg"][0].clone())
    return kept


def lbfgs(factor: float) -> torch.Tensor:
    param = nn.Parameter(tensor([2.0, 1.0], dtype=torch.float64))
    optimizer = optim.LBFGS([param], max_iter=4)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = factor * (param[0] ** 2 + 25 * param[1] ** 2)
        loss.backward()
        return loss

    optimizer.step(closure)
    return param.detach()


def remembered(rows: int, columns: int) -> int:
    param = nn.Parameter(torch.ones(rows, columns))
    optimizer = optim.Adafactor([param])
    param.grad = torch.ones(rows, columns)
    optimizer.step()
    return sum(kept.numel() for name, kept in optimizer.state[param].items() if name != "step")


def muon(factor: float) -> torch.Tensor:
    param = nn.Parameter(torch.zeros(2, 2))
    optimizer = optim.Muon([param], lr=0.1)
    for grad in (tensor([[1.0, 0.2], [0.1, 0.5]]), tensor([[0.3, -0.4], [0.6, 0.5]])):
        param.grad = factor * grad
        optimizer.step()
    return param.detach()


UPDATES: dict[str, Callable[[], bool]] = {
    "sgd": lambda: (
        same(run(optim.SGD, times(10), lr=0.01), run(optim.SGD, times(1), lr=0.1))
        and same(moves(run(optim.SGD, [1.0] * 200, momentum=0.9, lr=0.1))[-1], -1.0)
    ),
    "asgd": lambda: same(*(last_state(optim.ASGD, times(1))[name] for name in ("ax", "param"))),
    "rprop": lambda: same(run(optim.Rprop, times(1)), run(optim.Rprop, times(100))),
    "adagrad": lambda: (
        same(run(optim.Adagrad, times(1), lr=0.1), run(optim.Adagrad, times(10), lr=0.1), 1e-4)
        and same(moves(run(optim.Adagrad, [2.0] * 4, lr=0.1))[3] * 2, moves(run(optim.Adagrad, [2.0] * 4, lr=0.1))[0])
    ),
    "adadelta": lambda: bool(
        (0 < moves(run(optim.Adadelta, [16.0]))[0].abs()).all()
        and (moves(run(optim.Adadelta, [16.0]))[0].abs() < 0.01).all()
    ),
    "rmsprop": lambda: (
        bool((moves(run(optim.RMSprop, [1.0] * 3000, centered=True, lr=0.001))[-1].abs() > 100 * 0.001).all())
        and same(moves(run(optim.RMSprop, [3.0] * 3000, lr=0.001))[-1], -0.001, 1e-3)
    ),
    "adam": lambda: all(same(moves(run(optim.Adam, [k], lr=0.1))[0], -0.1, 1e-3) for k in (0.01, 1.0, 50.0)),
    "adamax": lambda: bool(
        moves(run(optim.Adamax, [1.0, 100.0, *[1.0] * 400], lr=0.1)).abs()[60, 0]
        < moves(run(optim.Adamax, [1.0, 100.0, *[1.0] * 400], lr=0.1)).abs()[400, 0]
        < 0.1
    ),
    "sparse_adam": lambda: same(sparse([[0, 1], [1], [1]])[0], sparse([[0, 1], [1], [1]])[2]),
    "lbfgs": lambda: same(lbfgs(1), lbfgs(100), 1e-4),
    "adamw": lambda: (
        same(
            moves(run(optim.AdamW, [0.0] * 3, lr=0.1, weight_decay=0.5))
            / run(optim.AdamW, [0.0] * 3, lr=0.1, weight_decay=0.5)[:-1],
            -0.05,
        )
        and same(moves(run(optim.Adam, [0.0], lr=0.1, weight_decay=0.5))[0].abs(), 0.1, 1e-3)
    ),
    "nadam": lambda: bool(
        (
            moves(run(optim.NAdam, [1.0] * 8 + [-1.0], lr=0.1))[-1]
            > moves(run(optim.Adam, [1.0] * 8 + [-1.0], lr=0.1))[-1]
        ).all()
    ),
    "radam": lambda: same(10 * moves(run(optim.RAdam, [1.0], lr=0.1))[0], moves(run(optim.RAdam, [10.0], lr=0.1))[0]),
    "adafactor": lambda: remembered(8, 6) == 2 * remembered(4, 3) == 14,
    "muon": lambda: same(muon(1), muon(1000), 0.02),
}


def rates(make: Callable[[Any], Any], epochs: int = 12, lr: float = 1.0, metric: float | None = None) -> torch.Tensor:
    """The learning rate of every epoch."""
    optimizer = optim.SGD([nn.Parameter(torch.zeros(1))], lr=lr, momentum=0.9)
    schedule = make(optimizer)
    found = []
    for _ in range(epochs):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step(*(() if metric is None else (metric,)))
    return tensor(found, dtype=torch.float64)


def ends_in_an_error() -> bool:
    with pytest.raises(ValueError, match="total"):
        rates(lambda o: schedules.OneCycleLR(o, max_lr=1.0, total_steps=5), 9)
    return True


def chained(optimizer: optim.Optimizer, *gammas: float) -> schedules.ChainedScheduler:
    return schedules.ChainedScheduler([schedules.ExponentialLR(optimizer, gamma) for gamma in gammas])


def one_half_once(epoch: int) -> float:
    return 0.5 if epoch == 3 else 1.0


COSINE = rates(lambda o: schedules.CosineAnnealingLR(o, T_max=10, eta_min=0.2), 11)
RESTARTS = rates(lambda o: schedules.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2), 22)
SHRINKING = rates(lambda o: schedules.ExponentialLR(o, 0.5), 30)
TRIANGLES = rates(lambda o: schedules.CyclicLR(o, 1.0, 3.0, step_size_up=2, mode="triangular2"), 9)

SCHEDULES: dict[str, Callable[[], bool]] = {
    "lambda_lr": lambda: same(
        2 * rates(lambda o: schedules.LambdaLR(o, lambda t: 0.9**t)),
        rates(lambda o: schedules.LambdaLR(o, lambda t: 2 * 0.9**t)),
    ),
    "multiplicative_lr": lambda: same(
        rates(lambda o: schedules.MultiplicativeLR(o, one_half_once)), [1.0] * 3 + [0.5] * 9
    ),
    "step_lr": lambda: bool(rates(lambda o: schedules.StepLR(o, 4))[-1] > rates(lambda o: schedules.StepLR(o, 2))[-1]),
    "multi_step_lr": lambda: same(rates(lambda o: schedules.MultiStepLR(o, [3, 3], gamma=0.5))[2:4], [1.0, 0.25]),
    "constant_lr": lambda: same(rates(lambda o: schedules.ConstantLR(o, 0.5, 4)), [0.5] * 4 + [1.0] * 8),
    "linear_lr": lambda: same(rates(lambda o: schedules.LinearLR(o, 0.5, 0.5, 4)), [0.5] * 12),
    "exponential_lr": lambda: bool((SHRINKING > 0).all() and (SHRINKING.diff().abs().argmax() == 0)),
    "polynomial_lr": lambda: same(rates(lambda o: schedules.PolynomialLR(o, 5, 2.0))[5:], [0.0] * 7),
    "cosine_annealing_lr": lambda: same(COSINE[5], 0.6) and same(COSINE[-1], 0.2) and same(COSINE.mean(), 0.6),
    "chained_scheduler": lambda: same(rates(lambda o: chained(o, 0.9)), rates(lambda o: chained(o, 0.9, 1.0))),
    "sequential_lr": lambda: same(
        rates(
            lambda o: schedules.SequentialLR(
                o, [schedules.LinearLR(o, 0.1, 1.0, 4), schedules.CosineAnnealingLR(o, 5)], [4]
            )
        )[4],
        1.0,
    ),
    "reduce_lr_on_plateau": lambda: (
        len(set(rates(lambda o: schedules.ReduceLROnPlateau(o, patience=1), 12, metric=1.0).tolist())) > 2
    ),
    "cyclic_lr": lambda: same(TRIANGLES[[2, 6]], [3.0, 2.0]),
    "one_cycle_lr": ends_in_an_error,
    "cosine_annealing_warm_restarts": lambda: same(torch.nonzero(RESTARTS == 1.0).flatten(), [0, 3, 9, 21]),
}

CLAIMS = {**LOSSES, **UPDATES, **SCHEDULES}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("slug", CLAIMS)
def test_what_the_questions_claim_holds_in_pytorch(slug):
    assert CLAIMS[slug]()


def test_no_lesson_claims_without_a_check():
    assert CLAIMS.keys() == TOPICS.keys()
    assert LOSSES.keys() == LESSONS.keys() >= ENTROPY.keys()
    assert (UPDATES.keys(), SCHEDULES.keys()) == (OPTIMIZERS.keys(), SCHEDULERS.keys())
