"""Which loss for which task: the target's shape and dtype, the output layer, and what usually goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.lesson.spec import Lesson


@dataclass(frozen=True, eq=False)
class Slip:
    """A usual mistake; where it can be run, `values` are it, on the task's loss or on another `lesson`."""

    says: str
    values: Mapping[str, Any] | None = None
    lesson: str = ""


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be learnt, and the loss for it. `values`, or else the lesson's example, show what goes in.

    `others` are further losses to consider: slug and reason.
    """

    slug: str
    title: str
    says: str
    lesson: str
    output_layer: str
    target: str
    slips: tuple[Slip, ...]
    example: str = ""
    values: Mapping[str, Any] | None = None
    others: tuple[tuple[str, str], ...] = ()

    def shown_values(self, lesson: Lesson) -> Mapping[str, Any]:
        """What goes into the loss on the page."""
        return (
            next(e.values for e in lesson.examples if e.title == self.example) if self.values is None else self.values
        )

    def slip_lesson(self, slip: Slip) -> str:
        """The slug of the loss that a slip is run on."""
        return slip.lesson or self.lesson


TASKS = (
    Task(
        "one_class",
        "One class out of several",
        "Digits, species, the next word: exactly one class is right.",
        "cross_entropy_loss",
        "Linear(…, classes), no softmax",
        "The index of the class, one per sample.",
        (
            Slip(
                "A softmax in the network as well: the loss cannot come near 0.",
                {"input": [[0.2689, 0.7311], [0.1192, 0.8808], [0.1192, 0.8808]], "target": [0, 1, 1]},
            ),
            Slip(
                "int32 as target.",
                {"input": [[1, 2], [1, 3], [1, 3]], "target": np.array([0, 1, 1], dtype=np.int32)},
            ),
            Slip("Classes counted from 1.", {"input": [[1, 2], [1, 3], [1, 3]], "target": [1, 2, 2]}),
            Slip(
                "The classes in the last place of three: PyTorch wants them second.",
                {"input": [[[1, 3], [2, 1], [0, 1]]], "target": [[0, 1, 0]]},
            ),
        ),
        example="Three samples",
        others=(
            ("nll_loss", "if the network ends with LogSoftmax"),
            ("multi_margin_loss", "if only the lead matters, not probabilities"),
        ),
    ),
    Task(
        "every_pixel",
        "A class for every pixel or every step",
        "Segmentation, tagging words: many places, one class each.",
        "cross_entropy_loss",
        "Conv2d(…, classes, 1), no softmax",
        "The index of the class at every place: input's shape without the classes.",
        (
            Slip(
                "The classes in the last place: PyTorch wants them second.",
                {"input": [[[1, 2], [3, 1]], [[0, 2], [1, 1]]], "target": [[0], [1]]},
            ),
            Slip(
                "Padding that counts: give it ignore_index.",
                {"input": [[[1, 3], [2, 1]]], "target": [[0, -1]]},
            ),
        ),
        example="A row of pixels",
    ),
    Task(
        "yes_or_no",
        "Yes or no",
        "One question: spam or not, ill or well.",
        "bce_with_logits_loss",
        "Linear(…, 1), no sigmoid; then squeeze(1)",
        "0 or 1, as floats, in the shape of the output.",
        (
            Slip(
                "(N, 1) against (N,): output and target must have the same shape.",
                {"input": [[1], [2], [2]], "target": [1, 0, 1]},
            ),
            Slip("Whole numbers as target.", {"input": [1, 2, 2], "target": np.array([1, 0, 1])}),
            Slip(
                "A sigmoid in the network as well: every answer lies between 0.5 and 0.73.",
                {"input": [0.7311, 0.8808, 0.8808], "target": [1, 0, 1]},
            ),
        ),
        example="Three scores",
        others=(
            ("bce_loss", "if the network must end with a sigmoid"),
            ("soft_margin_loss", "if the labels are −1 and 1"),
        ),
    ),
    Task(
        "many_labels",
        "Several labels at once",
        "Tags of a picture: each may be there or not, whatever the others are.",
        "bce_with_logits_loss",
        "Linear(…, labels), no sigmoid and no softmax",
        "0 or 1 for every label, as floats: (batch, labels).",
        (
            Slip(
                "Cross-entropy with several ones in a row: it takes them for one distribution, and does not complain.",
                {"input": [[1, 2], [2, 2]], "target": [[1.0, 0.0], [1.0, 1.0]]},
                lesson="cross_entropy_loss",
            ),
            Slip(
                "Indices of the labels in place of zeros and ones.",
                {"input": [[1, 2], [2, 2]], "target": np.array([[0, 1], [1, 1]])},
            ),
        ),
        example="Two outputs, four samples",
        others=(
            ("multi_label_soft_margin_loss", "the same per label, averaged per sample"),
            ("multi_label_margin_loss", "if only the order of the labels matters; it takes indices"),
        ),
    ),
    Task(
        "rare_class",
        "One class is rare",
        "One per cent of the samples is what you look for.",
        "cross_entropy_loss",
        "Linear(…, classes), no softmax",
        "The index of the class; `weight` has one number per class.",
        (
            Slip(
                "Weights that do not fit the number of classes.",
                {"input": [[1, 2], [1, 3], [1, 3]], "target": [0, 1, 1], "weight": [1, 2, 3]},
            ),
            Slip("Comparing losses with and without weights: the mean divides by the weights of the targets."),
        ),
        example="Weights 1 and 2",
        others=(("bce_with_logits_loss", "with pos_weight, for yes or no"),),
    ),
    Task(
        "soft_target",
        "A distribution as the answer",
        "Several annotators, a teacher network, smoothed labels.",
        "cross_entropy_loss",
        "Linear(…, classes), no softmax",
        "Probabilities in the shape of the input, as floats; each row adds up to 1.",
        (
            Slip("Shares that do not add up to 1: PyTorch does not check."),
            Slip(
                "ignore_index together with probabilities.",
                {"input": [[1, 2], [1, 3]], "target": [[0.5, 0.5], [0.1, 0.9]], "ignore_index": 1},
            ),
        ),
        example="Probabilities as target",
        others=(("kl_div_loss", "to see 0 where the model is as good as the target"),),
    ),
    Task(
        "two_distributions",
        "Two distributions alike",
        "Distillation, variational models, matching a histogram.",
        "kl_div_loss",
        "LogSoftmax(dim=1)",
        "Probabilities in the shape of the input (or their logarithms with log_target=True).",
        (
            Slip(
                "Probabilities as input: it wants log-probabilities, and the loss becomes negative.",
                {"input": [[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]], "target": [[0.9, 0.05, 0.05], [0.1, 0.7, 0.2]]},
            ),
            Slip(
                "reduction='mean' divides by every element; 'batchmean' gives the divergence.",
                {
                    "input": [[-0.6931, -1.204, -1.6094], [-1.6094, -1.204, -0.6931]],
                    "target": [[0.9, 0.05, 0.05], [0.1, 0.7, 0.2]],
                    "reduction": "mean",
                },
            ),
        ),
        example="The divergence itself",
        others=(("cross_entropy_loss", "with probabilities as target, straight from scores"),),
    ),
    Task(
        "a_number",
        "A number",
        "A price, a temperature: errors are alike on both sides, and large ones are to be avoided most.",
        "mse_loss",
        "Linear(…, 1), then squeeze(1); no activation",
        "Floats in the shape of the output.",
        (
            Slip(
                "(N, 1) against (N,): every answer is compared with every target, with a warning only.",
                {"input": [[1], [2], [3]], "target": [1, 2, 3]},
            ),
            Slip("Targets in thousands: scale them, or the first gradients explode."),
        ),
        example="Small errors, large errors",
        others=(("l1_loss", "if the median is wanted, not the mean"),),
    ),
    Task(
        "outliers",
        "A number, with outliers",
        "A few targets are far off, and one of them must not decide everything.",
        "huber_loss",
        "Linear(…, 1), then squeeze(1); no activation",
        "Floats in the shape of the output; delta says from where an error is an outlier.",
        (
            Slip(
                "MSE on the same numbers: one outlier is nearly the whole loss.",
                {"input": [2, 2, 2, 2, 2], "target": [1, 2, 2.2, 3, 50]},
                lesson="mse_loss",
            ),
            Slip("delta = 0.", {"input": [2, 2], "target": [1, 50], "delta": 0.0}),
        ),
        example="One outlier",
        others=(
            ("smooth_l1_loss", "the same divided by its beta"),
            ("l1_loss", "without a round bottom"),
        ),
    ),
    Task(
        "how_sure",
        "A number, and how sure",
        "The network also says how much the target scatters.",
        "gaussian_nll_loss",
        "Two heads: mean; and variance through softplus or exp",
        "Floats in the shape of the mean; var is 0 or more.",
        (
            Slip("A variance below 0.", {"input": [0, 1], "target": [1, 1], "var": [1, -0.25]}),
            Slip("Expecting a loss of 0 or more: a density above 1 makes it negative."),
        ),
        example="Three guesses",
    ),
    Task(
        "a_count",
        "A count",
        "Visitors, clicks, photons: whole numbers from 0.",
        "poisson_nll_loss",
        "Linear(…, 1), no activation: it is the logarithm of the rate",
        "Counts, as floats, in the shape of the output.",
        (
            Slip(
                "A rate where its logarithm is expected (log_input=True is the default).",
                {"input": [0.5, 1, 3, 8], "target": [0, 1, 3, 2]},
            ),
            Slip(
                "Negative targets: PyTorch does not check.",
                {"input": [0, 1], "target": [-1, -3]},
            ),
        ),
        example="Four counts",
    ),
    Task(
        "an_order",
        "An order",
        "Which of two is better: search results, preferences.",
        "margin_ranking_loss",
        "Linear(…, 1), then squeeze(1); the same network scores both",
        "1 where the first should be ahead, −1 where the second should, in the shape of the scores.",
        (
            Slip(
                "Targets in another number of dimensions than the scores.",
                {"input1": [[1], [2], [3]], "input2": [[2], [2], [2]], "target": [1, 1, -1]},
            ),
            Slip("Targets 0 and 1.", {"input1": [1, 2], "input2": [3, 1], "target": [0, 1], "margin": 0.5}),
        ),
        example="A lead is not enough",
        others=(("triplet_margin_loss", "if there is an anchor to compare with"),),
    ),
    Task(
        "pairs",
        "Vectors: pairs that are alike or not",
        "Does this sentence fit that one? Compared by angle.",
        "cosine_embedding_loss",
        "The vector itself, without activation",
        "1 for alike, −1 for unlike: one per pair.",
        (
            Slip(
                "A target per row and column.",
                {"input1": [[3, 4], [3, 4]], "input2": [[4, 3], [4, 3]], "target": [[1, -1]]},
            ),
            Slip(
                "Targets 0 and 1: nothing is asked of the pairs with 0.",
                {"input1": [[3, 4], [3, 4]], "input2": [[4, 3], [4, 3]], "target": [1, 0]},
            ),
        ),
        example="The same pair, alike and unlike",
        others=(("hinge_embedding_loss", "if you have distances, not vectors"),),
    ),
    Task(
        "triplets",
        "Vectors: near to one, far from another",
        "Faces, products: the anchor should be nearer to its like than to the other.",
        "triplet_margin_loss",
        "The vector itself, often scaled to length 1",
        "None: anchor, positive and negative are three vectors of one shape.",
        (
            Slip(
                "Everything in one point: the loss rests exactly at the margin.",
                {"anchor": [[0.3, 0.7]], "positive": [[0.3, 0.7]], "negative": [[0.3, 0.7]]},
            ),
            Slip("margin = 0.", {"anchor": [[0, 0]], "positive": [[3, 4]], "negative": [[0, 3]], "margin": 0.0}),
        ),
        example="Two triplets in the plane",
        others=(("triplet_margin_with_distance_loss", "with a distance of your own"),),
    ),
    Task(
        "unaligned",
        "A sequence without alignment",
        "Speech, handwriting: the letters are known, but not when each was said.",
        "ctc_loss",
        "Linear(…, labels + 1), LogSoftmax(dim=2); (time, batch, classes)",
        "Label indices without the blank, and the lengths of both, as integers.",
        (
            Slip(
                "A target that is longer than the input allows: infinite.",
                {
                    "log_probs": [[-1.609, -0.511, -1.609], [-0.693, -1.204, -1.609]],
                    "targets": [1, 1],
                    "input_lengths": 2,
                    "target_lengths": 2,
                },
            ),
            Slip(
                "Probabilities where logarithms are expected: the loss becomes negative.",
                {
                    "log_probs": [[0.5, 0.3, 0.2], [0.4, 0.4, 0.2], [0.2, 0.3, 0.5]],
                    "targets": [1],
                    "input_lengths": 3,
                    "target_lengths": 1,
                },
            ),
        ),
        example="One label, three frames",
    ),
)
