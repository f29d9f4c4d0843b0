"""Which losses fit which data, and why the first of them is chosen."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from lib.training.net.data import DataSet

LOSSES: Mapping[str, type[nn.Module]] = {
    c.__name__: c for c in (nn.BCEWithLogitsLoss, nn.CrossEntropyLoss, nn.MSELoss, nn.HuberLoss, nn.L1Loss)
}
WHY = {
    0: "The targets are numbers, so the loss measures a distance: MSE, or Huber and L1 where a few lie far off.",
    2: "Two classes: one score per point and its sign are enough, which is BCE with logits. "
    "Cross-entropy with two scores learns the same.",
    3: "Three classes: cross-entropy compares one score per class. BCE would ask three yes-or-no questions instead.",
}


def fitting(data: DataSet) -> tuple[str, ...]:
    """Names of the losses that fit, the recommended one first."""
    if data.classes == 0:
        return ("MSELoss", "HuberLoss", "L1Loss")
    return ("BCEWithLogitsLoss", "CrossEntropyLoss") if data.classes == 2 else ("CrossEntropyLoss",)


def outputs(loss: str, data: DataSet) -> int:
    """How many numbers the last layer gives: a score per class for cross-entropy, otherwise one."""
    return data.classes if loss == "CrossEntropyLoss" else 1


def target_for(loss: str, target: Tensor) -> Tensor:
    """The target as the loss takes it: BCE wants numbers, in a column like the network's output."""
    return target[:, None].float() if loss == "BCEWithLogitsLoss" else target


def right(loss: str, output: Tensor, target: Tensor) -> Tensor:
    """Which points are classified right; the target is as `target_for` gives it."""
    return output.argmax(dim=1) == target if loss == "CrossEntropyLoss" else (output > 0) == target.bool()
