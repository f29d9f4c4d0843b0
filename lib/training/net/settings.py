"""Everything that a training run follows from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lib.training.net.data import DATA_SETS, DataSet, for_training
from lib.training.net.losses import outputs

MOST_UPDATES = 200_000  # of one run; LBFGS counts its iterations
MOST_POINTS, MOST_EPOCHS = 2000, 2000


@dataclass(frozen=True)
class Settings:
    """A run: what is learned, by which network, with which loss, optimizer and scheduler.

    `rates` are the optimizer's arguments under torch's names, `plan` the scheduler's. `last_lr` is a learning rate for
    the last layer alone, `bias_lr` that of the AdamW beside Muon; `decay_biases` is off when biases are spared.
    """

    data: str = "moons"
    points: int = 500
    noise: float = 0.2
    seed: int = 0
    layers: tuple[int, ...] = (8, 8)
    activation: str = "ReLU"
    start_seed: int = 0  # of the weights and of the order of the batches
    loss: str = "BCEWithLogitsLoss"
    optimizer: str = "Adam"
    rates: Mapping[str, Any] = field(default_factory=lambda: {"lr": 0.01})
    last_lr: float | None = None
    bias_lr: float = 0.01
    decay_biases: bool = True
    scheduler: str = "none"
    plan: Mapping[str, Any] = field(default_factory=dict)
    batch: int = 50
    epochs: int = 200

    @property
    def data_set(self) -> DataSet:
        return DATA_SETS[self.data]

    @property
    def train_points(self) -> int:
        return for_training(self.points)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Features, hidden units, outputs."""
        return (self.data_set.features, *self.layers, outputs(self.loss, self.data_set))

    @property
    def updates_per_epoch(self) -> int:
        return -(-self.train_points // self.batch)
