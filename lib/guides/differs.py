"""A number that differs from PyTorch's: the code or the tensors behind it are read, and what reproduces it is named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from lib.budget import UNBOUNDED, Budget, OverBudget, Stopped
from lib.catalog import LOSSES
from lib.guides.pasted_code import MOST_CHARACTERS, Opened, read_code
from lib.lesson.run import REFUSALS, Case, TorchResult, torch_result
from lib.lesson.spec import Choice, Lesson, Switch, Tensor
from lib.lesson.working import Judged
from lib.lesson.working.entries import judge_case
from lib.lesson.working.rows import sample_shape
from lib.refusal import Refusal
from lib.tensors.read import Typed, read
from lib.tensors.rounding import fits

Verdict = Literal["nothing typed", "same", "mistake", "setting", "unknown"]
MOST_TENSORS = 6

_AFTER_THE_NUMBERS = re.compile(r",\s*(?:grad_fn=<[^>]*>|requires_grad=True|device='[^']*'|dtype=torch\.\w+)")
_LABELLED = re.compile(r"^(\s*[A-Za-z_]\w*)\s*:\s*(?=[\[(t])", re.MULTILINE)  # input: [[1, 2]]


@dataclass(frozen=True, eq=False)
class Compared:
    """A loss on what was pasted: PyTorch's result, and what the number is worth beside it.

    `says` holds a sentence for each mistake, or setting, that gives the number.
    """

    lesson: Lesson
    values: Mapping[str, Any]
    torch: np.ndarray
    verdict: Verdict
    says: tuple[str, ...] = ()
    names: tuple[str, ...] = field(default=())  # of the mistakes


def compared(text: str, number: str, loss: str = "", *, budget: Budget = UNBOUNDED) -> Compared:
    """What gives this number on what was pasted. `loss` is the slug of the loss; empty: the code's, or any that fits.

    Raises a Refusal where nothing can be compared, and says what was expected.
    """
    typed = read(number) if number.strip() else None
    found = [_one(opened, typed, number, budget) for opened in _read(text, loss)]
    results = [one for one in found if isinstance(one, Compared)]
    if not results:
        raise next(one for one in found if isinstance(one, Refusal))
    return min(results, key=lambda one: _ORDER.index(one.verdict))


_ORDER = ("same", "mistake", "setting", "unknown", "nothing typed")


def _read(text: str, loss: str) -> list[Opened]:
    """The loss that the code calls, with its tensors; of bare tensors, each loss that they may be for."""
    if len(text) > MOST_CHARACTERS:
        raise Refusal(
            "this is {length:,} characters; expected {most:,} at most", length=len(text), most=MOST_CHARACTERS
        )
    code, names = _with_names(_LABELLED.sub(r"\1 = ", _AFTER_THE_NUMBERS.sub("", text)))
    read_as = read_code(code)
    called = [opened for opened in read_as.opened if opened.lesson.slug in LOSSES]
    called = [opened for opened in called if loss in ("", opened.lesson.slug)] or called
    if called and loss in ("", called[-1].lesson.slug):
        if called[-1].missing:
            raise Refusal(_NOT_WRITTEN, names=", ".join(called[-1].missing))
        return [called[-1]]
    if not names and called and not called[-1].missing:
        names = [name for name in called[-1].values]
    if not names:
        others = [opened.lesson.title for opened in read_as.opened]
        raise Refusal(_ONLY_LOSSES, title=others[-1]) if others else Refusal(_NOTHING)
    lessons = [LOSSES[loss]] if loss in LOSSES else list(LOSSES.values())
    fitting = [opened for lesson in lessons for opened in _given_to(lesson, code, names)]
    if not fitting:
        raise Refusal(_NOT_FITTING if loss else _FOR_NO_LOSS, loss=loss and LOSSES[loss].torch_name)
    return fitting


_NOT_WRITTEN = "{names}: not written out in the code; expected its numbers, such as input = torch.tensor([[1., 2.]])"
_ONLY_LOSSES = "numbers are compared for losses; for {title} open its page and work an update beside PyTorch's"
_NOTHING = "no tensors stand in it; expected a call of a loss with its tensors, or the tensors one below the other"
_NOT_FITTING = "these tensors do not fit {loss}; expected its input, then its target"
_FOR_NO_LOSS = "these tensors fit no loss; expected an input, then a target of a fitting shape"


def _with_names(text: str) -> tuple[str, list[str]]:
    """The code with a name for each bare tensor, and the names of all tensors in it, in order."""
    try:
        statements = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _printed(text)
    lines: list[str] = []
    names: list[str] = []
    for statement in statements[:100]:
        match statement:
            case ast.Expr(value=(ast.List() | ast.Constant() | ast.UnaryOp() | ast.Call()) as value) if _bare(value):
                names.append(f"tensor_{len(names)}")
                lines.append(f"{names[-1]} = {ast.unparse(value)}")
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _bare(value):
                names.append(name)
                lines.append(ast.unparse(statement))
            case _:
                lines.append(ast.unparse(statement))
    return "\n".join(lines), list(dict.fromkeys(names))[:MOST_TENSORS]


def _printed(text: str) -> tuple[str, list[str]]:
    """Tensors as NumPy prints them, without commas, one below the other; the text as it is where they are no such."""
    blocks = _blocks(text)
    if not blocks:
        return text, []
    try:
        arrays = [read(block).array for block in blocks[:MOST_TENSORS]]
    except ValueError:
        return text, []
    names = [f"tensor_{place}" for place in range(len(arrays))]
    return "\n".join(f"{name} = {array.tolist()}" for name, array in zip(names, arrays, strict=True)), names


def _blocks(text: str) -> list[str]:
    """What stands between outermost brackets."""
    blocks, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        if sign == "[":
            start = place if depth == 0 else start
            depth += 1
        elif sign == "]" and depth:
            depth -= 1
            if depth == 0:
                blocks.append(text[start : place + 1])
    return blocks


def _bare(node: ast.expr) -> bool:
    """Whether a tensor is written out here: [1, 2], tensor([1, 2]), -1.0."""
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rpartition(".")[2]
        return name in ("tensor", "array", "Tensor", "FloatTensor", "LongTensor", "as_tensor")
    if isinstance(node, ast.UnaryOp):
        return _bare(node.operand)
    return isinstance(node, ast.List) or (isinstance(node, ast.Constant) and isinstance(node.value, int | float))


def _given_to(lesson: Lesson, code: str, names: Sequence[str]) -> Iterator[Opened]:
    """The loss called with the tensors in order, where it takes as many and they fit."""
    asked = [spec for spec in lesson.tensors if not spec.optional]
    if not len(asked) <= len(names) <= len(lesson.tensors):
        return
    own = {spec.name for spec in lesson.tensors}
    given = [f"{name}={name}" if own >= set(names) else name for name in names]
    opened = read_code(f"{code}\ntorch.{lesson.torch_name}()({', '.join(given)})").opened
    if opened and opened[-1].lesson is lesson and not opened[-1].missing:
        yield opened[-1]


def _one(opened: Opened, typed: Typed | None, text: str, budget: Budget) -> Compared | Refusal:
    lesson = LOSSES[opened.lesson.slug]
    values = _as_fields_hold(lesson, opened.values)
    try:
        single = _in_float32(values)  # as torch makes of what is typed
        case = Case.of(lesson, single, budget=budget)
        result = torch_result(lesson, single, budget=budget)
    except (OverBudget, Stopped):
        raise
    except Refusal as refusal:
        return refusal
    except REFUSALS as error:
        return Refusal("PyTorch refuses these tensors: {error}", error=error)
    verdict, judged, says = _worth(case, result, typed, text)
    told = tuple(mistake.says for mistake in judged.mistakes) if judged else ()
    names = tuple(mistake.name for mistake in judged.mistakes) if judged else ()
    return Compared(lesson, values, result.value, verdict, told or says, names)


def _as_fields_hold(lesson: Lesson, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the lesson's fields would hold them: whole numbers for scores are floats."""
    kinds = {spec.name: spec.kind for spec in lesson.form if isinstance(spec, Tensor)}
    return {
        name: value.astype(np.float64)
        if kinds.get(name) == "float" and isinstance(value, np.ndarray) and value.dtype.kind in "biu"
        else value
        for name, value in values.items()
    }


def _in_float32(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value
        for name, value in values.items()
    }


def _worth(
    case: Case, result: TorchResult, typed: Typed | None, text: str
) -> tuple[Verdict, Judged | None, tuple[str, ...]]:
    """What the number is worth beside PyTorch's, and what gives it."""
    if typed is None:
        return "nothing typed", None, ()
    if typed.array.shape == result.value.shape and fits(typed, result.value, format=result.value.dtype).all():
        return "same", None, ()
    shape = sample_shape(case.forward.steps)
    asked = judge_case(case, {}, (0,) * len(shape), shown=result.value)
    if asked and typed.array.shape == asked[-1].truth.shape == result.value.shape:
        key = asked[-1].row.key
        judged = judge_case(case, {key: text}, (0,) * len(shape), shown=result.value)[-1]
        if judged.verdict == "mistake":
            return "mistake", judged, ()
        if judged.verdict == "right":
            return "same", None, ()
        if judged.says and judged.verdict == "wrong" and "off by" not in judged.says:
            return "mistake", None, (judged.says,)
    settings = tuple(_settings_that_give(case, typed))
    return ("setting", None, settings) if settings else ("unknown", None, ())


def _settings_that_give(case: Case, typed: Typed) -> Iterator[str]:
    """Another choice of one setting with which PyTorch's own result is this number."""
    assert isinstance(case.lesson, Lesson)
    for spec in case.lesson.parameters:
        options = spec.options if isinstance(spec, Choice) else (True, False) if isinstance(spec, Switch) else ()
        for option in options:
            if option == case.given[spec.name]:
                continue
            try:
                other = torch_result(case.lesson, {**case.typed, spec.name: option}, budget=case.budget).value
            except (OverBudget, Stopped):
                raise
            except REFUSALS:
                continue
            if other.shape == typed.array.shape and fits(typed, other, format=other.dtype).all():
                yield f"That is what PyTorch gives with {spec.name}={option!r}."
