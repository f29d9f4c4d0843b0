"""What is shown below the stage: every run beside the others, its curves, its program, its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from lib.plots import training as plots
from lib.training.net import optimizers, schedulers
from lib.training.net.export import epochs_csv, tensorboard_zip, updates_csv
from lib.training.net.look import class_map, fitted_curve, plane_points
from lib.training.net.run import RUNNING, Run
from lib.training.net.script import program_of
from lib.training.net.settings import Settings
from lib.ui.choices import View, choose_view
from lib.ui.download import download
from lib.ui.figure import show_figure
from lib.ui.text import say
from lib.ui.train.set_up import data_title
from lib.ui.train.stage import MOST_RUNS, kept_runs, numbers_of, stop


def _loss_view(run: Run) -> None:
    epochs = range(len(run.history.scores))
    sides = ("train", "test")
    left, right = st.columns(2)
    losses = {say(side): (epochs, [getattr(s, f"{side}_loss") for s in run.history.scores]) for side in sides}
    with left:
        _draw(plots.lines(say("epoch"), say("loss"), losses, log=True), "loss")
    with right:
        if run.settings.data_set.classes:
            shares = {
                say(side): (epochs, [getattr(s, f"{side}_accuracy") for s in run.history.scores]) for side in sides
            }
            _draw(plots.lines(say("epoch"), say("accuracy"), shares), "accuracy")
        else:
            st.caption(say("A curve has no right or wrong points, so there is no accuracy."))


def _rate_view(run: Run) -> None:
    at = [update for update, _ in run.history.updates.entries]
    rates = zip(*(u.rates for _, u in run.history.updates.entries), strict=True)
    drawn = {title: (at, rate) for title, rate in zip(run.group_titles, rates, strict=False)}
    _draw(plots.lines(say("update"), say("learning rate"), drawn), "rate")


def _norm_view(run: Run) -> None:
    at = [update for update, _ in run.history.updates.entries]
    norms = zip(*(u.norms for _, u in run.history.updates.entries), strict=True)
    drawn = {say("layer {number}", number=i): (at, norm) for i, norm in enumerate(norms, 1)}
    _draw(plots.lines(say("update"), say("norm of the gradient"), drawn, log=True), "norms")
    st.caption(
        say("Of the weights and biases of each layer together, at every {n}. update.", n=run.history.updates.every)
    )


def _look_back(run: Run) -> None:
    """The plane or the fit at an epoch whose weights were kept."""
    snapshots = dict(run.history.snapshots.entries) | {len(run.history.scores) - 1: run.weights}
    epochs = sorted(snapshots)
    chosen = epochs[-1]
    if len(epochs) > 1:
        chosen = st.select_slider(say("After epoch"), epochs, epochs[-1], key=f"train_back_{id(run)}_{epochs[-1]}")
    points = plane_points(run)
    groups = {
        say(side): np.array([p[:3] for p in points if p[3] == test])
        for side, test in (("train", False), ("test", True))
    }
    if run.settings.data_set.classes:
        plane = class_map(run, snapshots[chosen], 80)
        marks = {side: (p[:, :2], p[:, 2]) for side, p in groups.items()}
        figure = plots.class_map(plane.x, plane.y, plane.shade, plane.probability, marks, run.settings.data_set.classes)
    else:
        curve = fitted_curve(run, snapshots[chosen], 200)
        figure = plots.fit(curve, {side: (p[:, 0], p[:, 1]) for side, p in groups.items()})
    _draw(figure, "back")


def _compare(run: Run) -> None:
    """Every kept run with its settings and final numbers; from two runs on, their losses in one picture."""
    runs = kept_runs()
    if not runs:
        st.caption(say("Runs gather here, up to {most}.", most=MOST_RUNS))
        return
    for each in runs:
        _row(each)
    if len(runs) < 2:
        st.caption(say("Another run, with something changed, is drawn beside this one."))
        return
    drawn = {r.name: (range(len(r.history.scores)), [s.test_loss for s in r.history.scores]) for r in runs}
    _draw(plots.lines(say("epoch"), say("test loss"), drawn, log=True), "compared")


def _row(run: Run) -> None:
    name, told, away = st.columns([0.25, 0.63, 0.12], vertical_alignment="center", gap="small")
    key = f"train_name_{id(run)}"
    run.name = name.text_input(say("Name"), run.name, max_chars=40, key=key, label_visibility="collapsed") or run.name
    told.markdown(
        f"{described(run.settings)}  \n{numbers_of(run)} · {say('{n} epochs', n=run.epoch)} ({say(run.state)})"
    )
    away.button(say("Remove"), on_click=_remove, args=(run,), key=f"train_remove_{id(run)}")


def _remove(run: Run) -> None:
    stop(run)
    kept_runs().remove(run)


def described(settings: Settings) -> str:
    """The settings in one line, in the words of the code."""
    told = optimizers.OPTIMIZERS[settings.optimizer], settings.rates
    rates = ", ".join(f"{k}={v!r}" for k, v in optimizers.told(*told).items())
    plan = schedulers.call(settings)
    parts = [
        f"{data_title(settings.data)}, {settings.points}, {settings.noise:g}",
        f"{' → '.join(map(str, settings.sizes))} {settings.activation}",
        settings.loss,
        f"{settings.optimizer}({rates})",
        *([plan.name] if plan else []),
        say("batch {batch}", batch=settings.batch),
    ]
    return " · ".join(parts)


def _code(run: Run) -> None:
    st.caption(say("Runs by itself, and prints the same numbers as this page."))
    st.code(program_of(run), language="python")


def _take_away(run: Run) -> None:
    runs = kept_runs() or [run]
    with st.container(horizontal=True):
        download(say("Epochs as CSV"), lambda: epochs_csv(run), "epochs.csv")
        download(say("Updates as CSV"), lambda: updates_csv(run), "updates.csv")
        download(say("All runs for TensorBoard"), lambda: tensorboard_zip(runs), "runs.zip")
        download(say("PyTorch program"), lambda: program_of(run), "train.py")
    st.caption(
        say(
            "For TensorBoard: unzip, then run `tensorboard --logdir .` in that folder. Each run is a folder of its own."
        )
    )


def _draw(figure: go.Figure, what: str) -> None:
    show_figure(figure, f"train_figure_{what}", what)


VIEWS: Mapping[str, View[Callable[[Run], None]]] = {
    "compare": View("Compare", _compare),
    "loss": View("Loss and accuracy", _loss_view),
    "rate": View("Learning rate", _rate_view),
    "norms": View("Gradient norms", _norm_view),
    "look_back": View("Look back", _look_back),
    "code": View("Code", _code),
    "take_away": View("Take away", _take_away),
}


def below(run: Run) -> None:
    """One view at a time."""
    chosen = choose_view(VIEWS, "train_view")
    if run.state == RUNNING and run in kept_runs():
        st.caption(say("Drawn anew when the run ends or stops."))
    VIEWS[chosen].draw(run)
