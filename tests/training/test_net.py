"""Training runs: the numbers of the program that is shown, undisturbed by each other, stopped, continued, exported."""

from __future__ import annotations

import contextlib
import csv
import io
import math
import threading
import zipfile
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # type: ignore[import-untyped]
from torch.optim import lr_scheduler

from lib.budget import Budget, OverBudget
from lib.training.net import optimizers, schedulers
from lib.training.net.arguments import defaults
from lib.training.net.data import DATA_SETS
from lib.training.net.export import epochs_csv, folder_name, tensorboard_zip, updates_csv
from lib.training.net.look import class_map, fitted_curve, plane_points
from lib.training.net.losses import fitting
from lib.training.net.network import layers_in, linear_layers
from lib.training.net.run import DIVERGED, DONE, FAILED, MOST_RECORDED, MOST_SNAPSHOTS, RUNNING, STOPPED, Run, check
from lib.training.net.script import program, program_of
from lib.training.net.seats import SECONDS_UNHEARD, Seats
from lib.training.net.settings import Settings
from lib.training.net.thinned import Thinned

LONG = 1000.0  # seconds: to the end
USABLE = [name for name in optimizers.OPTIMIZERS if name != "SparseAdam"]
SHORT = Settings(points=100, batch=30, epochs=4)


def trained(settings: Settings, name: str = "a run") -> Run:
    run = Run(name, settings)
    run.advance(LONG)
    return run


def with_optimizer(name: str, **changes: Any) -> Settings:
    return replace(SHORT, optimizer=name, rates=defaults(optimizers.FIELDS[name]) | changes)


def with_scheduler(name: str, **changes: Any) -> Settings:
    return replace(SHORT, scheduler=name, plan=defaults(schedulers.FIELDS[name]) | changes)


def printed(text: str) -> list[float]:
    """What the program prints last: epoch, losses, and accuracies where there are classes."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(text, "program", "exec"), {"__name__": "__main__"})
    return [float(word) for word in out.getvalue().splitlines()[-1].split()]


def numbers(run: Run) -> list[float]:
    return [run.epoch, *(value for value in asdict(run.scores).values() if not math.isnan(value))]


GROUPED: dict[str, Any] = {"last_lr": 0.05, "decay_biases": False}
PROGRAMS = {
    **{
        f"data {data}, {loss}": replace(SHORT, data=data, loss=loss)
        for data in DATA_SETS
        for loss in fitting(DATA_SETS[data])
    },
    **{f"optimizer {name}": with_optimizer(name) for name in USABLE},
    **{f"scheduler {name}": with_scheduler(name) for name in schedulers.SCHEDULERS},
    **{f"groups {n}": replace(with_optimizer(n), **GROUPED) for n in ("SGD", "AdamW", "Muon")},
    "last layer's rate, biases decayed": replace(SHORT, last_lr=0.05),
    "groups without hidden layers": replace(SHORT, layers=(), **GROUPED),
    "Muon and a plateau": replace(
        with_optimizer("Muon"), scheduler="ReduceLROnPlateau", plan={"patience": 0, "factor": 0.1}
    ),
    "four layers, tanh, other seeds": replace(SHORT, layers=(7, 6, 5, 4), activation="Tanh", seed=3, start_seed=11),
    "momentum, nesterov, a typed decay": with_optimizer("SGD", momentum=0.9, nesterov=True, weight_decay=0.01),
}


@pytest.mark.parametrize("settings", PROGRAMS.values(), ids=PROGRAMS)
def test_the_program_runs_by_itself_and_prints_the_same_numbers(settings):
    assert printed(program(settings)) == numbers(trained(settings))


def test_the_program_says_what_the_run_came_to():
    run = trained(SHORT, "two\nlines")
    first, rest = program_of(run).split("\n", 1)
    assert first.startswith("# two lines: after 4 epochs") and f"{run.scores.train_loss:.6g}" in first
    assert rest == program(SHORT)


def test_everybodys_random_numbers_and_threads_are_left_alone():
    torch.manual_seed(5)
    before, threads = torch.random.get_rng_state(), torch.get_num_threads()
    trained(replace(SHORT, data="sine", loss="MSELoss"))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.get_num_threads() == threads


def test_two_learners_at_once_get_the_numbers_that_each_gets_alone():
    wanted = [replace(SHORT, epochs=20, start_seed=seed) for seed in (1, 2)]
    alone = [trained(settings).history.scores for settings in wanted]
    runs = [Run("", settings) for settings in wanted]
    threads = [threading.Thread(target=run.advance, args=(LONG,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [run.history.scores for run in runs] == alone
    assert alone[0] != alone[1]


@pytest.mark.parametrize("name", ["Adam", "LBFGS", "Muon"])
def test_stopped_and_continued_is_as_if_never_stopped(name):
    settings = with_optimizer(name)
    run = Run("", settings)
    while run.state == RUNNING and run.update < 6:  # in the middle of an epoch
        run.advance(0.0001)
    run.stop()
    at = run.update
    run.advance(LONG)
    assert (run.state, run.update) == (STOPPED, at)
    run.go_on()
    run.advance(LONG)
    assert run.state == DONE
    assert run.history.scores == trained(settings).history.scores


def test_a_second_slice_at_the_same_time_does_nothing():
    run = Run("", SHORT)
    run._one_at_a_time.acquire()
    run.advance(LONG)
    assert run.update == 0


def test_divergence_is_noticed_and_the_last_good_weights_are_kept():
    settings = replace(with_optimizer("SGD", lr=1e4), data="sine", loss="MSELoss", activation="Identity")
    run = trained(settings)
    assert run.state == DIVERGED
    assert run.epoch == len(run.history.scores) - 1 < settings.epochs
    assert not run.history.scores[-1].finite and run.scores.finite
    assert all(torch.isfinite(w).all() for w in run.weights)
    assert all(torch.isfinite(w).all() for _, kept in run.history.snapshots.entries for w in kept)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(program(settings), {})
    assert out.getvalue().splitlines()[-1] == f"diverged in epoch {run.epoch}"


REFUSED = {
    "sparse gradients": (with_optimizer("SparseAdam"), "sparse gradients"),
    "LBFGS with a rate per layer": (replace(with_optimizer("LBFGS"), last_lr=0.1), "no parameter groups"),
    "LBFGS without decay of biases": (replace(with_optimizer("LBFGS"), decay_biases=False), "no parameter groups"),
    "too long": (replace(SHORT, points=2000, batch=1, epochs=2000), "at most 200,000"),
    "too long for LBFGS": (replace(with_optimizer("LBFGS", max_iter=20_000)), "at most 200,000"),
    "torch: negative rate": (with_optimizer("Adam", lr=-1.0), "Invalid learning rate"),
    "torch: nesterov alone": (with_optimizer("SGD", nesterov=True), "Nesterov"),
    "torch: no momentum to cycle": (
        replace(with_scheduler("CyclicLR"), optimizer="Adagrad", rates={"lr": 0.1}),
        "momentum",
    ),
}


@pytest.mark.parametrize(("settings", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_trained_is_refused_in_words(settings, says):
    with pytest.raises(ValueError, match=says):
        check(settings)


@pytest.mark.parametrize("name", USABLE)
def test_every_optimizer_learns(name):
    batch = 160 if name == "LBFGS" else 30  # which wants all points at once
    settings = replace(with_optimizer(name), data="blobs", loss="CrossEntropyLoss", points=200, batch=batch, epochs=20)
    check(settings)
    scores = trained(settings).history.scores
    assert scores[-1].train_loss < 0.95 * scores[0].train_loss


def test_torch_offers_nothing_that_is_missing():
    assert len(optimizers.OPTIMIZERS) == 15
    assert len(schedulers.SCHEDULERS) == 15


RATES = {
    "one factor a step": ("ExponentialLR", {"gamma": 0.5}, lambda at: 0.01 * 0.5 ** (at // 3)),
    "a drop": ("StepLR", {"step_size": 2, "gamma": 0.1}, lambda at: 0.01 * 0.1 ** (at // 6)),
    "a function": ("LambdaLR", {}, lambda at: 0.01 / (1 + (at // 3) / 20)),
    "every update": ("CyclicLR", {"base_lr": 0.0, "max_lr": 1.0, "step_size_up": 10}, lambda at: at / 10),
}


@pytest.mark.parametrize(("name", "changes", "rate"), RATES.values(), ids=RATES)
def test_the_rate_of_every_update_is_recorded(name, changes, rate):
    """80 points in batches of 30: three updates an epoch."""
    entries = trained(with_scheduler(name, **changes)).history.updates.entries
    assert [at for at, _ in entries] == list(range(12))
    for at, update in entries[:10]:
        assert update.rates == pytest.approx((rate(at),), rel=1e-6)


def test_every_group_has_its_own_rate_and_title():
    run = trained(replace(with_optimizer("Muon"), last_lr=0.5, decay_biases=False))
    assert run.history.updates.entries[0][1].rates == (0.02, 0.5, 0.01, 0.5)
    assert run.group_titles == [
        "Muon: hidden layers, weights",
        "Muon: last layer, weights",
        "AdamW: hidden layers, biases",
        "AdamW: last layer, biases",
    ]
    assert [g["weight_decay"] for g in run.optimizers[1].param_groups] == [0, 0]


def test_the_gradient_norm_of_each_layer_is_that_of_the_first_batch():
    settings = replace(SHORT, batch=80, epochs=1)
    run = Run("", settings)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(
        run.network(run.points.train_inputs), run.points.train_target
    )
    gradients = torch.autograd.grad(loss, list(run.network.parameters()))
    norms = [math.hypot(float(w.norm()), float(b.norm())) for w, b in zip(gradients[::2], gradients[1::2], strict=True)]
    run.advance(LONG)
    assert run.history.updates.entries[0][1].norms == pytest.approx(norms, rel=1e-5)


@pytest.mark.parametrize(
    ("data", "loss"), [("moons", "BCEWithLogitsLoss"), ("moons", "CrossEntropyLoss"), ("blobs", "CrossEntropyLoss")]
)
def test_accuracy_is_the_share_that_the_network_gets_right(data, loss):
    run = trained(replace(SHORT, data=data, loss=loss))
    with torch.no_grad():
        output = run.network(run.points.test_inputs).numpy()
    label = np.array([p[2] for p in plane_points(run) if p[3]])
    winner = (output[:, 0] > 0).astype(int) if loss == "BCEWithLogitsLoss" else output.argmax(1)
    assert run.scores.test_accuracy == pytest.approx((winner == label).mean(), abs=1e-6)


@pytest.mark.parametrize("data", DATA_SETS)
def test_data_comes_from_its_seed(data):
    def draw(seed: int, noise: float = 0.1) -> list[torch.Tensor]:
        return list(DATA_SETS[data].draw(60, noise, torch.Generator().manual_seed(seed)))

    first, again, other = draw(1), draw(1), draw(2)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])
    assert first[0].shape == (60, DATA_SETS[data].features)
    if DATA_SETS[data].classes:
        counts = torch.bincount(first[1])
        assert len(counts) == DATA_SETS[data].classes and counts.min() >= 10


def test_without_noise_the_points_lie_where_they_should():
    def draw(data: str) -> tuple[torch.Tensor, torch.Tensor]:
        return DATA_SETS[data].draw(50, 0.0, torch.Generator().manual_seed(0))

    inputs, label = draw("moons")
    centre = torch.tensor([[0.0, 0.0], [1.0, 0.5]])[label]
    assert torch.allclose((inputs - centre).norm(dim=1), torch.ones(50))
    inputs, label = draw("circles")
    assert torch.allclose(inputs.norm(dim=1), torch.where(label == 0, 1.5, 0.7))
    inputs, label = draw("xor")
    assert torch.equal(label.bool(), inputs.prod(dim=1) < 0)
    inputs, target = draw("sine")
    assert torch.allclose(target, torch.sin(2 * inputs))


LAYERS = {"8, 8": (8, 8), "": (), " 16 ": (16,), "4,5;6": (4, 5, 6), "3，2": (3, 2)}


@pytest.mark.parametrize(("text", "sizes"), LAYERS.items(), ids=LAYERS)
def test_layers_are_read(text, sizes):
    assert layers_in(text) == sizes


@pytest.mark.parametrize("text", ["eight", "8.5", "-1", "0", "65", "1,2,3,4,5", "8 8", "²"])
def test_other_texts_are_no_layers(text):
    with pytest.raises(ValueError, match="hidden layer"):
        layers_in(text)


@pytest.mark.parametrize("text", schedulers.LAMBDAS)
def test_a_function_of_the_epoch_is_what_its_text_says(text):
    for epoch in (0, 1, 50, 99, 100, 150):
        assert schedulers.LAMBDAS[text](epoch) == eval(text, {"epoch": epoch})


ODD = {
    "StepLR": {"gamma": 0.0},
    "OneCycleLR": {"pct_start": 0.0},
    "OneCycleLR all rising": {"pct_start": 1.0},
    "OneCycleLR no division": {"div_factor": 0.0},
    "CosineAnnealingLR": {"T_max": 1},
    "CosineAnnealingWarmRestarts": {"T_0": 1, "T_mult": 3},
    "PolynomialLR": {"total_iters": 1, "power": -1.0},
    "LinearLR": {"start_factor": 0.0},
    "MultiStepLR": {"milestones": (2.0, 2.0, 1.0)},
    "SequentialLR": {"milestones": 1},
    "CyclicLR": {"step_size_up": 1},
    "ReduceLROnPlateau": {"factor": 1.0},
    "ExponentialLR": {"gamma": -1.0},
}


@pytest.mark.parametrize(("name", "changes"), ODD.items(), ids=ODD)
def test_odd_arguments_train_or_are_refused_before_the_start(name, changes):
    settings = with_scheduler(name.split()[0], **changes)
    try:
        check(settings)
    except (ValueError, ArithmeticError):
        return
    run = trained(settings)
    assert run.state in (DONE, DIVERGED) or (run.state == FAILED and name.split()[0] in run.problem)


def test_a_record_keeps_evenly_spaced_entries_and_never_grows_beyond_its_bounds():
    record: Thinned[int] = Thinned(10)
    for at in range(1000):
        record.offer(at, partial(int, at))
        assert len(record.entries) <= 10
    places = [at for at, _ in record.entries]
    assert places[0] == 0 and set(np.diff(places)) == {record.every} and places[-1] > 800
    assert all(at == value for at, value in record.entries)


def test_a_long_run_stays_within_its_bounds():
    run = trained(replace(SHORT, points=50, batch=4, epochs=150))
    assert len(run.history.updates.entries) <= MOST_RECORDED < run.update
    assert len(run.history.snapshots.entries) <= MOST_SNAPSHOTS < run.epoch
    assert len(run.history.scores) == 151


def test_the_map_shows_what_the_network_answers():
    run = trained(replace(SHORT, data="blobs", loss="CrossEntropyLoss"))
    plane = class_map(run, run.weights, 7)
    for i, j in ((0, 0), (3, 5), (6, 2)):
        with torch.no_grad():
            chances = run.network(torch.tensor([[plane.x[i], plane.y[j]]])).softmax(dim=1)[0]
        assert int(plane.shade[j, i]) == int(chances.argmax())
        assert plane.probability[j, i] == pytest.approx(float(chances.max()), rel=1e-5)
        assert plane.shade[j, i] % 1 == pytest.approx(min(0.999, (float(chances.max()) - 1 / 3) * 1.5), abs=1e-5)


def test_the_curve_is_what_the_network_answers_with_those_weights():
    run = trained(replace(SHORT, data="sine", loss="MSELoss"))
    (_, untrained), *_ = run.history.snapshots.entries
    x, before = fitted_curve(run, untrained, 9)
    _, after = fitted_curve(run, run.weights, 9)
    with torch.no_grad():
        now = run.network(torch.from_numpy(x)[:, None])[:, 0].numpy()
    assert after == pytest.approx(now, rel=1e-6) and not np.allclose(before, after)


def test_csv_holds_every_epoch_and_every_recorded_update():
    run = trained(replace(SHORT, last_lr=0.5))
    epochs = list(csv.DictReader(io.StringIO(epochs_csv(run))))
    assert [int(row["epoch"]) for row in epochs] == [0, 1, 2, 3, 4]
    assert [float(row["test_accuracy"]) for row in epochs] == [s.test_accuracy for s in run.history.scores]
    updates = list(csv.DictReader(io.StringIO(updates_csv(run))))
    assert [float(row["learning_rate (last layer)"]) for row in updates] == [0.5] * 12
    assert float(updates[7]["gradient_norm_layer_3"]) == run.history.updates.entries[7][1].norms[2]


def test_a_curve_has_no_accuracy_to_export():
    run = trained(replace(SHORT, data="sine", loss="MSELoss"))
    assert epochs_csv(run).splitlines()[0] == "epoch,train_loss,test_loss"


def test_tensorboard_reads_the_files_back(tmp_path: Path):
    runs = [trained(SHORT, "Adam / one"), trained(replace(SHORT, data="sine", loss="L1Loss"), "a curve")]
    with zipfile.ZipFile(io.BytesIO(tensorboard_zip(runs))) as archive:
        archive.extractall(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1_Adam_one", "2_a_curve"]
    for place, run in enumerate(runs, 1):
        events = EventAccumulator(str(tmp_path / folder_name(run, place)))
        events.Reload()
        read = {tag: [(e.step, e.value) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
        for epoch, scores in enumerate(run.history.scores):
            assert read["loss/train"][epoch] == (epoch, pytest.approx(scores.train_loss, rel=1e-6))
            assert read["loss/test"][epoch] == (epoch, pytest.approx(scores.test_loss, rel=1e-6))
        assert ("accuracy/test" in read) == (run.settings.data == "moons")
        for at, (step, value) in enumerate(read["gradient norm/layer 2"]):
            assert (step, value) == (at, pytest.approx(run.history.updates.entries[at][1].norms[1], rel=1e-6))
        assert read["learning rate/all layers"][0] == (0, pytest.approx(0.01))
        assert len(linear_layers(run.network)) == sum("gradient norm" in tag for tag in read)


def test_tensorboard_takes_a_diverged_run():
    run = trained(replace(with_optimizer("SGD", lr=1e4), data="sine", loss="MSELoss", activation="Identity"))
    assert run.state == DIVERGED and len(tensorboard_zip([run])) > 500


def test_seats_go_to_who_came_first_and_the_next_moves_up():
    seats = Seats(most=2)
    assert [seats.ahead(run, now=0.0) for run in (1, 2, 3, 4)] == [0, 0, 1, 2]
    seats.leave(1)
    assert [seats.ahead(run, now=1.0) for run in (2, 3, 4)] == [0, 0, 1]


def test_who_is_not_heard_of_has_left():
    seats = Seats(most=1)
    assert [seats.ahead(run, now=0.0) for run in (1, 2)] == [0, 1]
    assert seats.heard(1, now=SECONDS_UNHEARD - 0.1)
    assert not seats.heard(1, now=SECONDS_UNHEARD)
    assert seats.ahead(2, now=SECONDS_UNHEARD - 0.1) == 1
    assert seats.ahead(2, now=SECONDS_UNHEARD + 0.1) == 0
    assert not Seats().heard(1, now=0.0)
    assert not Seats().heard(1, now=1.0)


def test_schedulers_are_torchs_own():
    assert all(issubclass(torch_class, lr_scheduler.LRScheduler) for torch_class in schedulers.SCHEDULERS.values())


ENDLESS = with_optimizer("LBFGS", max_iter=100_000, tolerance_grad=0.0, tolerance_change=-1e308, line_search_fn=None)


class LeavesPage(BaseException):
    """As Streamlit ends a run of the page."""


def leaves_after(looks: int) -> Budget:
    left = iter(range(looks))

    def stopped() -> bool:
        if next(left, None) is None:
            raise LeavesPage
        return False

    return Budget(stopped=stopped)


def test_an_update_without_end_ends_when_its_time_is_up():
    run = Run("", replace(ENDLESS, batch=80))
    run.advance(LONG, budget=Budget(seconds=0.2))
    assert run.state == FAILED
    assert "Stopped after 0.2 s" in run.problem
    assert run.update == 0
    assert run.seconds < 2


def test_an_update_that_was_left_is_taken_back_and_made_anew():
    settings = with_optimizer("LBFGS", max_iter=5)
    whole, halting = trained(settings), Run("", settings)
    for looks in (1, 3, 40, 7):
        with pytest.raises(LeavesPage):
            halting.advance(LONG, budget=leaves_after(looks))
        assert halting.state == RUNNING
    halting.advance(LONG)
    assert halting.state == DONE
    assert epochs_csv(halting) == epochs_csv(whole)


def test_a_memory_that_is_too_large_is_refused_before_the_start():
    large = replace(with_optimizer("LBFGS", history_size=10**6, max_iter=10_000), layers=(64, 64, 64, 64))
    with pytest.raises(OverBudget, match="memory"):
        check(large, budget=Budget(bytes=200e6))
    check(with_optimizer("LBFGS"), budget=Budget(bytes=200e6))
    check(replace(SHORT, layers=(64, 64, 64, 64)), budget=Budget(bytes=200e6))
