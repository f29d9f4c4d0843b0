"""The article's claims about losses for regression, counts, distributions, margins, vectors and sequences."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from lib.guides.article.claim import CHANGED, NO_LONGER_RUNS, STILL_TRUE, Claim
from lib.guides.article.recompute import refused, seeded, signature

BELIEVED = torch.tensor([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
TRUE = torch.tensor([[0.9, 0.05, 0.05], [0.1, 0.7, 0.2]])
FIRST, SECOND = torch.tensor([1.0, 2, 3]), torch.tensor([2.0, 2, 2])
ORDER = torch.tensor([1.0, 1, -1])
FOUR = torch.tensor([[0.1, 0.2, 0.4, 0.8]])
TWO_LABELS = torch.tensor([[0, 3, -1, -1]])
MARGINS, SIGNS = torch.tensor([[0.3, 0.7], [0.5, 0.5]]), torch.tensor([[-1.0, 1], [1, -1]])
THREE, LABELS = torch.tensor([[0.3, 0.7, 0.8]]), torch.tensor([[0.0, 1, 1]])
ROWS, CLASSES = torch.tensor([[0.1, 0.2, 0.7], [0.2, 0.5, 0.3]]), torch.tensor([1, 2])
VECTORS, OTHERS = torch.tensor([[0.3, 0.5, 0.7]] * 2), torch.tensor([[0.1, 0.3, 0.5]] * 2)
OLD_ARGUMENTS = "size_average=None, reduce=None, reduction='mean'"


def smooth_difference() -> float:
    """How far torch's smooth L1 is from its formula on the article's 500 points."""
    x = torch.linspace(-3, 3, 500)
    by_formula = torch.where(x.abs() < 1, x**2 / 2, x.abs() - 0.5)
    return (F.smooth_l1_loss(x, torch.zeros_like(x), reduction="none") - by_formula).abs().max().item()


def poisson_difference() -> float:
    """e^x − t·x against torch, on random numbers as in the article."""
    random = seeded()
    x, t = torch.randn((2, 2), generator=random), torch.randn((2, 2), generator=random)
    return (F.poisson_nll_loss(x, t, reduction="none") - (x.exp() - t * x)).abs().max().item()


def divergence(input: torch.Tensor, reduction: str) -> torch.Tensor:
    return F.kl_div(input, TRUE, reduction=reduction)


def label_margin_by_hand(x: list[float]) -> float:
    """The article's sum for the labels 0 and 3, without max(0, ·)."""
    return sum(1 - (x[label] - x[other]) for label in (0, 3) for other in (1, 2)) / 4


def cosine(a: torch.Tensor, b: torch.Tensor) -> float:
    return (a @ b / (a.norm() * b.norm())).item()


def connectionist(reduction: str = "mean") -> tuple[torch.Tensor, torch.Tensor]:
    """The article's CTC example with the seed 1: the loss, and the targets' lengths."""
    frames, classes, batch, longest, shortest, random = 50, 20, 16, 30, 10, seeded()
    scores = torch.randn((frames, batch, classes), generator=random).log_softmax(2)
    targets = torch.randint(1, classes, (batch, longest), generator=random)
    lengths = torch.randint(shortest, longest, (batch,), generator=random)
    loss = F.ctc_loss(scores, targets, torch.full((batch,), frames), lengths, reduction=reduction)
    return loss, lengths


def ctc_mean_difference() -> float:
    each, lengths = connectionist("none")
    return ((each / lengths).mean() - connectionist()[0]).item()


def triplet_distance_to_hand() -> float:
    """How far torch's loss for three points on a line is from |a − p| − |a − n| + margin = 1.5."""
    anchor, positive, negative = (torch.tensor([[x]], dtype=torch.float64) for x in (1.0, 2.0, 0.5))
    return abs(1.5 - F.triplet_margin_loss(anchor, positive, negative, margin=1.0, p=1).item())


CLAIMS = (
    Claim(
        "l1.none",
        "l1_mse",
        "L1: ones for threes, each loss.",
        STILL_TRUE,
        [[2, 2], [2, 2]],
        lesson="l1_loss",
        example="Every loss kept",
    ),
    Claim(
        "mse.none",
        "l1_mse",
        "MSE: ones for threes, each loss.",
        STILL_TRUE,
        [[4, 4], [4, 4]],
        lesson="mse_loss",
        example="Every loss kept",
    ),
    Claim(
        "l1_mse.signature",
        "l1_mse",
        "MSE's arguments, which the article leaves out.",
        STILL_TRUE,
        recompute=lambda: signature(nn.MSELoss),
        lesson="mse_loss",
    ),
    Claim(
        "smooth_l1.curve",
        "smooth_l1_loss",
        "The plotted curve: ½x² below 1, |x| − ½ above. (Here: the largest difference on its 500 points.)",
        STILL_TRUE,
        0.0,
        "The argument beta, where the two parts meet, is missing in the article.",
        recompute=smooth_difference,
        lesson="smooth_l1_loss",
        example="From −3 to 3 in halves",
        within=1e-6,
        implied=True,
    ),
    Claim(
        "smooth_l1.outliers",
        "smooth_l1_loss",
        "It softens outliers. (Here: is it below MSE for an error of 48?)",
        STILL_TRUE,
        True,
        recompute=lambda: bool(
            F.smooth_l1_loss(torch.tensor(48.0), torch.tensor(0.0)) < F.mse_loss(torch.tensor(48.0), torch.tensor(0.0))
        ),
        lesson="smooth_l1_loss",
        example="One outlier",
        implied=True,
    ),
    Claim(
        "poisson.signature",
        "poisson_nll_loss",
        "Its arguments.",
        STILL_TRUE,
        "log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, reduction='mean'",
        recompute=lambda: signature(nn.PoissonNLLLoss),
        lesson="poisson_nll_loss",
    ),
    Claim(
        "poisson.hand",
        "poisson_nll_loss",
        "By hand: eˣ − target · x. (Here: the largest difference, on random numbers.)",
        STILL_TRUE,
        0.0,
        "The random targets are negative, which no count is; PyTorch does not check.",
        recompute=poisson_difference,
        lesson="poisson_nll_loss",
        example="Negative counts, as in older articles",
        within=1e-6,
        implied=True,
    ),
    Claim(
        "poisson.full",
        "poisson_nll_loss",
        "full=True computes the whole loss. (Here: what it adds for a target of 2, which should be ln 2!.)",
        CHANGED,
        0.6931,
        "It adds Stirling's approximation of ln target!, and that only for targets above 1.",
        recompute=lambda: (
            F.poisson_nll_loss(torch.zeros(1), torch.tensor([2.0]), full=True)
            - F.poisson_nll_loss(torch.zeros(1), torch.tensor([2.0]))
        ).item(),
        lesson="poisson_nll_loss",
        example="With Stirling's term",
        implied=True,
    ),
    Claim(
        "poisson.eps",
        "poisson_nll_loss",
        "eps keeps log(input) from being nan at an input of 0. (Here: log 0.)",
        CHANGED,
        float("nan"),
        "log 0 is −inf. eps is used with log_input=False only, where target 1 then costs −log eps = 18.42.",
        recompute=lambda: torch.zeros(()).log().item(),
        lesson="poisson_nll_loss",
        example="A rate of zero",
        implied=True,
    ),
    Claim(
        "kl.signature",
        "kl_div_loss",
        "Its arguments.",
        STILL_TRUE,
        "size_average=None, reduce=None, reduction='mean', log_target=False",
        recompute=lambda: signature(nn.KLDivLoss),
        lesson="kl_div_loss",
    ),
    Claim(
        "kl.name",
        "kl_div_loss",
        "Take nn.logsoftmax() for the log-probabilities.",
        NO_LONGER_RUNS,
        now="It is nn.LogSoftmax, or F.log_softmax.",
        recompute=lambda: getattr(nn, "logsoftmax")(),  # noqa: B009
        raises="no attribute 'logsoftmax'",
    ),
    Claim(
        "kl.example",
        "kl_div_loss",
        "The example computes the divergence. (Here: batchmean, which is 0.3553 if the logarithm is put in.)",
        CHANGED,
        0.3553,
        "It takes the logarithm, and then puts in the probabilities. A divergence is never negative.",
        recompute=lambda: divergence(BELIEVED, "batchmean").item(),
        lesson="kl_div_loss",
        example="As in older articles: probabilities",
        implied=True,
    ),
    Claim(
        "kl.hand",
        "kl_div_loss",
        "By hand: target · (log target − input) is the first element's divergence, 0.9 · (ln 0.9 − ln 0.5) = 0.5290.",
        CHANGED,
        0.5290,
        "The same slip again: the input must be a logarithm.",
        recompute=lambda: (TRUE * (TRUE.log() - BELIEVED))[0, 0].item(),
        lesson="kl_div_loss",
        example="Two distributions",
        implied=True,
    ),
    Claim(
        "kl.mean",
        "kl_div_loss",
        "reduction='mean' divides by all six elements. (Here: sum over mean.)",
        STILL_TRUE,
        6.0,
        "PyTorch has long warned that this will change; it has not yet.",
        recompute=lambda: (
            divergence(BELIEVED.log(), "sum") / F.kl_div(BELIEVED.log(), TRUE, reduction="none").mean()
        ).item(),
        lesson="kl_div_loss",
        example="Two distributions",
        implied=True,
    ),
    Claim(
        "kl.batchmean",
        "kl_div_loss",
        "reduction='batchmean' divides by the two “batches”. (Here: sum over batchmean.)",
        STILL_TRUE,
        2.0,
        "They are two samples of one batch; the divisor is right, the word is not.",
        recompute=lambda: (divergence(BELIEVED.log(), "sum") / divergence(BELIEVED.log(), "batchmean")).item(),
        lesson="kl_div_loss",
        example="The divergence itself",
        implied=True,
    ),
    Claim(
        "ranking.signature",
        "margin_ranking_loss",
        "Its arguments.",
        STILL_TRUE,
        f"margin=0.0, {OLD_ARGUMENTS}",
        recompute=lambda: signature(nn.MarginRankingLoss),
        lesson="margin_ranking_loss",
    ),
    Claim(
        "ranking.example",
        "margin_ranking_loss",
        "Scores (3, 1) and (3, 1), target (3,): [[1, 1, 0], [0, 0, 0], [0, 0, 1]].",
        NO_LONGER_RUNS,
        [[1, 1, 0], [0, 0, 0], [0, 0, 1]],
        "All three must have the same number of dimensions now. With a target (3, 1) it gives 1, 0, 1.",
        lesson="margin_ranking_loss",
        example="As in older articles",
        raises="should have same dimension",
    ),
    Claim(
        "ranking.matrix",
        "margin_ranking_loss",
        "It returns an n × n matrix of losses. (Here: the shape for three pairs.)",
        CHANGED,
        "(3, 3)",
        "One loss per pair. The matrix was broadcasting by accident.",
        recompute=lambda: str(tuple(F.margin_ranking_loss(FIRST, SECOND, ORDER, reduction="none").shape)),
        lesson="margin_ranking_loss",
        example="Behind, level, and ahead when it should not be",
        implied=True,
    ),
    Claim(
        "ranking.similarity",
        "margin_ranking_loss",
        "It measures how similar two vectors are. (Here: does exchanging the two leave the loss alone?)",
        CHANGED,
        True,
        "It asks which of two is larger: max(0, −y(x₁ − x₂) + margin).",
        recompute=lambda: bool(
            F.margin_ranking_loss(FIRST, SECOND, torch.ones(3)) == F.margin_ranking_loss(SECOND, FIRST, torch.ones(3))
            and F.margin_ranking_loss(FIRST * 2, SECOND, torch.ones(3))
            == F.margin_ranking_loss(SECOND, FIRST * 2, torch.ones(3))
        ),
        lesson="margin_ranking_loss",
        implied=True,
    ),
    Claim(
        "ranking.equal",
        "margin_ranking_loss",
        "Where both are equal the loss is 0, whatever y is. (Here: y = 1 and y = −1.)",
        STILL_TRUE,
        [0, 0],
        "With margin 0 only; else it is the margin.",
        recompute=lambda: F.margin_ranking_loss(
            torch.full((2,), 2.0), torch.full((2,), 2.0), torch.tensor([1.0, -1]), reduction="none"
        ).numpy(),
        lesson="margin_ranking_loss",
        example="Everything level",
    ),
    Claim(
        "ranking.index",
        "margin_ranking_loss",
        "The comments call 2, then 3, the first element of x1.",
        CHANGED,
        2.0,
        "Copied comments: the first element is 1 each time.",
        recompute=lambda: FIRST[0].item(),
        lesson="margin_ranking_loss",
    ),
    Claim(
        "label_margin.signature",
        "multi_label_margin_loss",
        "Its arguments.",
        STILL_TRUE,
        OLD_ARGUMENTS,
        recompute=lambda: signature(nn.MultiLabelMarginLoss),
        lesson="multi_label_margin_loss",
    ),
    Claim(
        "label_margin.value",
        "multi_label_margin_loss",
        "Labels 0 and 3 of four classes.",
        STILL_TRUE,
        0.85,
        recompute=lambda: F.multilabel_margin_loss(FOUR, TWO_LABELS).item(),
        lesson="multi_label_margin_loss",
        example="Labels 0 and 3 of four classes",
    ),
    Claim(
        "label_margin.hand",
        "multi_label_margin_loss",
        "By hand it is the same.",
        STILL_TRUE,
        0.85,
        recompute=lambda: label_margin_by_hand(FOUR[0].tolist()),
        lesson="multi_label_margin_loss",
        example="Labels 0 and 3 of four classes",
    ),
    Claim(
        "label_margin.clipping",
        "multi_label_margin_loss",
        "The hand calculation is the loss. (Here: with a score of 2 in place of 0.8 it gives 0.25.)",
        CHANGED,
        0.25,
        "It leaves out max(0, ·): a lead above 1 must not be paid back.",
        recompute=lambda: F.multilabel_margin_loss(torch.tensor([[0.1, 0.2, 0.4, 2.0]]), TWO_LABELS).item(),
        lesson="multi_label_margin_loss",
        example="A lead above 1 costs nothing",
        implied=True,
    ),
    Claim(
        "label_margin.padding",
        "multi_label_margin_loss",
        "−1 fills up the places behind the labels. (Here: with 2 after the −1.)",
        STILL_TRUE,
        0.85,
        "“[0,3,-1-1]” lacks a comma. Everything after the first −1 is left unread.",
        recompute=lambda: F.multilabel_margin_loss(FOUR, torch.tensor([[0, 3, -1, 2]])).item(),
        lesson="multi_label_margin_loss",
        example="A label after −1",
        implied=True,
    ),
    Claim(
        "soft_margin.signature",
        "soft_margin_loss",
        "Its arguments.",
        STILL_TRUE,
        OLD_ARGUMENTS,
        recompute=lambda: signature(nn.SoftMarginLoss),
        lesson="soft_margin_loss",
    ),
    Claim(
        "soft_margin.value",
        "soft_margin_loss",
        "Two samples, two scores each: each loss.",
        STILL_TRUE,
        recompute=lambda: F.soft_margin_loss(MARGINS, SIGNS, reduction="none").numpy(),
        lesson="soft_margin_loss",
        example="Two samples, two scores each",
    ),
    Claim(
        "soft_margin.hand",
        "soft_margin_loss",
        "By hand: log(1 + e^(−y x)). (Here: the largest difference.)",
        STILL_TRUE,
        0.0,
        "NumPy functions on torch tensors, as the article writes, are on their way out: call .numpy() first.",
        recompute=lambda: float(
            np.abs(
                np.log(1 + np.exp(-(SIGNS * MARGINS).numpy()))
                - F.soft_margin_loss(MARGINS, SIGNS, reduction="none").numpy()
            ).max()
        ),
        lesson="soft_margin_loss",
        example="Two samples, two scores each",
        within=1e-6,
        implied=True,
    ),
    Claim(
        "soft_margin.divisor",
        "soft_margin_loss",
        "The divisor is the number of samples, 2. (Here: sum over mean.)",
        CHANGED,
        2.0,
        "nelement() counts all elements.",
        recompute=lambda: (
            F.soft_margin_loss(MARGINS, SIGNS, reduction="sum") / F.soft_margin_loss(MARGINS, SIGNS)
        ).item(),
        lesson="soft_margin_loss",
        implied=True,
    ),
    Claim(
        "soft_label.signature",
        "multi_label_soft_margin_loss",
        "Its arguments.",
        STILL_TRUE,
        f"weight=None, {OLD_ARGUMENTS}",
        recompute=lambda: signature(nn.MultiLabelSoftMarginLoss),
        lesson="multi_label_soft_margin_loss",
    ),
    Claim(
        "soft_label.value",
        "multi_label_soft_margin_loss",
        "Labels 1 and 2 of three classes.",
        STILL_TRUE,
        0.5429,
        recompute=lambda: F.multilabel_soft_margin_loss(THREE, LABELS).item(),
        lesson="multi_label_soft_margin_loss",
        example="Labels 1 and 2 of three classes",
    ),
    Claim(
        "soft_label.hand",
        "multi_label_soft_margin_loss",
        "By hand it is the same.",
        STILL_TRUE,
        0.5429,
        "e^(−x) / (1 + e^(−x)) is nan at −1000; log-sigmoid is not.",
        recompute=lambda: float(np.log1p(np.exp([0.3, -0.7, -0.8])).mean()),
        lesson="multi_label_soft_margin_loss",
        example="Labels 1 and 2 of three classes",
    ),
    Claim(
        "soft_label.divisor",
        "multi_label_soft_margin_loss",
        "C, which it divides by, is the number of samples: 1 here. (Here: the sum of the terms over the loss.)",
        CHANGED,
        1.0,
        "C is the number of classes, and every sample is divided by it, for reduction='none' too.",
        recompute=lambda: (
            F.binary_cross_entropy_with_logits(THREE, LABELS, reduction="sum")
            / F.multilabel_soft_margin_loss(THREE, LABELS, reduction="none")[0]
        ).item(),
        lesson="multi_label_soft_margin_loss",
        example="Two samples",
        implied=True,
    ),
    Claim(
        "multi_margin.signature",
        "multi_margin_loss",
        "Its arguments.",
        STILL_TRUE,
        f"p=1, margin=1.0, weight=None, {OLD_ARGUMENTS}",
        recompute=lambda: signature(nn.MultiMarginLoss),
        lesson="multi_margin_loss",
    ),
    Claim(
        "multi_margin.value",
        "multi_margin_loss",
        "Two samples, three classes: each loss.",
        STILL_TRUE,
        [0.8, 0.7],
        recompute=lambda: F.multi_margin_loss(ROWS, CLASSES, reduction="none").numpy(),
        lesson="multi_margin_loss",
        example="Two samples, three classes",
    ),
    Claim(
        "multi_margin.hand",
        "multi_margin_loss",
        "By hand, the first sample.",
        STILL_TRUE,
        0.8,
        "max(0, ·) and the power p are left out; here nothing is negative.",
        recompute=lambda: ((1 - (0.2 - 0.1)) + (1 - (0.2 - 0.7))) / 3,
        lesson="multi_margin_loss",
        example="A lead above the margin",
    ),
    Claim(
        "multi_margin.p",
        "multi_margin_loss",
        "p is 1 or 2. (Here: is 3 refused?)",
        STILL_TRUE,
        True,
        recompute=lambda: refused(lambda: F.multi_margin_loss(ROWS, CLASSES, p=3)),
        lesson="multi_margin_loss",
        example="Squared",
        implied=True,
    ),
    Claim(
        "triplet.signature",
        "triplet_margin_loss",
        "Its arguments.",
        STILL_TRUE,
        f"margin=1.0, p=2.0, eps=1e-06, swap=False, {OLD_ARGUMENTS}",
        "eps and swap are not explained in the article; a margin of 0 is refused by now.",
        recompute=lambda: signature(nn.TripletMarginLoss),
        lesson="triplet_margin_loss",
        example="The swap finds the harder case",
    ),
    Claim(
        "triplet.value",
        "triplet_margin_loss",
        "Three points on a line.",
        STILL_TRUE,
        1.5,
        lesson="triplet_margin_loss",
        example="Three points on a line",
    ),
    Claim(
        "triplet.hand",
        "triplet_margin_loss",
        "By hand: |a − p| − |a − n| + margin. (Here: how far it is from PyTorch's, in double precision.)",
        CHANGED,
        0.0,
        "PyTorch adds eps = 10⁻⁶ to the differences before it measures them.",
        recompute=triplet_distance_to_hand,
        lesson="triplet_margin_loss",
        example="Three points on a line",
        within=1e-9,
        implied=True,
    ),
    Claim(
        "hinge.signature",
        "hinge_embedding_loss",
        "Its arguments.",
        STILL_TRUE,
        f"margin=1.0, {OLD_ARGUMENTS}",
        recompute=lambda: signature(nn.HingeEmbeddingLoss),
        lesson="hinge_embedding_loss",
    ),
    Claim(
        "hinge.value",
        "hinge_embedding_loss",
        "Two alike, one not: each loss.",
        STILL_TRUE,
        [1.0, 0.8, 0.5],
        recompute=lambda: F.hinge_embedding_loss(
            torch.tensor([1, 0.8, 0.5]), torch.tensor([1, 1, -1]), reduction="none"
        ).numpy(),
        lesson="hinge_embedding_loss",
        example="Two alike, one not",
    ),
    Claim(
        "hinge.hand",
        "hinge_embedding_loss",
        "By hand, the third: max(0, margin − x).",
        STILL_TRUE,
        0.5,
        recompute=lambda: max(0.0, 1 - 0.5),
        lesson="hinge_embedding_loss",
        example="Two alike, one not",
    ),
    Claim(
        "hinge.input",
        "hinge_embedding_loss",
        "The input should be a distance. (Here: is −2 refused?)",
        CHANGED,
        True,
        "It should be, but nothing checks it: −2 gives a loss of −2.",
        recompute=lambda: refused(lambda: F.hinge_embedding_loss(torch.tensor([-2.0]), torch.tensor([1.0]))),
        lesson="hinge_embedding_loss",
        example="Input that is no distance",
        implied=True,
    ),
    Claim(
        "hinge.target",
        "hinge_embedding_loss",
        "The target is 1 or −1. (Here: what 0 gives for an input of 0.4.)",
        STILL_TRUE,
        now="0 is not refused: both branches are added, x + max(0, margin − x).",
        recompute=lambda: F.hinge_embedding_loss(torch.tensor([0.4]), torch.tensor([0.0])).item(),
        lesson="hinge_embedding_loss",
        example="Targets 0 and 1",
    ),
    Claim(
        "cosine.signature",
        "cosine_embedding_loss",
        "Its arguments.",
        STILL_TRUE,
        f"margin=0.0, {OLD_ARGUMENTS}",
        recompute=lambda: signature(nn.CosineEmbeddingLoss),
        lesson="cosine_embedding_loss",
    ),
    Claim(
        "cosine.example",
        "cosine_embedding_loss",
        "Two pairs with the target [[1, −1]]: each loss.",
        NO_LONGER_RUNS,
        [0.0167, 0.9833],
        "The target has one dimension now: [1, −1] gives the article's numbers.",
        lesson="cosine_embedding_loss",
        example="As in older articles",
        raises="multi-target not supported",
    ),
    Claim(
        "cosine.hand",
        "cosine_embedding_loss",
        "By hand: 1 − cos, and max(0, cos).",
        STILL_TRUE,
        [0.0167, 0.9833],
        recompute=lambda: [1 - cosine(VECTORS[0], OTHERS[0]), max(0.0, cosine(VECTORS[1], OTHERS[1]))],
        lesson="cosine_embedding_loss",
        example="The article's numbers",
    ),
    Claim(
        "cosine.margin",
        "cosine_embedding_loss",
        "The margin lies between −1 and 1. (Here: is 5 refused?)",
        CHANGED,
        True,
        "It is a recommendation: PyTorch does not check.",
        recompute=lambda: refused(lambda: F.cosine_embedding_loss(VECTORS, OTHERS, torch.ones(2), margin=5.0)),
        lesson="cosine_embedding_loss",
        example="A free cosine of 0.5",
        implied=True,
    ),
    Claim(
        "ctc.signature",
        "ctc_loss",
        "Its arguments.",
        STILL_TRUE,
        "blank=0, reduction='mean', zero_infinity=False",
        recompute=lambda: signature(nn.CTCLoss),
        lesson="ctc_loss",
    ),
    Claim(
        "ctc.value",
        "ctc_loss",
        "Sixteen random sequences.",
        STILL_TRUE,
        7.5385,
        "With the seed 1, which the article does not print.",
        recompute=lambda: connectionist()[0].item(),
        lesson="ctc_loss",
        example="Two samples",
    ),
    Claim(
        "ctc.mean",
        "ctc_loss",
        "reduction='mean' is left unexplained. (Here: how far it is from the mean of loss over target length.)",
        STILL_TRUE,
        0.0,
        "Each loss is divided by the length of its target first; no other loss does that.",
        recompute=ctc_mean_difference,
        lesson="ctc_loss",
        example="Two samples",
        within=1e-5,
        implied=True,
    ),
    Claim(
        "ctc.zero_infinity",
        "ctc_loss",
        "zero_infinity=True sets infinite losses to 0.",
        STILL_TRUE,
        0.0,
        lesson="ctc_loss",
        example="Impossible, counted as 0",
        implied=True,
    ),
)
