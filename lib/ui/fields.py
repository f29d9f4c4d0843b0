"""The input side of a lesson: a field per tensor and parameter, all of them in the URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import streamlit as st

from lib.lesson.spec import Choice, Example, Number, Numbers, Parameter, Switch, Tensor, Topic
from lib.tensors.file import TensorFileError, read_tensor_file
from lib.tensors.number import TensorTextError, shown
from lib.tensors.pasted import is_a_printout
from lib.tensors.read import Typed as TypedTensor
from lib.tensors.read import read
from lib.tensors.write import format_tensor
from lib.ui.bound import BOUND, bound_whole
from lib.ui.choices import standing
from lib.ui.kept import kept
from lib.ui.problem import show_problem
from lib.ui.text import coloured, number, say, shape
from lib.ui.uploads import keep_upload, let_go

MOST_IN_URL = 4000  # bytes of one field; a longer URL is refused by servers
MOST_TO_WORK = 10_000  # elements; beyond, result and gradient only
MOST_ECHOED = 6  # numbers of a calculation that the label has room for
FLOAT_KINDS = ("float32", "float64", "float16")


@dataclass(frozen=True, eq=False)
class Typed:
    """What stands in the fields: values for the lesson, and a sentence per field that cannot be read."""

    values: dict[str, Any]
    problems: dict[str, str]

    @property
    def too_large_to_work(self) -> bool:
        return any(isinstance(v, np.ndarray) and v.size > MOST_TO_WORK for v in self.values.values())


def key_of(lesson: Topic, name: str) -> str:
    """The widget's key and the name of its query parameter."""
    return f"{lesson.slug}_{name}"


def as_text(spec: Parameter, value: Any) -> Any:
    """What a field shows for a value of an example."""
    if isinstance(spec, Tensor):
        return "" if value is None else format_tensor(np.asarray(value), whole=True)
    if isinstance(spec, Numbers):
        return ", ".join("none" if number is None else f"{number:g}" for number in value)
    return float(value) if isinstance(spec, Number) and not spec.integer and value is not None else value


def texts_of(lesson: Topic, values: Mapping[str, Any]) -> dict[str, Any]:
    """Every field's content for these values; left-out fields have torch's default."""
    return {spec.name: as_text(spec, values.get(spec.name, spec.default)) for spec in lesson.form}


@cache
def example_texts(lesson: Topic) -> tuple[dict[str, Any], ...]:
    """What the fields hold for each example of a lesson, which never changes."""
    return tuple(texts_of(lesson, example.values) for example in lesson.examples)


def link_values(lesson: Topic, values: Mapping[str, Any]) -> dict[str, str]:
    """Query parameters that open the lesson on these values; what equals the first example is left out."""
    first = example_texts(lesson)[0]
    return {key_of(lesson, n): str(text) for n, text in texts_of(lesson, values).items() if text != first[n]}


def form_key(form: Mapping[str, Any]) -> tuple[Any, ...]:
    """A key for caches: every number of every array counts, which a printed array does not show."""
    return tuple(
        (name, (value.dtype.str, value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value)
        for name, value in sorted(form.items())
    )


def current(lesson: Topic, name: str, default: Any) -> Any:
    """What the field holds now, before its widget runs."""
    return standing(key_of(lesson, name), default)


def number_format(lesson: Topic, offered: Sequence[str]) -> str:
    """The dtype that is chosen, before its field is drawn; the first one where the address holds another word."""
    chosen = current(lesson, "dtype", offered[0])
    return chosen if chosen in offered else offered[0]


def fill(lesson: Topic, texts: Mapping[str, Any]) -> None:
    """Puts texts into fields; for callbacks. The working belongs to the numbers, so another sheet opens with them."""
    for name, text in texts.items():
        st.session_state[key_of(lesson, name)] = text
        st.session_state.pop(_file_key(lesson, name), None)


def matching_example(lesson: Topic) -> Example | None:
    """The example whose numbers stand in the fields."""
    now = {name: str(current(lesson, name, default)) for name, default in example_texts(lesson)[0].items()}
    for example, texts in zip(lesson.examples, example_texts(lesson), strict=True):
        if now == {name: str(text) for name, text in texts.items()}:
            return example
    return None


def input_fields(lesson: Topic) -> Typed:
    """Draws the fields and reads them. Rare ones, the number format and files are folded away."""
    defaults = example_texts(lesson)[0]
    typed = Typed({}, {})
    dtype = number_format(lesson, FLOAT_KINDS)
    common = [spec for spec in lesson.form if not spec.rare]
    tensors: list[Parameter] = [spec for spec in common if isinstance(spec, Tensor) and not spec.optional]
    for spec in tensors:
        field(lesson, spec, defaults[spec.name], dtype, typed)
    fields_in_pairs(lesson, [spec for spec in common if spec not in tensors], dtype, typed)
    more = st.expander(say("More settings"), key=key_of(lesson, "more"), on_change="rerun")
    with more:
        for spec in (spec for spec in lesson.form if spec.rare):
            field(lesson, spec, defaults[spec.name], dtype, typed)
        st.selectbox(
            say("Number format (dtype) for PyTorch"),
            FLOAT_KINDS,
            key=key_of(lesson, "dtype"),
            bind="query-params",
            persist_state="session",
        )
        if more.open:
            _file_field(lesson)
    return Typed(
        {spec.name: typed.values[spec.name] for spec in lesson.form if spec.name in typed.values}, typed.problems
    )


def fields_in_pairs(lesson: Topic, specs: list[Parameter], dtype: str, typed: Typed) -> None:
    """Two fields to a row."""
    defaults = example_texts(lesson)[0]
    for pair in zip(specs[::2], [*specs[1::2], None], strict=False):
        columns = st.columns(len(pair) if pair[1] else 1, gap="small", vertical_alignment="bottom")
        for column, spec in zip(columns, [s for s in pair if s], strict=True):
            with column:
                field(lesson, spec, defaults[spec.name], dtype, typed)


def field(lesson: Topic, spec: Parameter, default: Any, dtype: str, typed: Typed) -> None:
    """One field; its value goes into `typed`, or a sentence under the field about what cannot be read."""
    key, values, problems = key_of(lesson, spec.name), typed.values, typed.problems
    match spec:
        case Tensor():
            _tensor_field(lesson, spec, default, dtype, values, problems)
        case Numbers():
            _numbers_field(lesson, spec, default, typed)
        case Number():
            values[spec.name] = st.number_input(
                spec.name,
                value=default,
                step=1 if spec.integer else _stride(spec),
                format=None if spec.integer else "%g",
                key=key,
                help=say(spec.says),
                placeholder=say("none") if spec.optional else None,
                **(bound_whole(key) if spec.integer else BOUND),
            )
        case Choice():
            values[spec.name] = st.selectbox(
                spec.name,
                spec.options,
                index=spec.options.index(default),
                format_func=str,
                key=key,
                help=say(spec.says),
                bind="query-params",
                persist_state="session",
            )
        case Switch():
            values[spec.name] = st.toggle(
                spec.name, value=default, key=key, help=say(spec.says), bind="query-params", persist_state="session"
            )


def _stride(spec: Number) -> float:
    """What one click on + adds: a tenth, or a digit of the default's own size where that is small."""
    return min(0.1, 10.0 ** np.floor(np.log10(abs(spec.default)))) if spec.default else 0.1


def _numbers_field(lesson: Topic, spec: Numbers, default: str, typed: Typed) -> None:
    text = st.text_input(
        spec.name,
        value=default,
        key=key_of(lesson, spec.name),
        help=say(spec.says),
        bind="query-params",
        persist_state="session",
    )
    try:
        typed.values[spec.name] = read_numbers(text)
    except TensorTextError as error:
        typed.problems[spec.name] = str(error)
        show_problem(error)


def read_numbers(text: str) -> tuple[float | None, ...]:
    """0.9, 0.999 as two numbers; the word none stands for no number. TensorTextError says what is wrong."""
    parts = [part.strip() for part in text.strip().strip("()[]").split(",") if part.strip()]
    return tuple(None if part.lower() == "none" else _one_number(part) for part in parts)


def _one_number(text: str) -> float:
    array = read(text).array
    if array.ndim:
        raise TensorTextError("{text} is a list; expected a number", text=shown(text))
    return float(array)


def _tensor_field(
    lesson: Topic, spec: Tensor, default: str, dtype: str, values: dict[str, Any], problems: dict[str, str]
) -> None:
    _show_clean(key_of(lesson, spec.name))
    uploaded = st.session_state.get(_file_key(lesson, spec.name))
    if uploaded is not None:
        values[spec.name] = in_dtype(uploaded, dtype)
        _uploaded_note(lesson, spec, uploaded)
        return
    before = str(current(lesson, spec.name, default))
    echo = _echo(spec, before, dtype)
    text = st.text_input(
        f"{spec.name} {coloured('gray', echo)}" if echo else spec.name,
        value=default,
        key=key_of(lesson, spec.name),
        help=say("{says} {shape}", says=spec.says, shape=spec.shape).strip(),
        placeholder=say("none") if spec.optional else None,
        bind="query-params" if len(before.encode()) <= MOST_IN_URL else None,
        persist_state="session",
    )
    try:
        values[spec.name] = parsed(spec, text, dtype)
    except TensorTextError as error:
        problems[spec.name] = str(error)
        show_problem(error)


def _show_clean(key: str) -> None:
    """Before the field is drawn: what a pasted printout says takes the printout's place. What was typed stays."""
    text = st.session_state.get(key)
    if not isinstance(text, str) or not is_a_printout(text):
        return
    try:
        typed = _typed(text)
    except TensorTextError:
        return
    if not typed.calculated:
        st.session_state[key] = format_tensor(typed.array)


def _echo(spec: Tensor, text: str, dtype: str) -> str:
    """What the text was understood as: shape and dtype; what a calculation gives."""
    try:
        array = parsed(spec, text, dtype)
    except TensorTextError:
        return ""
    if array is None:
        return ""
    kind = shape(array).partition(" f")[0] if spec.optional else shape(array)
    return f"{kind} = {number(array)}" if _typed(text).calculated and array.size <= MOST_ECHOED else kind


def _read(text: str) -> tuple[np.ndarray, str]:
    """The array, the caller's own to change, and the kind of number that was typed."""
    typed = _typed(text)
    return typed.array.copy(), typed.kind


def _typed(text: str) -> TypedTensor:
    return kept(("typed", text), lambda: read(text))


def parsed(spec: Tensor, text: str, dtype: str) -> np.ndarray | None:
    """The field's text as the tensor that torch gets. TensorTextError says what is wrong."""
    if not text.strip() and spec.optional:
        return None
    array, kind = _read(text)
    if kind == "integer" and spec.kind != "float":
        return array
    return array if kind == "boolean" and spec.kind == "index" else in_dtype(array, dtype, always=True)


def in_dtype(array: np.ndarray, dtype: str, always: bool = False) -> np.ndarray:
    """Floating-point numbers in the chosen precision; integers stay integers unless `always`."""
    return array.astype(dtype) if always or np.issubdtype(array.dtype, np.floating) else array


def _file_key(lesson: Topic, name: str) -> str:
    return f"{lesson.slug}_{name}_file"


def _uploaded_note(lesson: Topic, spec: Tensor, array: np.ndarray) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{spec.name} :gray[{shape(array)}]  \n{say('from a file')}")
        st.button(
            say("Remove"),
            key=f"{_file_key(lesson, spec.name)}_remove",
            on_click=st.session_state.pop,
            args=(_file_key(lesson, spec.name), None),
        )


def _file_field(lesson: Topic) -> None:
    """Fills one tensor from .npy, .csv or .pt: small ones as text that can be edited, large ones as they are."""
    names = [spec.name for spec in lesson.fields if isinstance(spec, Tensor)]
    name = st.selectbox(say("Fill from a file"), names, key=key_of(lesson, "upload_to"), persist_state="session")
    file = st.file_uploader(
        say(".npy, .csv or .pt, up to 1,000,000 numbers"),
        type=["npy", "csv", "pt", "pth"],
        key=key_of(lesson, "upload"),
        label_visibility="collapsed",
    )
    if file is None or st.session_state.get(key_of(lesson, "uploaded")) == (file.file_id, name):
        return
    data = file.getvalue()
    let_go(file)
    try:
        array = read_tensor_file(file.name, data)
    except TensorFileError as error:
        show_problem(error)
        return
    st.session_state[key_of(lesson, "uploaded")] = (file.file_id, name)
    st.session_state[key_of(lesson, "fill_next")] = (name, array)
    st.rerun()


def take_uploaded(lesson: Topic) -> None:
    """Before any widget runs: puts a file read in the last run where it belongs."""
    waiting = st.session_state.pop(key_of(lesson, "fill_next"), None)
    if waiting is None:
        return
    name, array = waiting
    text = format_tensor(array) if array.size <= MOST_TO_WORK else ""
    if text and len(text.encode()) <= MOST_IN_URL:
        fill(lesson, {name: text})
    else:
        keep_upload(_file_key(lesson, name), array)
