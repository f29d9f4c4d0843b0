"""Train: a small network, trained for real while the page watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from lib.lesson.spec import Choice, Number, Numbers, Parameter, Switch
from lib.plots import training as plots
from lib.training.net import optimizers, schedulers
from lib.training.net.data import DATA_SETS
from lib.training.net.export import epochs_csv, tensorboard_zip, updates_csv
from lib.training.net.look import class_map, fitted_curve, plane_points
from lib.training.net.losses import WHY, fitting
from lib.training.net.network import ACTIVATIONS, layers_in
from lib.training.net.run import RUNNING, STOPPED, Run, check
from lib.training.net.script import program_of
from lib.training.net.seats import Seats
from lib.training.net.settings import MOST_EPOCHS, MOST_POINTS, Settings
from lib.ui.choices import View, choice_box, choose_view
from lib.ui.copy_link import copy_link
from lib.ui.heading import neighbours
from lib.ui.live_training import live_pictures
from lib.ui.page import Page
from lib.ui.text import say

PAGE = Page(
    title="Train",
    group="training",
    order=4,
    names=("训练", "training loop", "playground", "TensorBoard"),
    purpose="A small network trained for real: any optimizer, any scheduler, watched as it learns.",
)
SLICE = 0.15  # seconds of training between two pictures
EVERY = 0.2  # seconds between two pictures
MOST_RUNS = 6  # kept for comparing
SEATS = Seats()  # one for the whole server
KEPT: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
WHAT = "Two features or one number in, a few layers, and everything that PyTorch offers to train them."


def render() -> None:
    """The whole page."""
    _heading()
    left, right = st.columns([0.36, 0.64], gap="small")
    with left, st.container(border=True, key="train_input_card"):
        settings, problems = set_up()
    with right, st.container(border=True, key="train_live_card"):
        run = _stage(settings, problems)
    if run is not None:
        _below(run)
    neighbours("train")


def _heading() -> None:
    title, link = st.columns([0.85, 0.15], vertical_alignment="center", gap="small")
    title.title(say(PAGE.title), anchor=False)
    with link:
        copy_link()
    st.markdown(say(WHAT))


def set_up() -> tuple[Settings, list[str]]:
    """What stands in the fields, and a sentence for each field that cannot be read."""
    problems: list[str] = []
    first, second = st.columns(2, gap="small")
    with first:
        data = choice_box(say("Data"), {name: _data_title(name) for name in DATA_SETS}, "train_data")
    loss = _loss_field(data, second)
    points, noise = _pair(("Points", 500, 50, MOST_POINTS, 50), ("Noise", 0.2, 0.0, 1.0, 0.05))
    first, second = st.columns(2, gap="small")
    typed = first.text_input(
        say("Hidden layers"), "8, 8", key="train_layers", help=say("Units of each, from input to output."), **KEPT
    )
    activation = second.selectbox(say("Activation"), ACTIVATIONS, key="train_activation", **KEPT)
    layers = _read(layers_in, typed, (8, 8), problems)
    first, second = st.columns(2, gap="small")
    optimizer = first.selectbox(say("Optimizer"), optimizers.OPTIMIZERS, key="train_optimizer", **KEPT)
    scheduler = second.selectbox(say("Scheduler"), schedulers.FIELDS, key="train_scheduler", **KEPT)
    rates = _fields(optimizer, optimizers.FIELDS[optimizer], False, problems)
    plan = _fields(scheduler, schedulers.FIELDS[scheduler], False, problems)
    batch, epochs = _pair(("Batch size", 50, 1, MOST_POINTS, 10), ("Epochs", 200, 1, MOST_EPOCHS, 50))
    settings = Settings(data, points, noise, layers=layers, activation=activation, loss=loss, optimizer=optimizer)
    settings = replace(settings, scheduler=scheduler, batch=batch, epochs=epochs)
    with st.expander(say("More settings"), key="train_more"):
        seed, start_seed = _pair(("Seed of the data", 0, 0, 10**6, 1), ("Seed of the weights", 0, 0, 10**6, 1))
        settings = _group_fields(replace(settings, seed=seed, start_seed=start_seed))
        rates |= _fields(optimizer, optimizers.FIELDS[optimizer], True, problems)
        plan |= _fields(scheduler, schedulers.FIELDS[scheduler], True, problems)
    return replace(settings, rates=rates, plan=plan), problems


def _data_title(name: str) -> str:
    return say(DATA_SETS[name].title)


def _loss_field(data: str, place: Any) -> str:
    """The losses that fit, the recommended one first; why, behind the question mark."""
    names = fitting(DATA_SETS[data])
    why = say(WHY[DATA_SETS[data].classes])
    return place.selectbox(say("Loss"), names, key=f"train_{data}_loss", help=why, **KEPT)


def _pair(*asked: tuple[str, Any, Any, Any, Any]) -> list[Any]:
    """Two numbers side by side: label, value to begin with, lowest, highest, step."""
    values = []
    for column, (label, start, low, high, step) in zip(st.columns(2, gap="small"), asked, strict=True):
        key = "train_" + label.lower().replace(" ", "_")
        values.append(column.number_input(say(label), low, high, start, step, key=key, **KEPT))
    return values


def _group_fields(settings: Settings) -> Settings:
    """Parameter groups: a rate of the last layer's own, biases without weight decay; the AdamW beside Muon."""
    bias_lr = settings.bias_lr
    if settings.optimizer == "Muon":
        says = say("Muon takes matrices only. An AdamW beside it takes the biases.")
        bias_lr = st.number_input(say("lr of the biases"), 0.0, None, 0.01, 0.01, "%g", "train_bias_lr", says, **KEPT)
    own = st.toggle(say("A learning rate of its own for the last layer"), key="train_last", **KEPT)
    last = (
        st.number_input(say("lr of the last layer"), 0.0, None, 0.1, 0.01, "%g", "train_last_lr", **KEPT)
        if own
        else None
    )
    spared = optimizers.can_spare_biases(settings.optimizer) and st.toggle(
        say("No weight decay for biases"), key="train_spare_biases", **KEPT
    )
    return replace(settings, last_lr=last, bias_lr=bias_lr, decay_biases=not spared)


def _fields(owner: str, fields: tuple[Parameter, ...], rare: bool, problems: list[str]) -> dict[str, Any]:
    """The arguments of an optimizer or scheduler, two in a row, under torch's names."""
    asked = [field for field in fields if field.rare == rare]
    values: dict[str, Any] = {}
    for pair in (asked[i : i + 2] for i in range(0, len(asked), 2)):
        for column, field in zip(st.columns(len(pair), gap="small", vertical_alignment="bottom"), pair, strict=True):
            with column:
                values[field.name] = _field(field, f"train_{owner}_{field.name}", problems)
    return values


def _field(field: Parameter, key: str, problems: list[str]) -> Any:
    says = say(field.says) or None
    match field:
        case Switch():
            return st.toggle(field.name, field.default, key=key, help=says, **KEPT)
        case Choice():
            at = field.options.index(field.default)
            return st.selectbox(field.name, field.options, at, format_func=str, key=key, help=says, **KEPT)
        case Number(integer=True):
            low = min(1, int(field.default or 0))
            return st.number_input(field.name, low, 10**6, int(field.default or 0), key=key, help=says, **KEPT)
        case Number():
            start = float(field.default or 0)
            step = 0.01 if field.name == "lr" else 0.1
            return st.number_input(field.name, None, None, start, step, "%g", key=key, help=says, **KEPT)
        case Numbers():
            text = st.text_input(field.name, ", ".join(map(_as_text, field.default)), key=key, help=says, **KEPT)
            fixed = 0 if field.name == "milestones" else len(field.default)
            return _read(lambda typed: numbers_in(field.name, typed, fixed), text, field.default, problems)
        case _:
            raise TypeError(f"{field.name} is a {type(field).__name__}; there is no field for that.")


def _as_text(number: float | None) -> str:
    return "none" if number is None else f"{number:g}"


def numbers_in(name: str, text: str, count: int) -> tuple[float | None, ...]:
    """Numbers typed with commas between them, `none` for none; as many as `count`, unless that is 0."""
    try:
        found = tuple(None if part.strip().lower() == "none" else float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(f"{name}: expected numbers with commas between them; got {text!r}") from None
    if count and len(found) != count:
        raise ValueError(f"{name}: expected {count} numbers; got {len(found)}")
    return found


def _read(parse: Callable[[str], Any], text: str, instead: Any, problems: list[str]) -> Any:
    """What was typed, or `instead` with a sentence under the field."""
    try:
        return parse(text)
    except ValueError as error:
        problems.append(str(error))
        st.caption(f":red[{say('{problem}', problem=str(error))}]")
        return instead


def _runs() -> list[Run]:
    """The runs of this session, the latest last."""
    return st.session_state.setdefault("train_runs", [])


def _stage(settings: Settings, problems: list[str]) -> Run | None:
    """Buttons, progress and live pictures: of the latest run, or of what the set-up would start from."""
    latest = _runs()[-1] if _runs() else None
    if latest and latest.state == RUNNING and not SEATS.heard(id(latest), time.monotonic()):
        latest.stop()  # the page was closed or left
    fresh = None
    if problems or latest is None or (latest.state != RUNNING and latest.settings != settings):
        fresh = _fresh(settings, problems)
    held = latest is not None and (latest.state in (RUNNING, STOPPED) or latest.settings == settings)
    shown = latest if held else fresh
    if shown is None:
        return None
    busy, stopped = held and shown.state == RUNNING, held and shown.state == STOPPED
    ready = not busy and not problems and (fresh is not None or shown.settings == settings)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="train_buttons"):
        st.button(say("Start"), on_click=_start, args=(settings,), disabled=not ready, key="train_start")
        st.button(say("Stop"), on_click=_stop, args=(shown,), disabled=not busy, key="train_stop")
        st.button(say("Continue"), on_click=_go_on, args=(shown,), disabled=not stopped, key="train_continue")
        st.markdown(_told(shown) if held else say("This is where it starts: epoch 0, untrained."), width="stretch")
    if stopped and fresh is not None:
        st.caption(say("The set-up has changed: Start trains the new one, Continue goes on with the old one."))
    if advice := optimizers.advice(shown.settings):
        st.caption(say(advice))
    st.fragment(_watch, run_every=EVERY if busy else None)(shown, held)
    return shown


def _fresh(settings: Settings, problems: list[str]) -> Run | None:
    """The untrained network of the set-up; None, with the reason on the page, where there can be none."""
    if problems:
        st.info(say("Training waits for: {fields}.", fields="; ".join(problems)))
        return None
    try:
        check(settings)
        return Run("", settings)
    except (ValueError, ArithmeticError) as error:
        st.error(say("This cannot be trained. {reason}", reason=str(error)))
        return None


def _start(settings: Settings) -> None:
    runs = _runs()
    st.session_state["train_count"] = count = st.session_state.get("train_count", 0) + 1
    rate = f"{settings.rates['lr']:g}"
    run = Run(say("{count}: {name}, lr {rate}", count=count, name=settings.optimizer, rate=rate), settings)
    runs.append(run)
    del runs[:-MOST_RUNS]
    SEATS.ahead(id(run), time.monotonic())


def _stop(run: Run) -> None:
    run.stop()
    SEATS.leave(id(run))


def _go_on(run: Run) -> None:
    run.go_on()
    SEATS.ahead(id(run), time.monotonic())


def _told(run: Run) -> str:
    """How it stands, in a sentence."""
    match run.state:
        case "done":
            return say("Done in {seconds:.1f} s.", seconds=run.seconds)
        case "stopped":
            return say("Stopped in epoch {epoch}. Continue keeps the optimizer as it is.", epoch=run.epoch + 1)
        case "failed":
            return f":red[{say('Ended in epoch {epoch}: {problem}', epoch=run.epoch, problem=run.problem)}]"
        case "diverged":
            says = say(
                "Diverged in epoch {epoch}: the loss is no finite number any more, and the pictures reach up to there. "
                "A smaller learning rate may help.",
                epoch=run.epoch,
            )
            return f":red[{says}]"
        case _:
            return say("Training.")


def _watch(run: Run, kept: bool) -> None:
    """Trains for a slice of time and shows what came of it; a fragment, so nothing else is drawn anew."""
    if kept and run.state == RUNNING:
        ahead = SEATS.ahead(id(run), time.monotonic())
        if ahead:
            st.info(
                say(
                    "{most} runs train on this server now; yours begins after {ahead} more.",
                    most=SEATS.most,
                    ahead=ahead,
                )
            )
        else:
            run.advance(SLICE)
        if run.state != RUNNING:
            SEATS.leave(id(run))
            st.rerun()
    share = min(1.0, run.epoch / run.settings.epochs)
    st.progress(share, say("epoch {epoch} of {epochs}", epoch=run.epoch, epochs=run.settings.epochs))
    live_pictures(run, key="train_live")
    st.markdown(_numbers(run))


def _numbers(run: Run) -> str:
    """The latest losses and accuracies."""
    s = run.scores
    text = say("train loss **{a:.4g}** · test loss **{b:.4g}**", a=s.train_loss, b=s.test_loss)
    if not run.settings.data_set.classes:
        return text
    return text + say(" · right: **{a:.1%}** of train, **{b:.1%}** of test", a=s.train_accuracy, b=s.test_accuracy)


def _loss_view(run: Run) -> None:
    epochs = range(len(run.history.scores))
    sides = ("train", "test")
    left, right = st.columns(2)
    losses = {say(side): (epochs, [getattr(s, f"{side}_loss") for s in run.history.scores]) for side in sides}
    _draw(plots.lines(say("epoch"), say("loss"), losses, log=True), "loss", left)
    if run.settings.data_set.classes:
        shares = {say(side): (epochs, [getattr(s, f"{side}_accuracy") for s in run.history.scores]) for side in sides}
        _draw(plots.lines(say("epoch"), say("accuracy"), shares), "accuracy", right)
    else:
        right.caption(say("A curve has no right or wrong points, so there is no accuracy."))


def _rate_view(run: Run) -> None:
    at = [update for update, _ in run.history.updates.entries]
    rates = zip(*(u.rates for _, u in run.history.updates.entries), strict=True)
    drawn = {title: (at, rate) for title, rate in zip(run.group_titles, rates, strict=False)}
    _draw(plots.lines(say("update"), say("learning rate"), drawn), "rate", st)


def _norm_view(run: Run) -> None:
    at = [update for update, _ in run.history.updates.entries]
    norms = zip(*(u.norms for _, u in run.history.updates.entries), strict=True)
    drawn = {say("layer {number}", number=i): (at, norm) for i, norm in enumerate(norms, 1)}
    _draw(plots.lines(say("update"), say("norm of the gradient"), drawn, log=True), "norms", st)
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
    _draw(figure, "back", st)


def _compare(run: Run) -> None:
    """Every kept run with its settings and final numbers; what they have in common need not be read twice."""
    runs = _runs()
    if not runs:
        st.caption(say("Runs gather here, up to {most}.", most=MOST_RUNS))
        return
    for each in runs:
        _row(each)
    if len(runs) < 2:
        st.caption(say("Another run, with something changed, is drawn beside this one."))
        return
    drawn = {r.name: (range(len(r.history.scores)), [s.test_loss for s in r.history.scores]) for r in runs}
    _draw(plots.lines(say("epoch"), say("test loss"), drawn, log=True), "compared", st)


def _row(run: Run) -> None:
    name, told, away = st.columns([0.25, 0.63, 0.12], vertical_alignment="center", gap="small")
    key = f"train_name_{id(run)}"
    run.name = name.text_input(say("Name"), run.name, max_chars=40, key=key, label_visibility="collapsed") or run.name
    told.markdown(f"{described(run.settings)}  \n{_numbers(run)} · {say('{n} epochs', n=run.epoch)} ({say(run.state)})")
    away.button(say("Remove"), on_click=_remove, args=(run,), key=f"train_remove_{id(run)}")


def _remove(run: Run) -> None:
    _stop(run)
    _runs().remove(run)


def described(settings: Settings) -> str:
    """The settings in one line, in the words of the code."""
    told = optimizers.OPTIMIZERS[settings.optimizer], settings.rates
    rates = ", ".join(f"{k}={v!r}" for k, v in optimizers.told(*told).items())
    plan = schedulers.call(settings)
    parts = [
        f"{_data_title(settings.data)}, {settings.points}, {settings.noise:g}",
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
    runs = _runs() or [run]
    with st.container(horizontal=True):
        _download(say("Epochs as CSV"), lambda: epochs_csv(run), "epochs.csv")
        _download(say("Updates as CSV"), lambda: updates_csv(run), "updates.csv")
        _download(say("All runs for TensorBoard"), lambda: tensorboard_zip(runs), "runs.zip")
        _download(say("PyTorch program"), lambda: program_of(run), "train.py")
    st.caption(
        say(
            "For TensorBoard: unzip, then run `tensorboard --logdir .` in that folder. Each run is a folder of its own."
        )
    )


def _download(label: str, make: Callable[[], str | bytes], name: str) -> None:
    """Made when it is asked for, not before."""
    st.download_button(label, make, file_name=name, on_click="ignore", icon=":material/download:")


def _draw(figure: Any, what: str, place: Any) -> None:
    place.plotly_chart(figure, key=f"train_figure_{what}", config={"displayModeBar": False}, alt=say(what))


VIEWS: Mapping[str, View[Callable[[Run], None]]] = {
    "compare": View("Compare", _compare),
    "loss": View("Loss and accuracy", _loss_view),
    "rate": View("Learning rate", _rate_view),
    "norms": View("Gradient norms", _norm_view),
    "look_back": View("Look back", _look_back),
    "code": View("Code", _code),
    "take_away": View("Take away", _take_away),
}


def _below(run: Run) -> None:
    """One view at a time."""
    chosen = choose_view(VIEWS, "train_view")
    if run.state == RUNNING and run in _runs():
        st.caption(say("Drawn anew when the run ends or stops."))
    VIEWS[chosen].draw(run)
