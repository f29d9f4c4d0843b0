"""Runs in the sandbox, beside solutions with hooks in them: answers as somebody who makes a slip of code would.

The text of this file is put before `SOURCES`, the programs to answer with. A hook stands at each place where people
slip, and does what is right unless a slip is switched on there, so that any two slips can be made together, and nothing
is compiled twice. A run that takes much longer than the right one is given up.
"""

import copy
import inspect
import json
import operator
from typing import Any

import numpy as np

SOURCES: list = []  # of each: text, function, its parameters by place, those by name, and what is always given
KIND = "value"  # what is asked for: "value", "grad", "update" or "lr"

STEPS_FOR_ONE, STEPS_FOR_ALL = 20_000, 400_000  # hooks that may be passed
MOST_NUMBERS = 20_000  # of one answer
MESSAGE_MOST = 300

on: dict = {}  # the slips that are made: place -> how
left = [0]
seen: dict = {}  # what the operations that are watched were made with: place -> operator and both sides
now: dict = {}  # the arguments of this call


class GaveUp(Exception):
    pass


class Returned(Exception):
    pass


def _h_tick():
    left[0] -= 1
    if left[0] < 0:
        raise GaveUp


OPS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "@": operator.matmul,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def _h_two(site, op, a, b):
    _h_tick()
    how = on.get(site)
    if how is None:
        return OPS[op](a, b)
    if how == "watched":
        seen[site] = op, a, b
        return OPS[op](a, b)
    if isinstance(how, list):
        return _in_other_brackets(op, a, b, *how)
    if how == "left":
        return a
    if how == "right":
        return b
    if how == "turned":
        return OPS[op](b, a)
    return OPS[how](a, b)


def _in_other_brackets(op, a, b, which, *inner):
    """c (x + y) as c x + y and the like; `inner` are the places of the operations inside, whose parts were kept."""
    first, x, y = seen[inner[0]]
    if which == "first bare":  # c * (x + y) -> x + c * y
        return OPS[first](x, OPS[op](y, b) if len(inner) < 2 else OPS[op](a, y))
    if which == "second bare":
        return OPS[first](OPS[op](x, b) if len(inner) < 2 else OPS[op](a, x), y)
    if which == "both divided":  # a + x / y -> (a + x) / y
        return OPS[first](OPS[op](a, x), y)
    _, u, v = seen[inner[1]]  # x * y + u * v -> u * y + x * v
    return OPS[op](OPS[first](u, y), OPS[first](x, v))


def _h_use(site, value):
    how = on.get(site)
    if how is None:
        return value
    if how == "one":
        return 1
    return GIVEN[how](value)


def _h_number(site, number):
    how = on.get(site)
    if how is None:
        return number
    return {"more": number + 1, "less": number - 1, "twice": number * 2, "half": number / 2, "minus": -number}[how]


def _h_one(site, value):
    """A minus, which is left out."""
    return value if site in on else -value


def _h_not(site, value):
    return value if site in on else not value


def _h_invert(site, value):
    return value if site in on else ~value


def _h_if(site, value):
    _h_tick()
    how = on.get(site)
    return value if how is None else how == "always"


def _h_turned(site, value):
    return value if site in on else value.T


def _h_shape(site, array, place):
    how = on.get(site)
    if how is None:
        return array.shape[place]
    if how == "size":
        return array.size
    return array.shape[0 if how == "first" else -1]


def _h_let(site, value, before):
    _h_tick()
    how = on.get(site)
    if how is None:
        return value
    if how == "early":
        raise Returned(value)
    if how == "before":
        return before()
    if how in ON_VALUES:
        return ON_VALUES[how](np.asarray(value, dtype=float))
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise GaveUp
    return value + (1 if how == "more" else -1)


def _h_call(site, function, *args, **named):
    _h_tick()
    how = on.get(site)
    if how is None:
        return function(*args, **named)
    return _slipped(how, function, args, named)


ONE_FOR_ANOTHER: dict[str, Any] = {
    "sum": np.sum,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
    "log2": np.log2,
    "log10": np.log10,
    "log": np.log,
    "log1p": np.log1p,
    "exp": np.exp,
    "exp2": np.exp2,
    "abs": np.abs,
    "square": np.square,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "norm": np.linalg.norm,
    "add": np.add,
    "sin": np.sin,
    "cos": np.cos,
    "floor": np.floor,
    "cube": lambda x: np.asarray(x) ** 3,
    "median": np.median,
    "one less": lambda x, axis=None, keepdims=False: (
        np.sum(x, axis=axis, keepdims=keepdims) / ((np.size(x) if axis is None else np.shape(x)[axis]) - 1)
    ),
}


def _slipped(how, function, args, named):
    own = getattr(function, "__self__", None)
    bound = isinstance(own, (np.ndarray, np.generic)) and not isinstance(function, np.ufunc)
    args = (own, *args) if bound else args
    if how == "first":
        return args[0]
    if how == "second":
        return args[1]
    if how == "third":
        return args[2]
    if how == "swapped":
        return function(args[0], args[2], args[1]) if len(args) == 3 else function(args[1], args[0], *args[2:])
    if how == "all but one":  # range and arange that end one early
        return function(*args[:-1], args[-1] - 1) if len(args) < 3 else function(args[0], args[1] - 1, args[2])
    if how == "one more":
        return function(*args[:-1], args[-1] + 1) if len(args) < 3 else function(args[0], args[1] + 1, args[2])
    if how in ("from one", "from zero"):
        by = 1 if how == "from one" else -1
        return function(args[0] + by, args[1] + by, *args[2:]) if len(args) > 1 else function(by, args[0] + by)
    if how == "never read":
        return args[1] if len(args) > 1 else None
    if how == "starts with the gradient":
        return function(args[0], now["grad"])
    if how == "as first":  # len, in place of which the other side is counted
        return np.size(args[0])
    if how == "last side":
        return np.shape(args[0])[-1]
    call = function
    if bound:
        call = getattr(np, function.__name__)
    if how.startswith("axis"):
        axis = {"axis first": 0, "axis last": -1, "axis all": None}[how]
        return call(args[0], **{**named, "axis": axis})
    if how == "keepdims":
        return call(*args, **{**named, "keepdims": False})
    if how == "keeps":
        return call(*args, **{**named, "keepdims": True})
    if how == "ddof":
        return call(*args, **{**named, "ddof": 1 - named.get("ddof", 0)})
    if how == "by rows":
        return np.sum(args[0]) / np.shape(args[0])[0]
    if how == "by the last side":
        return np.sum(args[0]) / np.shape(args[0])[-1]
    return ONE_FOR_ANOTHER[how](*args, **named)


def _softmax(x, axis):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _each(function):
    return lambda value: (
        tuple(function(item) for item in value) if isinstance(value, (tuple, list)) else function(value)
    )


GIVEN: dict[str, Any] = {  # what is done to an argument before it is used
    "less": _each(lambda x: x - 1),
    "more": _each(lambda x: x + 1),
    "one minus": _each(lambda x: 1 - x),
    "twice": _each(lambda x: 2 * x),
    "half": _each(lambda x: x / 2),
    "minus": _each(lambda x: -x),
    "square": _each(lambda x: x**2),
    "root": _each(lambda x: np.sqrt(x)),
    "one over": _each(lambda x: 1 / x),
    "turned": lambda x: tuple(reversed(x)),
    "first for all": lambda x: (x[0],) * len(x),
    "last for all": lambda x: (x[-1],) * len(x),
    "softmax": lambda x: _softmax(x, -1),
    "softmax of columns": lambda x: _softmax(x, 0),
    "flat softmax": lambda x: _softmax(x, None),
    "log softmax": lambda x: np.log(_softmax(x, -1)),
    "sigmoid": _sigmoid,
    "exp": np.exp,
    "log": np.log,
    "abs": np.abs,
    "whole": lambda x: np.trunc(x),
    "float32": lambda x: np.asarray(x, dtype=np.float32),
    "float16": lambda x: np.asarray(x, dtype=np.float16).astype(float),
    "transposed": lambda x: x.T,
    "flat": lambda x: np.ravel(x),
    "first sample": lambda x: x[:1],
    "shares": lambda x: x / np.sum(x),
    "row shares": lambda x: x / np.sum(x, axis=-1, keepdims=True),
    "column": lambda x: x[..., None],
    "sorted": np.sort,
    "from one": lambda x: x - 1,
    "not": lambda x: not x,
    "signs as 0 and 1": lambda x: (x + 1) / 2,
    "0 and 1 as signs": lambda x: 2 * x - 1,
    "unit": lambda x: x / np.linalg.norm(x),
}

ON_VALUES: dict[str, Any] = {  # what is done to a value on the way
    "whole value": np.floor,
    "value without sign": np.abs,
    "minus value": np.negative,
    "twice value": lambda x: 2 * x,
    "half value": lambda x: x / 2,
    "squared value": np.square,
    "root of value": np.sqrt,
    "not below 0": lambda x: np.maximum(x, 0),
    "counted": lambda x: (x != 0).astype(float),
}

RESULT = {  # what is done to the answer; s is a side or the size of the first tensor
    "minus": lambda r, first: -r,
    "twice": lambda r, first: 2 * r,
    "half": lambda r, first: r / 2,
    "square": lambda r, first: r**2,
    "root": lambda r, first: np.sqrt(r),
    "abs": lambda r, first: np.abs(r),
    "exp": lambda r, first: np.exp(r),
    "log": lambda r, first: np.log(r),
    "one over": lambda r, first: 1 / r,
    "one minus": lambda r, first: 1 - r,
    "in bits": lambda r, first: r / np.log(2),
    "bits as nats": lambda r, first: r * np.log(2),
    "in bans": lambda r, first: r / np.log(10),
    "bans as nats": lambda r, first: r * np.log(10),
    "by the size": lambda r, first: r / np.size(first),
    "times the size": lambda r, first: r * np.size(first),
    "by the rows": lambda r, first: r / np.shape(first)[0],
    "times the rows": lambda r, first: r * np.shape(first)[0],
    "by the columns": lambda r, first: r / np.shape(first)[-1],
    "times the columns": lambda r, first: r * np.shape(first)[-1],
    "whole": lambda r, first: np.trunc(r),
    "transposed": lambda r, first: np.transpose(r),
    "backwards": lambda r, first: r[::-1],
    "sum": lambda r, first: np.sum(r),
    "mean": lambda r, first: np.mean(r),
    "rows only": lambda r, first: np.sum(r, axis=-1),
    "row means": lambda r, first: np.mean(r, axis=-1),
    "columns only": lambda r, first: np.sum(r, axis=0),
    "column means": lambda r, first: np.mean(r, axis=0),
    "first": lambda r, first: np.asarray(r).flat[0],
    "last": lambda r, first: np.asarray(r).flat[-1],
    "not below 0": lambda r, first: np.maximum(r, 0),
    "kept axis": lambda r, first: np.asarray(r)[..., None],
    "as a list of one": lambda r, first: np.reshape(r, (1,)),
    "late": lambda r, first: np.concatenate([r[:1], r[:-1]]),
    "sum so far": lambda r, first: np.cumsum(r),
    "first for all": lambda r, first: np.full_like(r, r[0]),
    "as a share": lambda r, first: r / r[0],
    "two decimals": lambda r, first: np.round(r, 2),
    "three decimals": lambda r, first: np.round(r, 3),
    "four decimals": lambda r, first: np.round(r, 4),
}

UPDATE = {  # what is done after an update: the parameter and state before, those after -> what is returned
    "step only": lambda p, s, q, t: (p - q, t),
    "step, as it moves": lambda p, s, q, t: (q - p, t),
    "uphill": lambda p, s, q, t: (2 * p - q, t),
    "not moved": lambda p, s, q, t: (p, t),
    "old state": lambda p, s, q, t: (q, s),
    "half a step": lambda p, s, q, t: ((p + q) / 2, t),
    "two steps": lambda p, s, q, t: (2 * q - p, t),
    "no state": lambda p, s, q, t: (q, {}),
}

_functions: dict = {}


def _function(number):
    if number not in _functions:
        text, name = SOURCES[number][:2]
        hooks = {name: value for name, value in globals().items() if name.startswith("_h_")}
        space = {**hooks, "__name__": "submission"}
        exec(compile(text, f"source {number}", "exec", dont_inherit=True), space)
        _functions[number] = space[name]
    return _functions[number]


def _call(number, given):
    """By place, then by name what the function knows. `given` is fresh: a slip may write into it."""
    by_place, by_name = SOURCES[number][2:4]
    now.clear()
    now.update(given)
    args = [given[name] for name in by_place] if by_place is not None else list(given.values())
    try:
        return _function(number)(*args, **{name: given[name] for name in by_name if name in given})
    except Returned as early:
        return early.args[0]


def _prepared(given, changes, number):
    given = copy.deepcopy(given)
    for name, default in SOURCES[number][4].items():
        given.setdefault(name, default)
    for name, how in changes:
        if name not in given and how != "default":
            given[name] = inspect.signature(_function(number)).parameters[name].default
        if how == "default":
            given.pop(name, None)
        elif how.startswith("swapped with "):
            other = how[len("swapped with ") :]
            given[name], given[other] = given[other], given[name]
        elif how.startswith("is "):
            given[name] = how[len("is ") :]
        elif how.startswith("as "):
            value, other = given.pop(name), how[len("as ") :]
            given[other] = value if given.get(other) is None or value is None else given[other] * value
        elif name in given and given[name] is not None:
            given[name] = GIVEN[how](given[name])
        else:
            raise GaveUp
    return given


def _update(number, given, result, handed, done):
    """Several updates, each handed what was returned before; `done` fills with what each returns."""
    rest = {name: value for name, value in given.items() if name not in ("param", "grads")}
    param: Any = given["param"]
    state: dict = {}
    first: dict = {}
    for place, grad in enumerate(given["grads"]):
        if np.ndim(given.get("lr", 0.0)):
            rest["lr"] = float(given["lr"][place])
        if handed == "an empty state":
            state = {}
        called = _call(number, copy.deepcopy({"param": param, "grad": grad, "state": state, **rest}))
        after, kept = called
        if result:
            after, kept = UPDATE[result](param, state, after, kept)
        if handed == "the first state":  # what was kept at first is kept for ever
            first = kept = first or kept
        param, state = after, kept
        done.append((param, state))


def _answer(mutant, given, done):
    number, places, changes, result, handed = mutant
    on.clear()
    on.update(dict(places))
    seen.clear()
    given = _prepared(given, changes, number)
    if KIND == "update":
        _update(number, given, result, handed, done)
        return
    early = handed == "from the second epoch"
    if early:
        given["steps"] = given["steps"] + 1
        if "metrics" in given:
            raise GaveUp
    value = _call(number, given)
    if early:
        value = value[1:]
    if result:
        tensors = [v for v in given.values() if isinstance(v, np.ndarray) and v.ndim]
        value = _changed(value, result, tensors[0] if tensors else np.zeros(1))
    done.append(value)


def _changed(value, result, first):
    if isinstance(value, dict):
        return {name: _changed(item, result, first) for name, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_changed(item, result, first) for item in value)
    return RESULT[result](np.asarray(value), first)


class Packed:
    """Values as text, and their numbers one after another."""

    def __init__(self):
        self.numbers, self.at = [], 0

    def put(self, value):
        if value is None or isinstance(value, str):
            return ["text", value]
        if isinstance(value, dict):
            return ["dict", [[str(name), self.put(item)] for name, item in value.items()]]
        if isinstance(value, tuple):
            return ["tuple", [self.put(item) for item in value]]
        array = np.asarray(value)
        if array.dtype.kind not in "biuf" or array.size > MOST_NUMBERS:
            raise GaveUp
        self.numbers.append(array.astype(np.float64).ravel())
        self.at += array.size
        return ["array", list(array.shape), self.at - array.size]


def answers(given, mutants):
    """How each mutant ends with these arguments, and what it returned until then: JSON, and the numbers in it."""
    packed, told, all_left = Packed(), [], STEPS_FOR_ALL
    with np.errstate(all="ignore"):
        for mutant in mutants:
            left[0] = min(STEPS_FOR_ONE, all_left)
            before, end = left[0], ["returned"]
            done: list = []
            try:
                _answer(mutant, given, done)
            except (GaveUp, MemoryError, RecursionError):
                end = ["gave up"]
            except Exception as error:
                end = ["raised", type(error).__name__, str(error)[:MESSAGE_MOST]]
            all_left -= max(1, before - max(left[0], 0))
            try:
                told.append([end, [packed.put(value) for value in done]])
            except (GaveUp, ValueError):  # no numbers, or rows of different lengths
                told.append([["gave up"], []])
            if all_left <= 0:
                break
    return json.dumps(told), np.concatenate([np.zeros(0), *packed.numbers])
