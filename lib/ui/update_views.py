"""The views below an optimizer's first screen, each computed only when it is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from lib.catalog import OPTIMIZERS
from lib.lesson import run
from lib.lesson.code.loss import heart
from lib.lesson.code.optimizer import notebook, numpy_program, pytorch_lines
from lib.lesson.optimizer import Convention, Optimizer
from lib.lesson.run.rivals import DEFAULT, HOW, Rival, rivals
from lib.lesson.run.set_up import SetUp, in_torchs_terms, set_up
from lib.lesson.run.sweep import final_losses, sweep_range, without_runaways
from lib.lesson.run.trace import Update, buffers, divergence, first_parting, params_of
from lib.plots.path import leaves_after, lines, losses, paths, points_of
from lib.plots.sweep import sweep_map
from lib.tensors.number import TensorTextError
from lib.ui.choices import choice_box
from lib.ui.fields import Typed, as_text, fill, key_of, read_numbers
from lib.ui.heading import spec_of, what_the_example_shows
from lib.ui.optimizer_fields import PRECISION, Runs
from lib.ui.text import number, say

MOST_COLUMNS = 4  # elements of the parameter that the table shows at once
MAP_SIDE = 60
SWEEP_HEIGHT = 380  # pixels: both pictures stand on one line
MOST_RATES = 8
RATES = "0.001, 0.003, 0.01, 0.03, 0.1, 0.3"
CHOOSE = "Choose a function under “What is minimised”."
OVER, LOSS, PARAMETER, STEP = "path", "loss", "parameter", "step"
PICTURES = {
    OVER: "Path",
    LOSS: "Loss per update",
    PARAMETER: "Parameter per update",
    STEP: "Effective step",
}


def torch_parting(runs: Runs, typed: Typed) -> Any:
    rtol, atol = PRECISION[runs.ready.param.dtype.name]
    return first_parting(runs.by_hand, runs.by_torch, rtol, atol)


def step_table(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    """A row per update: parameter, gradient and every buffer, by hand and by torch; and where they part, if they do."""
    import pandas as pd

    parting = torch_parting(runs, typed)
    if parting:
        said = "They first part at update {update}, in {buffer}, by {apart}."
        st.markdown(say(said, update=parting.update, buffer=f"`{parting.buffer}`", apart=f"{parting.apart:.3g}"))
    else:
        st.markdown(say("By hand and PyTorch agree in the parameter and in every buffer of every update."))
    if lesson.exact:
        st.caption(say(lesson.exact))
    places = [tuple(int(i) for i in index) for index in np.ndindex(runs.ready.param.shape)]
    columns = table_columns(runs, places[:MOST_COLUMNS])
    if any(name.startswith("grad") for name in columns):
        said = "grad is the gradient that the update was given; every other column is what the update left."
        st.caption(say(said) + (" " + say("None: the row was absent.") if lesson.gradient == "sparse" else ""))
    table = pd.DataFrame(columns, index=pd.RangeIndex(1, len(runs.by_hand) + 1, name=say("update")))
    st.dataframe(table, height=min(38 + 35 * len(table), 420), key=key_of(lesson, "table"))
    with st.container(horizontal=True, vertical_alignment="center"):
        every = pd.DataFrame(table_columns(runs, places), index=table.index)
        name = f"{lesson.slug}_updates.csv"
        st.download_button(say("CSV"), every.to_csv(), name, "text/csv", on_click="ignore", icon=":material/download:")
        if len(places) > MOST_COLUMNS:
            said = "The first {shown} of {count} elements; the file has all."
            st.caption(say(said, shown=MOST_COLUMNS, count=len(places)))


def table_columns(runs: Runs, places: Sequence[tuple[int, ...]]) -> dict[str, list[float]]:
    """Column name → a number per update. Numbers that belong to no element (a step count) have one column."""
    shape = runs.ready.param.shape
    names = list(dict.fromkeys(name for update in runs.by_hand for name, _ in buffers(update.state)))
    columns: dict[str, list[float]] = {}
    for place in places:
        tag = f"[{', '.join(map(str, place))}]" if place else ""
        columns[f"param{tag} by hand"] = [float(u.param[place]) for u in runs.by_hand]
        columns[f"param{tag} PyTorch"] = [float(u.param[place]) for u in runs.by_torch]
        if isinstance(runs.by_hand[0].grad, np.ndarray | tuple):
            columns[f"grad{tag}"] = [_gradient_at(u.grad, place) for u in runs.by_hand]
    for name in names:
        for way, updates in (("by hand", runs.by_hand), ("PyTorch", runs.by_torch)):
            values = [dict(buffers(update.state)).get(name) for update in updates]
            for tag, numbers in _elements(values, shape, places):
                columns[f"{name}{tag} {way}"] = numbers
    return columns


def _gradient_at(grad: Any, place: tuple[int, ...]) -> float:
    """One element of a dense gradient, or of a sparse one (rows, values): NaN where the row is absent."""
    if isinstance(grad, np.ndarray):
        return float(grad[place])
    rows, values = grad
    found = np.flatnonzero(np.atleast_1d(rows) == place[0])
    return float(sum(values[row][place[1:]] for row in found)) if found.size else np.nan


def _elements(
    values: Sequence[np.ndarray | None], shape: tuple[int, ...], places: Sequence[tuple[int, ...]]
) -> list[tuple[str, list[float]]]:
    """A buffer's numbers over the updates, per element where it has the parameter's shape."""
    if all(v is None or np.size(v) == 1 for v in values) and np.prod(shape) != 1:
        return [("", [np.nan if v is None else float(np.ravel(v)[0]) for v in values])]
    return [
        (
            f"[{', '.join(map(str, place))}]" if place else "",
            [np.nan if v is None or v.shape != shape else float(v[place]) for v in values],
        )
        for place in places
        if any(v is not None and v.shape == shape for v in values)
    ]


def path(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    """The path, the loss, the parameter or the effective step over the updates."""
    what_the_example_shows(lesson)
    options = [OVER, LOSS, PARAMETER, STEP] if runs.ready.objective else [PARAMETER, STEP]
    with st.container(horizontal=True, vertical_alignment="center", key=key_of(lesson, "pictures")):
        chosen = _choose(lesson, "picture", options)
        if runs.ready.objective:
            objective = runs.ready.objective
            st.markdown(f"${objective.formula}$", width="content")
            st.caption(say(f"{objective.says} {objective.noise}".strip()))
    _draw(lesson, _picture(runs, chosen), PICTURES[chosen])
    if chosen == OVER and runs.ready.objective:
        last = leaves_after(runs.ready.objective, points_of(runs.params, runs.ready.objective.size))
        if last is not None:
            st.caption(say("After update {last} the path leaves the picture.", last=last))
    if chosen == STEP:
        st.caption(say("How far each element moves per unit of its gradient: plain SGD moves lr in every update."))


def _picture(runs: Runs, chosen: str) -> Any:
    if chosen == OVER and runs.ready.objective:
        points = points_of(runs.params, runs.ready.objective.size)
        return paths(runs.ready.objective, {"path": points}, playable=True)
    if chosen == LOSS:
        values = runs.ready.losses(runs.params)
        return losses({"loss": values}, logarithmic=not np.any(values < 0))
    places = list(np.ndindex(runs.ready.param.shape))[:6]
    tags = {place: f"param[{', '.join(map(str, place))}]" if place else "param" for place in places}
    if chosen == PARAMETER:
        return lines({tags[place]: np.array([param[place] for param in runs.params]) for place in places}, "parameter")
    return lines(_effective_steps(runs, tags), "effective step", first=1)


def _effective_steps(runs: Runs, tags: Mapping[tuple[int, ...], str]) -> dict[str, np.ndarray]:
    """(before − after) / gradient for each element and update."""
    steps = {tag: np.full(len(runs.by_hand), np.nan) for tag in tags.values()}
    for at, (update, before) in enumerate(zip(runs.by_hand, runs.params, strict=False)):
        gradient = _dense_gradient(update, before)
        with np.errstate(all="ignore"):
            step = (before - update.param) / gradient
        for place, tag in tags.items():
            steps[tag][at] = step[place] if np.isfinite(step[place]) else np.nan
    return steps


def _dense_gradient(update: Update, before: np.ndarray) -> np.ndarray:
    if isinstance(update.grad, np.ndarray):
        return update.grad
    if isinstance(update.grad, tuple):
        dense = np.zeros_like(before)
        np.add.at(dense, np.atleast_1d(update.grad[0]), update.grad[1])
        return dense
    return np.asarray(update.grad(before)[1]) if callable(update.grad) else np.full(before.shape, np.nan)


def _choose(lesson: Optimizer, name: str, options: Sequence[str]) -> str:
    """The id of the picture to draw."""
    titles = {option: say(PICTURES[option]) for option in options}
    return choice_box(say("Picture"), titles, key_of(lesson, name), label_visibility="collapsed", width=220)


def _draw(lesson: Optimizer, drawn: Any, title: str) -> None:
    st.plotly_chart(drawn, key=key_of(lesson, "figure"), config={"displayModeBar": False}, alt=say(title))


def compare(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    """Up to four optimizers from the same start."""
    if runs.ready.objective is None:
        st.caption(
            say("Typed gradients stay the same whatever the parameter does, so there is no path to compare. " + CHOOSE)
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect(
            say("Beside this one"),
            [slug for slug in OPTIMIZERS if slug != lesson.slug],
            default=[slug for slug in ("sgd", "adam") if slug in OPTIMIZERS and slug != lesson.slug],
            format_func=lambda slug: OPTIMIZERS[slug].title,
            max_selections=3,
            key=key_of(lesson, "beside"),
            width=350,
            persist_state="session",
        )
        how = st.selectbox(
            say("Learning rate of each"),
            list(HOW),
            index=list(HOW).index(DEFAULT),
            format_func=lambda way: say(HOW[way]),
            key=key_of(lesson, "rates"),
            width=270,
            persist_state="session",
        )
        with st.container(width="content"):
            options = [OVER, LOSS] if runs.ready.objective.size > 1 else [LOSS, OVER]  # on one curve paths hide others
            picture = _choose(lesson, "compare_picture", options)
    found = rivals(lesson, typed.values, [OPTIMIZERS[slug] for slug in chosen], how)
    for rival in found:
        if rival.refused:
            st.caption(say("{name} is left out: {why}", name=rival.name, why=rival.refused))
    drawn = [rival for rival in found if not rival.refused]
    objective = runs.ready.objective
    if picture == OVER:
        figure = paths(objective, {r.legend: points_of(r.params, objective.size) for r in drawn})
    else:
        every = {r.legend: runs.ready.losses(r.params) for r in drawn}
        figure = losses(every, logarithmic=not any(np.any(values < 0) for values in every.values()))
    _draw(lesson, figure, "Compare")
    st.markdown(_final_losses(drawn, runs.ready))
    if any(OPTIMIZERS[slug].gradient == "closure" for slug in (lesson.slug, *chosen)):
        st.caption(say("An update of L-BFGS is one step(): up to max_iter turns, each with a loss and a gradient."))


def _final_losses(drawn: Sequence[Rival], ready: SetUp) -> str:
    """A Markdown table: optimizer, its learning rate and how it was chosen, the loss at the end."""
    rows = [f"| {say('optimizer')} | lr | {say('chosen as')} | {say('loss at the end')} |", "|---|---|---|---|"]
    for rival in drawn:
        curve = ready.losses(rival.params)
        gone = divergence(rival.params, curve)
        end = say(gone.says) if gone else number(curve[-1])
        rows.append(f"| {rival.name} | {rival.rate:g} | {say(rival.chosen)} | {end} |")
    return "\n".join(rows)


def sweep(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    """The loss for several learning rates, and a map of learning rate × momentum where the update is elementwise."""
    if runs.ready.objective is None:
        st.caption(say("Typed gradients have no loss to sweep over. " + CHOOSE))
        return
    text = st.text_input(
        say("Learning rates"),
        value=RATES,
        key=key_of(lesson, "sweep_rates"),
        bind="query-params",
        persist_state="session",
    )
    try:
        typed_rates = read_numbers(text)
    except TensorTextError as error:
        st.caption(f":red[{say(str(error))}]")
        return
    rates = [rate for rate in typed_rates if rate is not None and rate >= 0][:MOST_RATES]
    if len(rates) < len(typed_rates) or not rates:
        st.caption(say("Drawn are up to {most} learning rates of 0 or more.", most=MOST_RATES))
    left, right = st.columns(2, gap="small")
    with left:
        _rate_curves(lesson, typed, rates)
    with right:
        _map(lesson, typed, runs)


def _rate_curves(lesson: Optimizer, typed: Typed, rates: Sequence[float]) -> None:
    """A line per learning rate, and below it the loss that each one ends with."""
    named, ends, left_out = {}, [], []
    for rate in rates:
        try:
            ready = set_up(lesson, {**typed.values, "lr": rate, "drop_at": 0})
            updates = run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, ready.updates)
        except ValueError as error:
            left_out.append(f"lr {rate:g}: {error}")
            continue
        params = params_of(ready.param, updates)
        curve = ready.losses(params)
        gone = divergence(params, curve)
        named[f"lr {rate:g}"] = curve[: gone.update + 1] if gone else curve
        ends.append((rate, say("diverged at update {n}", n=gone.update) if gone else number(curve[-1])))
    if named:
        above_0 = not any(np.any(values < 0) for values in named.values())
        figure = losses(named, logarithmic=above_0, in_order=True).update_layout(height=SWEEP_HEIGHT)
        st.plotly_chart(figure, key=key_of(lesson, "sweep_lines"), config={"displayModeBar": False}, alt=say("Sweep"))
        rows = [f"| lr | {say('loss at the end')} |", "|---|---|", *(f"| {rate:g} | {end} |" for rate, end in ends)]
        st.markdown("\n".join(rows))
    for line in left_out:
        st.caption(say("{line}", line=line))


def _map(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    if not lesson.sweeps:
        st.caption(say("There is a map only for optimizers that update each number by itself."))
        return
    rates, others = np.logspace(-4, 0, MAP_SIDE), sweep_range(lesson, MAP_SIDE)
    grid = without_runaways(final_losses(lesson, typed.values, rates, others), runs.ready.loss(runs.ready.param))
    figure = sweep_map(rates, others, grid, lesson.sweeps)
    figure.update_layout(height=SWEEP_HEIGHT)
    st.plotly_chart(figure, key=key_of(lesson, "sweep_map"), config={"displayModeBar": False}, alt=say("Map"))
    said = "{count} runs: the loss after the last update, over learning rate and {other}. The ring is the lowest."
    grey = "" if np.isfinite(grid).all() else " " + say("Grey runs diverged.")
    st.caption(say(said, count=f"{grid.size:,}", other=lesson.sweeps) + grey)


def conventions(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    """What others call by the same name: the update beside this one, and where the two part."""
    if not lesson.conventions:
        st.caption(say("Other frameworks do what PyTorch does here, as far as we know."))
        return
    others = {str(place): convention for place, convention in enumerate(lesson.conventions, start=1)}
    names = {place: say(convention.name) for place, convention in others.items()}
    key = key_of(lesson, "convention")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        convention = others[choice_box(say("The other way"), names, key, width=460)]
        texts = {n: as_text(spec_of(lesson, n), v) for n, v in _whole_form(lesson, convention).items()}
        st.button(say("Set up a run that shows it"), on_click=fill, args=(lesson, texts), key=f"{key}_fill")
    st.markdown(say(convention.says))
    _convention_beside(lesson, convention, runs)
    st.markdown("\n".join(f"- [{say(reference.text)}]({reference.url})" for reference in convention.references))


def _whole_form(lesson: Optimizer, convention: Convention) -> dict[str, Any]:
    """The convention's set-up, with every other field at its default."""
    return {spec.name: convention.values.get(spec.name, spec.default) for spec in lesson.form}


def _convention_beside(lesson: Optimizer, convention: Convention, runs: Runs) -> None:
    ready = runs.ready
    others = run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, ready.updates, way=convention.by_hand)
    translated = in_torchs_terms(lesson, convention, ready, others)
    parting = first_parting(runs.by_hand, translated)
    if parting is None:
        st.markdown(
            say("With the numbers above **nothing parts**: parameter and buffers are the same in every update.")
        )
    else:
        said = "With the numbers above they part at **update {update}**, in **{buffer}**, by {apart}."
        st.markdown(say(said, update=parting.update, buffer=parting.buffer, apart=f"{parting.apart:.3g}"))
    place = (0,) * ready.param.ndim
    params = {"PyTorch": runs.by_hand, convention.name: others}
    named = {
        label: np.array([float(ready.param[place]), *(float(update.param[place]) for update in updates)])
        for label, updates in params.items()
    }
    if parting and look_the_same(*named.values()):
        st.caption(say("That is too little to see in the picture. The button sets up a run in which it shows."))
    tag = f"param[{', '.join(map(str, place))}]" if place else "param"
    figure = lines(named, tag)
    st.plotly_chart(
        figure, key=key_of(lesson, "convention_lines"), config={"displayModeBar": False}, alt=say("Conventions")
    )


def look_the_same(ours: np.ndarray, others: np.ndarray) -> bool:
    """Whether two curves are less than a line's width apart all along."""
    with np.errstate(all="ignore"):
        return bool(np.nanmax(np.abs(ours - others)) < 0.005 * np.ptp(ours))


def pitfalls(lesson: Optimizer, typed: Typed, runs: Runs | None) -> None:
    """What goes wrong in practice, what the source article says, arguments that only change speed, where to read on."""
    for pitfall in lesson.pitfalls:
        st.markdown(f"**{say(pitfall.title)}**  \n{say(pitfall.says)}")
        if pitfall.error:
            st.code(pitfall.error, language=None, wrap_lines=True)
    if lesson.article:
        st.markdown(f"**{say('What the article says')}**  \n{say(lesson.article)}")
    if lesson.speed_only:
        arguments = "\n".join(f"- `{name}` {say(what)}" for name, what in lesson.speed_only.items())
        st.markdown(f"**{say('Arguments that change no number')}**\n{arguments}")
    st.markdown(say("**References**") + "\n" + "\n".join(f"- [{say(r.text)}]({r.url})" for r in lesson.sources))


def code(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    """The exact PyTorch lines, the NumPy that ran, and a notebook of both."""
    left, right = st.columns([0.42, 0.58], gap="small")
    with left:
        st.markdown(say("**PyTorch**: the lines that give these updates"))
        st.code(pytorch_lines(lesson, runs.ready), language="python")
        with st.container(horizontal=True, gap="small"):
            _download(say("Notebook of both"), notebook(lesson, runs.ready), f"{lesson.slug}.ipynb")
            _download(say("NumPy program"), numpy_program(lesson, runs.ready), f"{lesson.slug}_by_hand.py")
        st.caption(say("Both run from top to bottom and print the parameter after every update."))
    with right:
        st.markdown(say("**NumPy**: one update, as it ran"))
        st.code(heart(lesson), language="python", height=420)


def _download(label: str, text: str, name: str) -> None:
    st.download_button(label, text, file_name=name, on_click="ignore", icon=":material/download:")
