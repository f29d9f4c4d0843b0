"""The fields that a training run is set up in: data, network, loss, optimizer, scheduler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from lib.lesson.spec import Choice, Number, Numbers, Parameter, Switch
from lib.refusal import Refusal
from lib.training.net import optimizers, schedulers
from lib.training.net.data import DATA_SETS
from lib.training.net.losses import WHY, fitting
from lib.training.net.network import ACTIVATIONS, layers_in
from lib.training.net.settings import MOST_EPOCHS, MOST_POINTS, Settings
from lib.ui.bound import BOUND, bound_whole
from lib.ui.choices import choice_box
from lib.ui.problem import show_problem
from lib.ui.text import say, say_error


def set_up() -> tuple[Settings, list[str]]:
    """What stands in the fields, and a sentence for each field that cannot be read."""
    problems: list[str] = []
    first, second = st.columns(2, gap="small")
    with first:
        data = choice_box(say("Data"), {name: data_title(name) for name in DATA_SETS}, "train_data")
    loss = _loss_field(data, second)
    points, noise = _pair(
        ("points", "Points", 500, 50, MOST_POINTS, 50),
        ("noise", "Noise", 0.2, 0.0, 1.0, 0.05),
    )
    first, second = st.columns(2, gap="small")
    typed = first.text_input(
        say("Hidden layers"), "8, 8", key="train_layers", help=say("Units of each, from input to output."), **BOUND
    )
    activation = second.selectbox(say("Activation"), ACTIVATIONS, key="train_activation", **BOUND)
    layers = _read(layers_in, typed, (8, 8), problems)
    first, second = st.columns(2, gap="small")
    optimizer = first.selectbox(say("Optimizer"), optimizers.OPTIMIZERS, key="train_optimizer", **BOUND)
    scheduler = second.selectbox(say("Scheduler"), schedulers.FIELDS, key="train_scheduler", **BOUND)
    rates = _fields(optimizer, optimizers.FIELDS[optimizer], False, problems)
    plan = _fields(scheduler, schedulers.FIELDS[scheduler], False, problems)
    batch, epochs = _pair(
        ("batch_size", "Batch size", 50, 1, MOST_POINTS, 10),
        ("epochs", "Epochs", 200, 1, MOST_EPOCHS, 50),
    )
    settings = Settings(data, points, noise, layers=layers, activation=activation, loss=loss, optimizer=optimizer)
    settings = replace(settings, scheduler=scheduler, batch=batch, epochs=epochs)
    with st.expander(say("More settings"), key="train_more"):
        seed, start_seed = _pair(
            ("seed_of_the_data", "Seed of the data", 0, 0, 10**6, 1),
            ("seed_of_the_weights", "Seed of the weights", 0, 0, 10**6, 1),
        )
        settings = _group_fields(replace(settings, seed=seed, start_seed=start_seed))
        rates |= _fields(optimizer, optimizers.FIELDS[optimizer], True, problems)
        plan |= _fields(scheduler, schedulers.FIELDS[scheduler], True, problems)
    return replace(settings, rates=rates, plan=plan), problems


def data_title(name: str) -> str:
    return say(DATA_SETS[name].title)


def _loss_field(data: str, place: Any) -> str:
    """The losses that fit, the recommended one first; why, behind the question mark."""
    names = fitting(DATA_SETS[data])
    why = say(WHY[DATA_SETS[data].classes])
    return place.selectbox(say("Loss"), names, key=f"train_{data}_loss", help=why, **BOUND)


def _pair(*asked: tuple[str, str, Any, Any, Any, Any]) -> list[Any]:
    """Two numbers side by side: name in the address, label, value to begin with, lowest, highest, step."""
    values = []
    for column, (name, label, start, low, high, step) in zip(st.columns(2, gap="small"), asked, strict=True):
        key = f"train_{name}"
        bound = bound_whole(key) if isinstance(start, int) else BOUND
        values.append(column.number_input(say(label), low, high, start, step, key=key, **bound))
    return values


def _group_fields(settings: Settings) -> Settings:
    """Parameter groups: a rate of the last layer's own, biases without weight decay; the AdamW beside Muon."""
    bias_lr = settings.bias_lr
    if settings.optimizer == "Muon":
        says = say("Muon takes matrices only. An AdamW beside it takes the biases.")
        bias_lr = st.number_input(say("lr of the biases"), 0.0, None, 0.01, 0.01, "%g", "train_bias_lr", says, **BOUND)
    own = st.toggle(say("A learning rate of its own for the last layer"), key="train_last", **BOUND)
    last = (
        st.number_input(say("lr of the last layer"), 0.0, None, 0.1, 0.01, "%g", "train_last_lr", **BOUND)
        if own
        else None
    )
    spared = optimizers.can_spare_biases(settings.optimizer) and st.toggle(
        say("No weight decay for biases"), key="train_spare_biases", **BOUND
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
            return st.toggle(field.name, field.default, key=key, help=says, **BOUND)
        case Choice():
            at = field.options.index(field.default)
            return st.selectbox(field.name, field.options, at, format_func=str, key=key, help=says, **BOUND)
        case Number(integer=True):
            low = min(1, int(field.default or 0))
            return st.number_input(
                field.name, low, 10**6, int(field.default or 0), key=key, help=says, **bound_whole(key)
            )
        case Number():
            start = float(field.default or 0)
            step = 0.01 if field.name == "lr" else 0.1
            return st.number_input(field.name, None, None, start, step, "%g", key=key, help=says, **BOUND)
        case Numbers():
            text = st.text_input(field.name, ", ".join(map(_as_text, field.default)), key=key, help=says, **BOUND)
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
        raise Refusal("{name}: expected numbers with commas between them; got {text!r}", name=name, text=text) from None
    if count and len(found) != count:
        raise Refusal("{name}: expected {count} numbers; got {found}", name=name, count=count, found=len(found))
    return found


def _read(parse: Callable[[str], Any], text: str, instead: Any, problems: list[str]) -> Any:
    """What was typed, or `instead` with a sentence under the field."""
    try:
        return parse(text)
    except ValueError as error:
        problems.append(say_error(error))
        show_problem(error)
        return instead
