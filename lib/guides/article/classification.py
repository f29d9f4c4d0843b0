"""The article's claims about entropy and about the losses for classification."""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from lib.guides.article.claim import CHANGED, NO_LONGER_RUNS, STILL_TRUE, Claim
from lib.guides.article.recompute import refused, signature

SCORES = torch.tensor([[1.0, 2], [1, 3], [1, 3]])
TARGET = torch.tensor([0, 1, 1])
P = torch.tensor([0.7, 0.2, 0.1], dtype=torch.float64)
Q = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
OUTPUTS = torch.tensor([[1.0, 2], [2, 2], [3, 4], [4, 5]])
ANSWERS = torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1]])
ANSWERS_NONE = [[0.3133, 2.1269], [0.1269, 2.1269], [3.0486, 0.0181], [4.0181, 0.0067]]
OF_THREE = {"input": [[1, 2], [1, 3], [1, 3]], "target": [0, 1, 1]}


def cross_entropy(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    return -(p * q.log()).sum()


def divergence(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    return F.kl_div(q.log(), p, reduction="sum")


def slope_difference() -> float:
    """How far apart the gradients of cross-entropy and of KL divergence are, in q."""
    q = Q.clone().requires_grad_()
    (first,) = torch.autograd.grad(cross_entropy(P, q), q)
    (second,) = torch.autograd.grad(divergence(P, q), q)
    return (first - second).abs().max().item()


def weighted(reduction: str, weights: tuple[float, float] = (1, 2)) -> np.ndarray:
    """Cross-entropy of the three samples with class weights."""
    weight = torch.tensor(weights, dtype=torch.float32)
    return nn.CrossEntropyLoss(weight=weight, reduction=reduction)(SCORES, TARGET).numpy()


def reductions(kind: type[nn.Module], *tensors: torch.Tensor) -> tuple[np.ndarray, ...]:
    """The results for none, sum and mean."""
    return tuple(kind(reduction=r)(*tensors).numpy() for r in ("none", "sum", "mean"))


def accepted_targets() -> str:
    """The kinds of target that cross-entropy takes for three samples and two classes."""
    kinds = {
        "int64": TARGET,
        "int32": TARGET.int(),
        "uint8": TARGET.byte(),
        "float32 probabilities": torch.tensor([[1.0, 0], [0, 1], [0, 1]]),
    }
    return ", ".join(name for name, target in kinds.items() if not refused(partial(F.cross_entropy, SCORES, target)))


def comment_at_the_margin() -> None:
    """Compiles a block like the article's: the comment inside `if` starts at the margin."""
    compile('if flag:\n"""a note"""\n    weights = [1, 2]\n', "article.py", "exec")


def hand_weighted_mean() -> float:
    each, weight = F.cross_entropy(SCORES, TARGET, reduction="none").numpy(), np.array([1, 2])[TARGET.numpy()]
    return float((each * weight / weight.sum()).sum())


def probability(x: float) -> torch.Tensor:
    return torch.sigmoid(torch.tensor([x]))


def log_of_zero() -> float:
    with np.errstate(divide="ignore"):
        return float(np.log(0.0))


CLAIMS = (
    Claim(
        "entropy.max",
        "entropy",
        "The entropy of yes or no is largest at a probability of 0.5, and is 0.69 there.",
        STILL_TRUE,
        0.69,
        "It is ln 2 in nats, which is 1 bit.",
        lesson="entropy",
        example="A fair coin",
        within=0.005,
    ),
    Claim(
        "entropy.first",
        "entropy",
        "A model that knows nothing, as in its first iteration, has a loss of 0.69. (Here: ten classes.)",
        CHANGED,
        0.69,
        "With C classes it is ln C; 0.69 holds for two.",
        lesson="cross_entropy_loss",
        example="Ten classes, no idea",
        within=0.005,
    ),
    Claim(
        "entropy.sum",
        "entropy",
        "Cross-entropy is entropy plus KL divergence. (Here: their difference.)",
        STILL_TRUE,
        0.0,
        recompute=lambda: (cross_entropy(P, Q) - cross_entropy(P, P) - divergence(P, Q)).item(),
        lesson="cross_entropy",
        example="A truth and a belief",
        within=1e-12,
        implied=True,
    ),
    Claim(
        "entropy.symmetry",
        "entropy",
        "KL divergence is no distance: exchanging P and Q changes it. (Here: is it the same?)",
        STILL_TRUE,
        False,
        recompute=lambda: bool(torch.isclose(divergence(P, Q), divergence(Q, P))),
        lesson="kl_divergence",
        example="The other way round",
        implied=True,
    ),
    Claim(
        "entropy.constant",
        "entropy",
        "The entropy of the targets does not depend on the model, "
        "so minimising cross-entropy minimises KL divergence. (Here: the difference of their gradients.)",
        STILL_TRUE,
        0.0,
        recompute=slope_difference,
        lesson="kl_divergence",
        within=1e-12,
        implied=True,
    ),
    Claim(
        "entropy.similarity",
        "entropy",
        "Cross-entropy measures how alike two distributions are. (Here: is it larger for equal ones?)",
        CHANGED,
        True,
        "It measures how unlike they are. For equal ones it is smallest, but not 0: it is their entropy.",
        recompute=lambda: bool(cross_entropy(P, P) > cross_entropy(P, Q)),
        lesson="cross_entropy",
        example="Believing the truth",
        implied=True,
    ),
    Claim(
        "losses.count",
        "losses",
        "There are 18 losses.",
        CHANGED,
        18,
        "New: HuberLoss, GaussianNLLLoss, TripletMarginWithDistanceLoss, AdaptiveLogSoftmaxWithLoss, "
        "LinearCrossEntropyLoss.",
        recompute=lambda: len([name for name in dir(nn) if name.endswith("Loss")]),
    ),
    Claim(
        "ce.signature",
        "cross_entropy_loss",
        "Its arguments.",
        CHANGED,
        "weight=None, ignore_index=-100, reduction='mean'",
        "label_smoothing is new; size_average and reduce are old and only kept so that old code runs.",
        recompute=lambda: signature(nn.CrossEntropyLoss),
        lesson="cross_entropy_loss",
        example="Label smoothing",
    ),
    Claim(
        "ce.old_arguments",
        "cross_entropy_loss",
        "size_average and reduce are given up; size_average=False stands for reduction …",
        STILL_TRUE,
        "sum",
        "They still work, with a warning.",
        recompute=lambda: nn._reduction.legacy_get_string(False, None, emit_warning=False),
    ),
    Claim(
        "ce.composition",
        "cross_entropy_loss",
        "It is LogSoftmax followed by NLLLoss. (Here: the difference.)",
        STILL_TRUE,
        0.0,
        recompute=lambda: (
            nn.CrossEntropyLoss()(SCORES, TARGET) - nn.NLLLoss()(nn.LogSoftmax(1)(SCORES), TARGET)
        ).item(),
        lesson="nll_loss",
        example="Three samples",
        within=1e-6,
        implied=True,
    ),
    Claim(
        "ce.logits",
        "cross_entropy_loss",
        "Its input x is a probability. (Here: the first sample's loss, with probabilities put in.)",
        CHANGED,
        1.3133,
        "x is a raw score. With probabilities softmax is applied twice, and another number comes out.",
        recompute=lambda: F.cross_entropy(SCORES[:1].softmax(1), TARGET[:1]).item(),
        lesson="cross_entropy_loss",
        values={"input": [[0.2689, 0.7311]], "target": [0]},
    ),
    Claim(
        "ce.target",
        "cross_entropy_loss",
        "The target must be long.",
        CHANGED,
        "int64",
        "uint8 and probabilities are taken too, and several positions per sample: (batch, d1, …).",
        recompute=accepted_targets,
        lesson="cross_entropy_loss",
        example="Probabilities as target",
    ),
    Claim(
        "ce.reductions",
        "cross_entropy_loss",
        "Three samples: each loss, their sum, their mean.",
        STILL_TRUE,
        ([1.3133, 0.1269, 0.1269], 1.5671, 0.5224),
        recompute=lambda: reductions(nn.CrossEntropyLoss, SCORES, TARGET),
        lesson="cross_entropy_loss",
        example="Three samples",
    ),
    Claim(
        "ce.hand",
        "cross_entropy_loss",
        "By hand: −x of the right class + log Σ eˣ is the first sample's loss.",
        STILL_TRUE,
        1.3133,
        "Take the largest score out first: eˣ overflows for scores above 88 in float32.",
        recompute=lambda: float(-SCORES[0, 0] + np.log(np.exp(SCORES[0].numpy()).sum())),
        lesson="cross_entropy_loss",
        example="Three samples",
    ),
    Claim(
        "ce.weight_block",
        "cross_entropy_loss",
        "The block on weights, as printed.",
        NO_LONGER_RUNS,
        now="The comment inside the if starts at the margin, which Python does not read. Indent it.",
        recompute=comment_at_the_margin,
        raises="expected an indented block",
    ),
    Claim(
        "ce.weights",
        "cross_entropy_loss",
        "With the weights 1 and 2: each loss, their sum, their mean.",
        STILL_TRUE,
        ([1.3133, 0.2539, 0.2539], 1.8210, 0.3642),
        recompute=lambda: tuple(weighted(r) for r in ("none", "sum", "mean")),
        lesson="cross_entropy_loss",
        example="Weights 1 and 2",
    ),
    Claim(
        "ce.weights.double",
        "cross_entropy_loss",
        "The doubled loss of the second sample is written as 0.2530 in the text.",
        CHANGED,
        0.2530,
        "A slip of the pen.",
        recompute=lambda: weighted("none")[1],
        lesson="cross_entropy_loss",
        values={**OF_THREE, "weight": [1, 2], "reduction": "none"},
    ),
    Claim(
        "ce.weights.sum_mode",
        "cross_entropy_loss",
        "In sum mode the sum is divided by 1 + 2 + 2.",
        CHANGED,
        0.3642,
        "Only the mean divides; the sum has no divisor.",
        recompute=lambda: weighted("sum"),
        lesson="cross_entropy_loss",
        values={**OF_THREE, "weight": [1, 2], "reduction": "sum"},
    ),
    Claim(
        "ce.weights.mean",
        "cross_entropy_loss",
        "The mean is a weighted mean; by hand it is the same.",
        STILL_TRUE,
        0.3642,
        "The article's block uses a variable of an earlier one: with that one switched off it ends in a NameError.",
        recompute=hand_weighted_mean,
        lesson="cross_entropy_loss",
        example="Weights 1 and 2",
    ),
    Claim(
        "ce.weights.ratio",
        "cross_entropy_loss",
        "With the mean only the ratio of the weights matters. (Here: 1 and 2 against 10 and 20.)",
        STILL_TRUE,
        0.0,
        "Not so for sum and none, nor with probabilities as target, where the mean divides by the batch.",
        recompute=lambda: float(weighted("mean") - weighted("mean", (10, 20))),
        lesson="cross_entropy_loss",
        example="Probabilities and weights",
        within=1e-6,
        implied=True,
    ),
    Claim(
        "ce.weights.other",
        "cross_entropy_loss",
        "Other weights, left in a comment: 0.7 and 0.3.",
        STILL_TRUE,
        recompute=lambda: weighted("none", (0.7, 0.3)),
        lesson="cross_entropy_loss",
        values={**OF_THREE, "weight": [0.7, 0.3]},
    ),
    Claim(
        "nll.signature",
        "nll_loss",
        "Its arguments.",
        STILL_TRUE,
        "weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean'",
        recompute=lambda: signature(nn.NLLLoss),
        lesson="nll_loss",
    ),
    Claim(
        "nll.reductions",
        "nll_loss",
        "Three samples: each loss, their sum, their mean.",
        STILL_TRUE,
        ([-1, -3, -3], -7, -2.3333),
        "They are negative because the example puts in raw scores; log-probabilities belong there.",
        recompute=lambda: reductions(nn.NLLLoss, SCORES, TARGET),
        lesson="nll_loss",
        example="Raw scores by mistake",
    ),
    Claim(
        "nll.meaning",
        "nll_loss",
        "It only takes the negative of the right class's entry. (Here: the difference.)",
        STILL_TRUE,
        0.0,
        "And multiplies it by the class's weight.",
        recompute=lambda: (F.nll_loss(SCORES, TARGET, reduction="none") + SCORES[range(3), TARGET]).abs().max().item(),
        lesson="nll_loss",
        example="Three samples",
        implied=True,
    ),
    Claim(
        "nll.divisor",
        "nll_loss",
        "The mean divides by the sum of weight. (Here: 1 and 1 for three samples.)",
        CHANGED,
        2.0,
        "It divides by the sum of the weights of the targets, one per sample; ignored ones do not count.",
        recompute=lambda: (
            F.nll_loss(SCORES, TARGET, torch.ones(2), reduction="sum") / F.nll_loss(SCORES, TARGET, torch.ones(2))
        ).item(),
        lesson="nll_loss",
        example="Weights 1 and 2",
        implied=True,
    ),
    Claim(
        "bce.signature",
        "bce_loss",
        "Its arguments.",
        STILL_TRUE,
        "weight=None, size_average=None, reduce=None, reduction='mean'",
        recompute=lambda: signature(nn.BCELoss),
        lesson="bce_loss",
    ),
    Claim(
        "bce.reductions",
        "bce_loss",
        "Four samples of two outputs after a sigmoid: each loss, their sum, their mean.",
        STILL_TRUE,
        (ANSWERS_NONE, 11.7856, 1.4732),
        recompute=lambda: reductions(nn.BCELoss, OUTPUTS.sigmoid(), ANSWERS),
        lesson="bce_loss",
        example="Two outputs, four samples",
    ),
    Claim(
        "bce.hand",
        "bce_loss",
        "By hand: the first loss is −log of its probability.",
        STILL_TRUE,
        0.3133,
        recompute=lambda: float(-np.log(probability(1.0).numpy())[0]),
        lesson="bce_loss",
        example="Three answers",
    ),
    Claim(
        "bce.log_zero",
        "bce_loss",
        "np.log(0) is nan, says a comment.",
        CHANGED,
        float("nan"),
        "It is −inf; only 0 times it is nan. PyTorch clamps the logarithm at −100, so the worst loss is 100. "
        "The comment's second logarithm should take 1 − x as well.",
        recompute=log_of_zero,
        lesson="bce_loss",
        example="Sure and wrong",
    ),
    Claim(
        "bce.range",
        "bce_loss",
        "The input must lie between 0 and 1. (Here: is 1.5 refused?)",
        STILL_TRUE,
        True,
        "The target is checked too, by now.",
        recompute=lambda: refused(lambda: nn.BCELoss()(torch.tensor([1.5]), torch.tensor([1.0]))),
        lesson="bce_loss",
        implied=True,
    ),
    Claim(
        "bce_logits.signature",
        "bce_with_logits_loss",
        "Its arguments.",
        STILL_TRUE,
        "weight=None, size_average=None, reduce=None, reduction='mean', pos_weight=None",
        recompute=lambda: signature(nn.BCEWithLogitsLoss),
        lesson="bce_with_logits_loss",
    ),
    Claim(
        "bce_logits.reductions",
        "bce_with_logits_loss",
        "The same four samples without a sigmoid: each loss, their sum, their mean.",
        STILL_TRUE,
        (ANSWERS_NONE, 11.7856, 1.4732),
        recompute=lambda: reductions(nn.BCEWithLogitsLoss, OUTPUTS, ANSWERS),
        lesson="bce_with_logits_loss",
        example="Two outputs, four samples",
    ),
    Claim(
        "bce_logits.sigmoid",
        "bce_with_logits_loss",
        "With a sigmoid in the network as well the number is no longer right. (Here: is the mean the same?)",
        STILL_TRUE,
        False,
        recompute=lambda: bool(
            torch.isclose(F.binary_cross_entropy_with_logits(OUTPUTS.sigmoid(), ANSWERS), torch.tensor(1.4732))
        ),
        lesson="bce_with_logits_loss",
        implied=True,
    ),
    Claim(
        "bce_logits.reason",
        "bce_with_logits_loss",
        "It exists for networks without a sigmoid at their end. "
        "(Here: does BCE of the sigmoid give the same at a score of 200?)",
        CHANGED,
        True,
        "It exists because it stays exact: BCELoss ends at its clamp of 100, this loss says 200.",
        recompute=lambda: bool(
            F.binary_cross_entropy(probability(200.0), torch.zeros(1))
            == F.binary_cross_entropy_with_logits(torch.tensor([200.0]), torch.zeros(1))
        ),
        lesson="bce_with_logits_loss",
        example="Confident and wrong",
        implied=True,
    ),
    Claim(
        "bce_logits.pos_3",
        "bce_with_logits_loss",
        "pos_weight=3 triples the losses with target 1.",
        STILL_TRUE,
        [[0.3133 * 3, 2.1269], [0.1269 * 3, 2.1269], [3.0486, 0.0181 * 3], [4.0181, 0.0067 * 3]],
        "The article multiplies rounded numbers.",
        recompute=lambda: nn.BCEWithLogitsLoss(reduction="none", pos_weight=torch.tensor([3.0]))(
            OUTPUTS, ANSWERS
        ).numpy(),
        lesson="bce_with_logits_loss",
        example="pos_weight 3",
        within=2e-4,
    ),
    Claim(
        "bce_logits.pos_3.sums",
        "bce_with_logits_loss",
        "Sum and mean with pos_weight=3.",
        STILL_TRUE,
        now="The mean divides by the number of elements, not by weights.",
        recompute=lambda: tuple(
            nn.BCEWithLogitsLoss(reduction=r, pos_weight=torch.tensor([3.0]))(OUTPUTS, ANSWERS).item()
            for r in ("sum", "mean")
        ),
        lesson="bce_with_logits_loss",
        example="pos_weight 3",
    ),
    Claim(
        "bce_logits.pos_1",
        "bce_with_logits_loss",
        "pos_weight=1 changes nothing.",
        STILL_TRUE,
        ANSWERS_NONE,
        recompute=lambda: nn.BCEWithLogitsLoss(reduction="none", pos_weight=torch.ones(1))(OUTPUTS, ANSWERS).numpy(),
        lesson="bce_with_logits_loss",
        example="Two outputs, four samples",
    ),
    Claim(
        "bce_logits.pos_4",
        "bce_with_logits_loss",
        "pos_weight may be a tensor of integers: torch.tensor([4]).",
        STILL_TRUE,
        now="It runs; the documentation asks for floats.",
        recompute=lambda: nn.BCEWithLogitsLoss(pos_weight=torch.tensor([4]))(OUTPUTS, ANSWERS).item(),
        lesson="bce_with_logits_loss",
        values={"input": OUTPUTS.tolist(), "target": ANSWERS.tolist(), "pos_weight": [4]},
    ),
    Claim(
        "bce_logits.pos_class",
        "bce_with_logits_loss",
        "pos_weight is the weight of a class. (Here: 3, on a score of 0 with target 0.)",
        CHANGED,
        2.0794,
        "It weighs only the part with target 1; what weighs a whole class is weight.",
        recompute=lambda: nn.BCEWithLogitsLoss(pos_weight=torch.tensor([3.0]))(torch.zeros(1), torch.zeros(1)).item(),
        lesson="bce_with_logits_loss",
        example="weight and pos_weight",
        implied=True,
    ),
)
