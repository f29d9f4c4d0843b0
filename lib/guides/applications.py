"""The source article's five applications, each with one tiny tensor to work through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.budget import UNBOUNDED, Budget
from lib.catalog import LOSSES
from lib.guides.live import Live, live
from lib.lesson import run
from lib.lesson.spec import Step


@dataclass(frozen=True, eq=False)
class LossPart:
    """One loss in an application, on these values; it counts `weight` times."""

    title: str
    says: str
    lesson: str
    values: Mapping[str, Any]
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class Application:
    """What the network gives, what it is compared with, and the losses; `joined` says how they become one."""

    slug: str
    title: str
    chinese: str
    says: str
    parts: tuple[LossPart, ...]
    joined: str = ""


@dataclass(frozen=True, eq=False)
class WorkedPart:
    """A part's steps by hand, and PyTorch's number for the same values."""

    part: LossPart
    steps: dict[str, Step]
    torch: Live

    @property
    def by_hand(self) -> float:
        return float(list(self.steps.values())[-1].value)


APPLICATIONS = (
    Application(
        "image_classification",
        "Image classification",
        "图像分类",
        "Two pictures, three classes. The network gives a score per class; the target is the index of the right one.",
        (
            LossPart(
                "Two pictures",
                "The first picture is right with a clear lead, the second is nearly a tie.",
                "cross_entropy_loss",
                {"input": [[2, 0.5, -1], [0.1, 0.4, 0.3]], "target": [0, 1]},
            ),
        ),
    ),
    Application(
        "segmentation",
        "Image segmentation",
        "图像分割",
        "One picture of 2 × 2 pixels, two classes. There is a score per class for every pixel: (batch, classes, "
        "height, width). The target has an index per pixel; −100 marks a border that does not count.",
        (
            LossPart(
                "Four pixels, one of them ignored",
                "A pixel is a sample: the mean divides by the three that count.",
                "cross_entropy_loss",
                {"input": [[[[2, 0], [1, 0]], [[0, 1], [-1, 0]]]], "target": [[[0, 1], [0, -100]]]},
            ),
        ),
    ),
    Application(
        "detection",
        "Object detection",
        "目标检测",
        "Two boxes. Each has scores for three classes (0 is background) and four offsets; "
        "only boxes that hold something are compared with a true box.",
        (
            LossPart(
                "What is in the boxes",
                "Both boxes count here, background too.",
                "cross_entropy_loss",
                {"input": [[0.2, 1.5, 0.1], [2, 0.3, -0.5]], "target": [1, 0]},
            ),
            LossPart(
                "Where the first box is",
                "Smooth L1: small errors are squared, the large one in the last place counts as it is.",
                "smooth_l1_loss",
                {"input": [[0.1, 0.2, 0.9, 2.5]], "target": [[0, 0.2, 1, 1]]},
                weight=2.0,
            ),
        ),
        "The box counts twice here; such weights are set by hand.",
    ),
    Application(
        "adversarial",
        "Adversarial generation",
        "对抗生成",
        "The discriminator gives one score per picture: is it real? "
        "The generator wants the opposite answer for its own pictures.",
        (
            LossPart(
                "Discriminator: real pictures",
                "The target is 1.",
                "bce_with_logits_loss",
                {"input": [2, 1], "target": [1, 1]},
            ),
            LossPart(
                "Discriminator: made-up pictures",
                "The target is 0; call detach() on the pictures here.",
                "bce_with_logits_loss",
                {"input": [-1, 0.5], "target": [0, 0]},
            ),
            LossPart(
                "Generator: the same made-up pictures",
                "The target is 1 now. It is another update, of other weights: it is not added to the two above.",
                "bce_with_logits_loss",
                {"input": [-1, 0.5], "target": [1, 1]},
                weight=0.0,
            ),
        ),
        "The discriminator's loss is the sum of its two parts; the generator has its own.",
    ),
    Application(
        "recurrent",
        "Recurrent networks",
        "循环网络",
        "A language model reads one sentence of three words and gives scores for the next word after each: (batch, "
        "classes, time). The last place is padding.",
        (
            LossPart(
                "Two words and a padding",
                "The padding is ignored, so the mean divides by 2.",
                "cross_entropy_loss",
                {"input": [[[1, 0, 0], [0, 2, 0], [-1, 1, 0]]], "target": [[0, 1, -100]]},
            ),
            LossPart(
                "If the timing is unknown: CTC",
                "Three frames, one letter; every way of saying it within the frames adds up.",
                "ctc_loss",
                {
                    "log_probs": [[-0.693, -1.204, -1.609], [-0.916, -0.916, -1.609], [-1.609, -1.204, -0.693]],
                    "targets": [1],
                    "input_lengths": 3,
                    "target_lengths": 1,
                },
                weight=0.0,
            ),
        ),
        "CTC is the other choice, not an addition.",
    ),
)


def worked(part: LossPart, *, budget: Budget = UNBOUNDED) -> WorkedPart:
    """The part by hand in float64, and by PyTorch as typed."""
    lesson = LOSSES[part.lesson]
    return WorkedPart(
        part,
        run.by_hand(lesson, part.values, budget=budget),
        live(lesson, part.values, budget=budget),
    )


def total(parts: tuple[WorkedPart, ...]) -> tuple[float, float]:
    """The weighted sum of the parts: by hand and by PyTorch."""
    weights = np.array([w.part.weight for w in parts])
    return float(weights @ [w.by_hand for w in parts]), float(weights @ [w.torch.one_number for w in parts])
