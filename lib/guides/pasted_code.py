"""PyTorch code as it is pasted: which lesson it asks for, with which values, and what in it could not be read.

Read by `ast` and never run. Numbers, tensors written out, names assigned above and a few functions of them (log,
softmax) are followed; whatever else stands there is named with its line.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

import numpy as np
from torch import nn

from lib.catalog import LOSSES, OPTIMIZERS, SCHEDULERS
from lib.guides.literal import NotLiteral, array_of, calculated, function_of, made, size_of
from lib.lesson.optimizer import Optimizer
from lib.lesson.run import check
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Choice, Number, Numbers, Parameter, Switch, Tensor, Topic
from lib.refusal import Refusal

MOST_CHARACTERS = 20_000
MOST_LINES = 400
MOST_NOTES = 12
MOST_DEPTH = 60
MOST_COMPUTED = 200_000  # numbers, in all tensors together

TOPICS: Mapping[str, Topic] = {**LOSSES, **OPTIMIZERS, **SCHEDULERS}
NOT_READ = {"last_epoch": "where a schedule goes on", "verbose": "what it prints"}
OLD_NAMES = {"NLLLoss2d": "NLLLoss", "CrossEntropyLoss2d": "CrossEntropyLoss", "_LRScheduler": "LRScheduler"}
OLD_VALUES: Mapping[Any, str] = {"elementwise_mean": "mean"}
MODULES = {  # what these stand for where no import says otherwise
    "torch": "torch",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "functional": "torch.nn.functional",
    "optim": "torch.optim",
    "lr_scheduler": "torch.optim.lr_scheduler",
    "np": "numpy",
    "numpy": "numpy",
    "math": "math",
}
OTHER_LIBRARIES = frozenset("tf tensorflow keras optax jax flax paddle sklearn mxnet torchmetrics".split())
_OLD_REDUCTION = ("size_average", "reduce")
_CONVERTS = frozenset(
    "float double half to cuda cpu detach clone requires_grad_ numpy contiguous long int type astype tolist".split()
)


@dataclass(frozen=True, eq=False)
class Opened:
    """A lesson that the code asks for: its line there, and values for the lesson's fields."""

    lesson: Topic
    values: Mapping[str, Any]
    line: int
    missing: tuple[str, ...] = ()  # tensors that are not written out in the code


@dataclass(frozen=True, eq=False)
class Note:
    """What could not be read, or was read as something else, and in which line."""

    line: int
    says: Refusal


@dataclass(frozen=True, eq=False)
class Code:
    """All lessons that the code asks for, the last one asked for last, and what could not be read."""

    opened: tuple[Opened, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, eq=False)
class _Unknown:
    """A value that is not written out in the code; `what` is how it stands there."""

    what: str
    is_noted: bool = False  # why it is not known has been told already


@dataclass(eq=False)
class _Built:
    """A loss, optimizer or scheduler with its settings; a loss is called with tensors later."""

    lesson: Topic
    values: dict[str, Any]
    line: int
    called: bool = False


def read_code(text: str) -> Code:
    """What the code asks for. Raises a Refusal only where it is too long, or holds nothing at all."""
    if len(text) > MOST_CHARACTERS or text.count("\n") > MOST_LINES:
        says = "this is {length:,} characters; expected a few lines, {most:,} characters at most"
        raise Refusal(says, length=len(text), most=MOST_CHARACTERS)
    if not text.strip():
        raise Refusal("nothing is pasted; expected a call such as nn.CrossEntropyLoss(weight=torch.tensor([1., 2.]))")
    reader = _Reader()
    for statement in reader.statements(text):
        reader.read(statement)
    opened = tuple(_as_opened(built) for built in reader.built)
    if not opened and not reader.notes:
        reader.note(1, "no loss, optimizer or scheduler of PyTorch stands in it")
    return Code(opened, tuple(sorted(reader.notes[:MOST_NOTES], key=lambda note: note.line)))


def _as_opened(built: _Built) -> Opened:
    """With the tensors of the lesson's first example that fits, in place of those that the code does not write out."""
    if isinstance(built.lesson, Optimizer):
        return Opened(built.lesson, {**_set_up(built), **built.values}, built.line)
    asked = [spec.name for spec in built.lesson.tensors if not spec.optional] if built.lesson.slug in LOSSES else []
    missing = tuple(name for name in asked if name not in built.values)
    if not missing:
        return Opened(built.lesson, built.values, built.line)
    examples = [{name: e.values[name] for name in asked if name in e.values} for e in built.lesson.examples]
    for names in (missing, tuple(asked)):  # where one tensor alone does not fit the others, all come from the example
        for example in examples:
            values = {**example, **{n: v for n, v in built.values.items() if n not in names}}
            if _fits(built.lesson, values):
                return Opened(built.lesson, values, built.line, names)
    return Opened(built.lesson, {**examples[0], **built.values}, built.line, missing)


def _set_up(built: _Built) -> dict[str, Any]:
    """What is minimised and from where, as in the lesson's first example, unless the code's start has another shape."""
    example = built.lesson.examples[0].values
    start = built.values.get("start")
    if start is not None and np.shape(start) != np.shape(example.get("start", 0.0)):
        return {}
    return {name: example[name] for name in ("objective", "start", "grads", "updates") if name in example}


def _fits(lesson: Topic, values: Mapping[str, Any]) -> bool:
    try:
        check(lesson, values)
    except ValueError:
        return False
    return True


class _Reader:
    """Reads statements in order and remembers what each name stands for."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.modules = dict(MODULES)
        self.built: list[_Built] = []
        self.notes: list[Note] = []
        self.computed = 0

    def note(self, line: int, says: str, **values: Any) -> None:
        self.notes.append(Note(line, Refusal(says, **values)))

    def statements(self, text: str) -> Iterator[ast.stmt]:
        """The code's statements; what is no Python is noted, and the rest is read without it."""
        lines = [_without_prompt(line) for line in textwrap.dedent(text.expandtabs(4)).splitlines()]
        tree = _parsed("\n".join(lines))
        if tree is not None:
            yield from tree.body
            return
        start = 0
        while start < len(lines):
            end = _statement_end(lines, start)
            yield from self.statement("\n".join(lines[start:end]), start)
            start = end

    def statement(self, text: str, lines_before: int) -> Iterator[ast.stmt]:
        """A statement by itself; noted where it is no Python. The head of a loop, whose body follows, is nothing."""
        tree = _parsed(textwrap.dedent(text).lstrip())
        if tree is None and not text.rstrip().endswith(":"):
            self.note(lines_before + 1, "“{text}” is no Python that can be read", text=text.strip()[:60].split("\n")[0])
        for found in tree.body if tree else ():
            yield ast.increment_lineno(found, lines_before)

    def read(self, statement: ast.stmt) -> None:
        """Remembers what a statement assigns and imports; goes into loops, functions and classes."""
        match statement:
            case ast.Import(names=names):
                for name in names:
                    self.modules[name.asname or name.name.partition(".")[0]] = (
                        name.name if name.asname else name.name.partition(".")[0]
                    )
            case ast.ImportFrom(module=str(module), names=names):
                self.modules |= {name.asname or name.name: f"{module}.{name.name}" for name in names}
            case ast.Assign(targets=targets, value=value):
                self.assign(targets, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.assign([target], value)
            case ast.Expr(value=value):
                self.value_of(value)
            case ast.Return(value=ast.expr() as value):
                self.value_of(value)
            case _:
                for inner in ast.iter_child_nodes(statement):
                    if isinstance(inner, ast.stmt):
                        self.read(inner)

    def assign(self, targets: Sequence[ast.expr], value: ast.expr) -> None:
        found = self.value_of(value)
        for target in targets:
            if isinstance(target, ast.Tuple) and isinstance(found, list | tuple) and len(found) == len(target.elts):
                for part, one in zip(target.elts, found, strict=True):
                    self.names[ast.unparse(part)] = one
            else:
                self.names[ast.unparse(target)] = found

    def value_of(self, node: ast.expr, depth: int = 0) -> Any:
        """A number, text, tensor, list, something built, or unknown."""
        if depth > 30:
            return _Unknown("a long expression")
        try:
            found = self.followed(node, depth + 1)
            self.computed += size_of(found)
        except NotLiteral as reason:
            self.notes.append(Note(node.lineno, reason))
            return _Unknown(_short(node), is_noted=True)
        if self.computed > MOST_COMPUTED:
            raise Refusal("the code holds more than {most:,} numbers", most=MOST_COMPUTED)
        return found

    def followed(self, node: ast.expr, depth: int) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name() | ast.Attribute():
                return self.named(node, depth)
            case ast.UnaryOp(op=op, operand=inner):
                return _known(node, lambda *a: calculated(type(op), *a), self.value_of(inner, depth))
            case ast.BinOp(left=left, op=op, right=right):
                sides = self.value_of(left, depth), self.value_of(right, depth)
                return _known(node, lambda *a: calculated(type(op), *a), *sides)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                listed = [self.value_of(item, depth) for item in items]
                size_of(listed)
                return listed
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                return {k.value: self.value_of(v, depth) for k, v in pairs if isinstance(k, ast.Constant)}
            case ast.Call():
                return self.called(node, depth)
        return _Unknown(_short(node))

    def named(self, node: ast.Name | ast.Attribute, depth: int) -> Any:
        text = ast.unparse(node)
        if text in self.names:
            return self.names[text]
        path = self.path_of(node)
        if path and (constant := _CONSTANTS.get(path.rpartition(".")[2])) is not None and "." in path:
            return constant
        if isinstance(node, ast.Attribute) and node.attr in ("data", "T", "mT"):
            inner = self.value_of(node.value, depth)
            return inner if node.attr == "data" or not isinstance(inner, np.ndarray) else inner.T
        return _Unknown(text)

    def path_of(self, node: ast.expr) -> str:
        """The full dotted name, as imports say: torch.nn.CrossEntropyLoss for nn.CrossEntropyLoss; empty for a call."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.modules.get(node.id, node.id), *reversed(parts)])

    def called(self, node: ast.Call, depth: int) -> Any:
        """What a call makes: something built, a loss of tensors, a tensor, or something unknown."""
        if isinstance(node.func, ast.Call | ast.Name | ast.Attribute):
            callee = self.names.get(ast.unparse(node.func))
            if isinstance(node.func, ast.Call):
                callee = self.value_of(node.func, depth)
            if isinstance(callee, _Built):
                return self.loss_of(callee, node, depth)
        path = self.path_of(node.func)
        if topic := self.topic_of(path, node):
            return self.build(*topic, node, depth)
        return self.tensor_of(path, node, depth)

    def topic_of(self, path: str, node: ast.Call) -> tuple[Topic, Callable[..., Any], bool] | None:
        """The lesson that a name stands for, the call's signature, and whether it is a function of tensors."""
        name = path.rpartition(".")[2]
        if not path or path in self.names:
            return None
        if _is_elsewhere(path):
            if path.partition(".")[0] in OTHER_LIBRARIES:
                self.note(node.lineno, "{name} is not PyTorch's; read are torch.nn and torch.optim", name=path[:60])
            return None
        if name in OLD_NAMES:
            self.note(node.lineno, "{name} is an old name; read as {new}", name=name, new=OLD_NAMES[name])
            name = OLD_NAMES[name]
        found = _callables().get(name) or self.nearest(path, name, node)
        return found

    def nearest(self, path: str, name: str, node: ast.Call) -> tuple[Topic, Callable[..., Any], bool] | None:
        """The lesson whose name is nearly this one, where PyTorch has none of this name."""
        if not re.match(r"torch\.(?:nn|optim)\b|[A-Z]\w+$", path) or hasattr(nn, name) or hasattr(nn.functional, name):
            return None
        alike = {known.lower(): known for known in _callables() if known[0].isupper() == name[0].isupper()}
        near = get_close_matches(name.lower(), alike, 1, 0.8 if path.startswith("torch.") else 0.9)
        if not near:
            if path.startswith("torch."):
                self.note(node.lineno, "{name} is no loss, optimizer or scheduler that has a lesson", name=name)
            return None
        self.note(node.lineno, "{name} is not PyTorch's name; read as {near}", name=name, near=alike[near[0]])
        return _callables()[alike[near[0]]]

    def build(self, lesson: Topic, signature: Callable[..., Any], of_tensors: bool, node: ast.Call, depth: int) -> Any:
        """The lesson with the values that the call gives to its fields."""
        given = self.arguments(node, list(inspect.signature(signature).parameters), depth)
        built = _Built(lesson, {}, node.lineno, of_tensors)
        if isinstance(lesson, Optimizer):
            given = self.optimizer_of(given)
        if isinstance(lesson, Scheduler):
            self.schedule_of(built, given.pop("optimizer", None))
        self.fill(built, given, node)
        self.built.append(built)
        return built

    def loss_of(self, built: _Built, node: ast.Call, depth: int) -> Any:
        """A loss called with its tensors. Called a second time, with others, it is asked for again."""
        if built.lesson.slug not in LOSSES:
            return _Unknown(_short(node))
        given = self.arguments(node, ["self", *(spec.name for spec in built.lesson.tensors)], depth)
        if built.called:
            tensors = {spec.name for spec in built.lesson.tensors}
            kept = {name: value for name, value in built.values.items() if name not in tensors}
            built = _Built(built.lesson, kept, node.lineno)
            self.built.append(built)
        built.called, built.line = True, node.lineno
        self.fill(built, given, node)
        return _Unknown(_short(node))

    def arguments(self, node: ast.Call, parameters: Sequence[str], depth: int) -> dict[str, Any]:
        """Positional and named arguments under the names of the signature."""
        names = [name for name in parameters if name != "self"]
        given: dict[str, Any] = {}
        for place, one in enumerate(node.args):
            if isinstance(one, ast.Starred) or place >= len(names):
                self.note(node.lineno, "the argument {text} is not read", text=_short(one))
            else:
                given[names[place]] = self.value_of(one, depth)
        for keyword in node.keywords:
            if keyword.arg is None:
                self.note(node.lineno, "the argument {text} is not read", text="**" + _short(keyword.value))
            else:
                given[keyword.arg] = self.value_of(keyword.value, depth)
        return given

    def optimizer_of(self, given: dict[str, Any]) -> dict[str, Any]:
        """What is handed over to move becomes the start, where it is written out; a group's own settings go first."""
        handed = given.pop("params", None)
        first = handed[0] if isinstance(handed, list) and handed else handed
        group = dict(first) if isinstance(first, dict) else {"params": first}
        start = group.pop("params", None)
        start = start[0] if isinstance(start, list) and start and isinstance(start[0], np.ndarray) else start
        if isinstance(start, np.ndarray):
            given["start"] = start
        return {**given, **group}

    def schedule_of(self, built: _Built, optimizer: Any) -> None:
        """A schedule starts from its optimizer's learning rate."""
        if isinstance(optimizer, _Built) and isinstance(optimizer.lesson, Optimizer):
            rate = optimizer.values.get("lr", next(p.default for p in optimizer.lesson.parameters if p.name == "lr"))
            built.values["lr"] = rate

    def fill(self, built: _Built, given: Mapping[str, Any], node: ast.Call) -> None:
        """The fields that the arguments fill; what no field takes is noted."""
        specs = {spec.name: spec for spec in built.lesson.form}
        for name, value in {**given, **self.old_reduction(given, node)}.items():
            if name in _OLD_REDUCTION and name not in specs:
                continue
            spec = specs.get(name)
            says = _why_not_read(built.lesson, name, value) if spec is None else ""
            if spec is None:
                self.note(node.lineno, "{name}: " + says, name=name)
            elif isinstance(value, _Unknown) and value.is_noted:
                continue
            elif isinstance(value, _Unknown):
                what = "{name} is {what}, which is not written out here"
                self.note(node.lineno, what, name=name, what=value.what)
            else:
                self.take(built, spec, value, node)

    def take(self, built: _Built, spec: Parameter, value: Any, node: ast.Call) -> None:
        try:
            built.values[spec.name] = _for_field(spec, value)
        except NotLiteral as reason:
            self.notes.append(Note(node.lineno, reason))

    def old_reduction(self, given: Mapping[str, Any], node: ast.Call) -> dict[str, Any]:
        """What size_average and reduce mean today."""
        if all(given.get(name) is None for name in _OLD_REDUCTION):
            return {}
        averaged, reduced = (given.get(name) is not False for name in _OLD_REDUCTION)
        now = ("mean" if averaged else "sum") if reduced else "none"
        self.note(node.lineno, "size_average and reduce are old; read as reduction='{now}'", now=now)
        return {"reduction": now}

    def tensor_of(self, path: str, node: ast.Call, depth: int) -> Any:
        """A tensor that is written out, or follows from one by a simple function; else something unknown."""
        name = path.rpartition(".")[2]
        if isinstance(node.func, ast.Attribute):
            owner = self.value_of(node.func.value, depth)
            if isinstance(owner, np.ndarray | int | float) and not isinstance(owner, bool):
                return self.method_of(owner, node.func.attr, node, depth)
        given = [self.value_of(one, depth) for one in node.args]
        named = {k.arg: self.value_of(k.value, depth) for k in node.keywords if k.arg}
        if name == "Parameter" and given:
            return given[0]
        is_module = path.startswith("torch.nn.") and name[0].isupper()
        known = path.partition(".")[0] in ("torch", "numpy", "math", "float", "int", "tensor", "array", "abs")
        if not known or is_module or any(map(_holds_unknown, given)):
            return _Unknown(_short(node))
        return made(name, given, named, _short(node))

    def method_of(self, value: Any, method: str, node: ast.Call, depth: int) -> Any:
        given = [self.value_of(one, depth) for one in node.args]
        named = {k.arg: self.value_of(k.value, depth) for k in node.keywords if k.arg}
        if method in _CONVERTS:
            if method in ("long", "int"):
                return np.asarray(value).astype(np.int64)
            return np.asarray(value, dtype=np.float64) if method in ("float", "double", "half") else value
        if any(_holds_unknown(one) for one in given):
            return _Unknown(_short(node))
        return function_of(method, [value, *given], named, _short(node))


_CONSTANTS: Mapping[str, Any] = {"inf": np.inf, "nan": np.nan, "pi": np.pi, "e": np.e}


def _known(node: ast.expr, function: Callable[..., Any], *values: Any) -> Any:
    return _Unknown(_short(node)) if any(_holds_unknown(one) for one in values) else function(*values)


def _holds_unknown(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_holds_unknown, value))
    return isinstance(value, _Unknown | _Built | dict)


def _short(node: ast.expr) -> str:
    text = ast.unparse(node).replace("\n", " ")
    return text if len(text) <= 40 else text[:36] + " …"


def _is_elsewhere(path: str) -> bool:
    """Whether the name belongs to something that is not PyTorch's: tf.keras.losses.MSE, optax.adam."""
    root = path.partition(".")[0]
    return "." in path and root != "torch"


@cache
def _callables() -> Mapping[str, tuple[Topic, Callable[..., Any], bool]]:
    """PyTorch's names: classes of losses, optimizers and schedulers, and the losses' functions."""
    found: dict[str, tuple[Topic, Callable[..., Any], bool]] = {}
    for lesson in TOPICS.values():
        found[lesson.torch.__name__] = (lesson, lesson.torch.__init__, False)
    for slug, lesson in LOSSES.items():
        name = _FUNCTIONS.get(slug, slug)
        found[name] = (lesson, getattr(nn.functional, name), True)
    return found


_FUNCTIONS = {
    "cross_entropy_loss": "cross_entropy",
    "bce_loss": "binary_cross_entropy",
    "bce_with_logits_loss": "binary_cross_entropy_with_logits",
    "kl_div_loss": "kl_div",
    "multi_label_margin_loss": "multilabel_margin_loss",
    "multi_label_soft_margin_loss": "multilabel_soft_margin_loss",
}


def _why_not_read(lesson: Topic, name: str, value: Any) -> str:
    if isinstance(lesson, Optimizer) and name in lesson.speed_only:
        return "changes no number, so it is left out"
    if name in NOT_READ:
        return f"tells {NOT_READ[name]}; it is left out"
    if name in ("params", "optimizer", "schedulers", "milestones"):
        return "is not read here; choose it on the page"
    return "is no argument that has a field in this lesson"


def _for_field(spec: Parameter, value: Any) -> Any:
    """The value as the field takes it. NotLiteral says what was expected."""
    name = spec.name
    match spec:
        case Tensor():
            return None if value is None and spec.optional else array_of(value, name)
        case Numbers():
            return tuple(None if one is None else _number(one, name) for one in _several(value, name))
        case Number() if value is None and spec.optional:
            return None
        case Number():
            number = _number(value, name)
            if spec.integer and number != int(number):
                raise NotLiteral("{name} is {value}; expected a whole number", name=name, value=number)
            return int(number) if spec.integer else number
        case Choice() if isinstance(value, str | int | None) and OLD_VALUES.get(value, value) in spec.options:
            return OLD_VALUES.get(value, value)
        case Choice() if isinstance(value, str | int) and not spec.torch:
            options = ", ".join(map(str, spec.options))
            raise NotLiteral("{name} is {value!r}; expected one of {options}", name=name, value=value, options=options)
        case Switch() if isinstance(value, bool | int) and value in (0, 1):
            return bool(value)
    raise NotLiteral("{name} is not read here; choose it on the page", name=name)


def _several(value: Any, name: str) -> Sequence[Any]:
    if isinstance(value, list | np.ndarray):
        return list(value)
    raise NotLiteral("{name} is one number; expected several", name=name)


def _number(value: Any, name: str) -> float:
    array = array_of(value, name)
    if array.size != 1 or not np.isfinite(array).all():
        raise NotLiteral("{name} is {value}; expected one number", name=name, value=str(value)[:40])
    return float(array.reshape(()))


def _without_prompt(line: str) -> str:
    """Without >>> and In [1]:."""
    return re.sub(r"^\s*(?:>>>|\.\.\.(?= |$)|In ?\[\d+\]:) ?", "", line)


def _parsed(text: str) -> ast.Module | None:
    """The code as a tree; None where it is no Python, or nested deeper than anybody writes."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    level: list[ast.AST] = [tree]
    for _ in range(MOST_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return tree
    return None


def _statement_end(lines: Sequence[str], start: int) -> int:
    """The line after the statement that begins at `start`: lines belong together while brackets are open."""
    depth = 0
    for place in range(start, min(len(lines), start + 40)):
        code = re.sub(r"#.*|\"[^\"]*\"|'[^']*'", "", lines[place])
        depth += sum(code.count(sign) for sign in "([{") - sum(code.count(sign) for sign in ")]}")
        if depth <= 0:
            return place + 1
    return start + 1
