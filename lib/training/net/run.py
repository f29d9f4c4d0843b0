"""A training run: trains for real, a slice of time at a time, and can be stopped and continued."""

from __future__ import annotations

import copy
import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from lib.budget import UNBOUNDED, Budget, Cost, Stopped
from lib.lesson.cost import OBJECTS, count
from lib.lesson.run.drive import asking
from lib.refusal import Refusal
from lib.training.net import losses
from lib.training.net.network import linear_layers, network
from lib.training.net.optimizers import optimizers, parts, refusal
from lib.training.net.schedulers import EVERY_UPDATE, call
from lib.training.net.settings import MOST_UPDATES, Settings
from lib.training.net.thinned import Thinned

MOST_RECORDED = 400  # updates whose rates and gradient norms are kept
MOST_SNAPSHOTS = 60  # epochs whose weights are kept

RUNNING, STOPPED, DONE, DIVERGED, FAILED = "running", "stopped", "done", "diverged", "failed"
Weights = list[Tensor]


@dataclass(frozen=True, eq=False)
class Points:
    """The data of a run, in two parts. Targets are as the loss takes them."""

    train_inputs: Tensor
    train_target: Tensor
    test_inputs: Tensor
    test_target: Tensor


@dataclass(frozen=True)
class Scores:
    """Mean losses after an epoch, and shares classified right; NaN where there are no classes."""

    train_loss: float
    test_loss: float
    train_accuracy: float = math.nan
    test_accuracy: float = math.nan

    @property
    def finite(self) -> bool:
        return math.isfinite(self.train_loss) and math.isfinite(self.test_loss)


@dataclass(frozen=True)
class Update:
    """The rate of every parameter group and the norm of every layer's gradient at one update."""

    rates: tuple[float, ...]
    norms: tuple[float, ...]


@dataclass
class History:
    """What has been seen so far; `scores` begins with the untrained network, at epoch 0."""

    scores: list[Scores] = field(default_factory=list)
    updates: Thinned[Update] = field(default_factory=lambda: Thinned(MOST_RECORDED))
    snapshots: Thinned[Weights] = field(default_factory=lambda: Thinned(MOST_SNAPSHOTS))


def points(settings: Settings, generator: torch.Generator) -> Points:
    """Draws the data and keeps the last part of it for the test."""
    inputs, target = settings.data_set.draw(settings.points, settings.noise, generator)
    target = losses.target_for(settings.loss, target)
    n = settings.train_points
    return Points(inputs[:n], target[:n], inputs[n:], target[n:])


def check(settings: Settings, *, budget: Budget = UNBOUNDED) -> None:
    """ValueError in plain words for what cannot be trained; torch's own where torch refuses an argument."""
    budget.need(memory_of(settings))
    if reason := refusal(settings):
        raise Refusal(reason)
    updates = settings.updates_per_epoch * settings.epochs * settings.rates.get("max_iter", 1)
    if updates > MOST_UPDATES:
        raise Refusal(
            "{updates:,} updates; at most {most:,} here. A larger batch or fewer epochs will do.",
            updates=updates,
            most=MOST_UPDATES,
        )
    Run("", settings)


def memory_of(settings: Settings) -> Cost:
    """What the optimizer remembers at the most: of LBFGS two vectors of the network's size for each pair that it keeps,
    and once more as long as an update lasts; the others keep a few."""
    size = sum((inputs + 1) * outputs for inputs, outputs in zip(settings.sizes, settings.sizes[1:], strict=False))
    room = count(settings.rates.get("history_size"))
    turns = settings.updates_per_epoch * settings.epochs * count(settings.rates.get("max_iter"), otherwise=1.0)
    pairs = min(room, turns)
    return Cost(bytes=2 * (2 * pairs * (4 * size + OBJECTS / 10) + 8 * room) + 16 * size)


class Run:
    """One run, from the first look at the untrained network to the last epoch.

    Everything random comes from generators of its own, so runs side by side do not disturb each other.
    """

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self.settings = settings
        self.state = RUNNING
        self.problem = ""  # why it failed
        self.epoch = 0  # finished ones
        self.update = 0
        self.seconds = 0.0  # spent on training
        self.history = History()
        self.network = network(settings.sizes, settings.activation, torch.Generator().manual_seed(settings.start_seed))
        self.points = points(settings, torch.Generator().manual_seed(settings.seed))
        self.loss = losses.LOSSES[settings.loss]()
        self.optimizers = optimizers(settings, self.network)
        plan = call(settings)
        self.schedulers: list[Any] = [plan.build(optimizer) for optimizer in self.optimizers] if plan else []
        self._order = torch.Generator().manual_seed(settings.start_seed)
        self._layers = linear_layers(self.network)
        self._work = self._train()
        self._budget = UNBOUNDED  # of the slice under way
        self._interruption: BaseException | None = None  # what ended its last update
        self._one_at_a_time = threading.Lock()  # a page that runs again may overlap with its earlier run
        self._look()

    @property
    def scores(self) -> Scores:
        """The latest finite ones, which may be those of the untrained network."""
        finite = [scores for scores in self.history.scores[-2:] if scores.finite]
        return finite[-1] if finite else self.history.scores[0]

    @property
    def group_titles(self) -> list[str]:
        """The parameter groups, in the order of their rates."""
        made = list(parts(self.settings))
        return [f"{name}: {g.title}" if len(made) > 1 else g.title for name, _, groups in made for g in groups]

    def advance(self, seconds: float, *, budget: Budget = UNBOUNDED) -> None:
        """Trains for about so long; less if it ends, is stopped, or another slice is under way.

        An update that looks at its batch many times asks the budget each time. One for which the time is not enough
        ends the run; one that is interrupted by anything else is taken back, to be made anew.
        """
        if not self._one_at_a_time.acquire(blocking=False):
            return
        try:
            self._budget, self._interruption = budget, None
            start = time.perf_counter()
            while self.state == RUNNING and time.perf_counter() - start < seconds:
                next(self._work, None)
                if self._interruption is not None:
                    raise self._interruption
            self.seconds += time.perf_counter() - start
        finally:
            self._one_at_a_time.release()

    def stop(self) -> None:
        if self.state == RUNNING:
            self.state = STOPPED

    def go_on(self) -> None:
        """Continues where it stopped, with the optimizer's averages as they are."""
        if self.state == STOPPED:
            self.state = RUNNING

    def _train(self) -> Iterator[None]:
        """The training loop; pauses after every update."""
        while self.epoch < self.settings.epochs:
            order = torch.randperm(self.settings.train_points, generator=self._order)
            for rows in order.split(self.settings.batch):
                while not self._learn_from(rows):
                    yield
                yield
            self.epoch += 1
            scores = self._look()
            if not scores.finite:
                self.state = DIVERGED
                return
            if self.settings.scheduler not in EVERY_UPDATE:
                plateau = self.settings.scheduler == "ReduceLROnPlateau"
                self._step_schedulers(*([scores.train_loss] if plateau else []))
        if self.state == RUNNING:
            self.state = DONE

    def _learn_from(self, rows: Tensor) -> bool:
        """One update from one batch; False if it was interrupted, and taken back."""
        inputs, target = self.points.train_inputs[rows], self.points.train_target[rows]

        def closure() -> Tensor:
            for optimizer in self.optimizers:
                optimizer.zero_grad()
            loss = self.loss(self.network(inputs), target)
            loss.backward()
            return loss

        if self.settings.optimizer == "LBFGS":
            if not self._step_or_take_back(closure):
                return False
        else:
            closure()
            for optimizer in self.optimizers:
                optimizer.step()
        self.history.updates.offer(self.update, self._rates_and_norms)
        self.update += 1
        if self.settings.scheduler in EVERY_UPDATE:
            self._step_schedulers()
        return True

    def _step_or_take_back(self, closure: Callable[[], Tensor]) -> bool:
        """One step of an optimizer that looks at the batch as often as it likes; whether it came to its end."""
        (optimizer,) = self.optimizers
        weights = self._copy_of_weights()
        state = {parameter: copy.deepcopy(dict(held)) for parameter, held in optimizer.state.items()}
        try:
            optimizer.step(asking(closure, self._budget))
            return True
        except BaseException as interruption:  # Streamlit ends a run of the page by one that is no Exception
            with torch.no_grad():
                for parameter, weight in zip(self.network.parameters(), weights, strict=True):
                    parameter.copy_(weight)
            optimizer.state.clear()
            optimizer.state.update(state)
            if isinstance(interruption, Stopped):
                self.state, self.problem = FAILED, str(interruption)
            else:
                self._interruption = interruption
            return False

    def _step_schedulers(self, *metric: float) -> None:
        """Some arguments make a scheduler divide by 0, but only later: the run ends there, with torch's words."""
        try:
            for scheduler in self.schedulers:
                scheduler.step(*metric)
        except ArithmeticError as error:
            self.state, self.problem = FAILED, f"{self.settings.scheduler}: {error}"

    def _rates_and_norms(self) -> Update:
        rates = tuple(float(group["lr"]) for optimizer in self.optimizers for group in optimizer.param_groups)
        return Update(rates, tuple(_gradient_norm(layer) for layer in self._layers))

    @torch.no_grad()
    def _look(self) -> Scores:
        """Measures the network on all points; its weights are kept while the losses are finite."""
        scores = Scores(*self._measured())
        self.history.scores.append(scores)
        if scores.finite:
            self.history.snapshots.offer(self.epoch, self._copy_of_weights)
            self.weights = self._copy_of_weights()
        return scores

    def _measured(self) -> Iterator[float]:
        sides = (
            (self.points.train_inputs, self.points.train_target),
            (self.points.test_inputs, self.points.test_target),
        )
        outputs = [(self.network(inputs), target) for inputs, target in sides]
        yield from (self.loss(output, target).item() for output, target in outputs)
        if self.settings.data_set.classes:
            yield from (
                losses.right(self.settings.loss, output, target).float().mean().item() for output, target in outputs
            )

    def _copy_of_weights(self) -> Weights:
        return [parameter.detach().clone() for parameter in self.network.parameters()]


def _gradient_norm(layer: nn.Linear) -> float:
    """Of the layer's weights and biases together; after LBFGS, the gradient that it looked at last."""
    gradients = [p.grad for p in layer.parameters() if p.grad is not None]
    return float(torch.stack([g.norm() for g in gradients]).norm())
