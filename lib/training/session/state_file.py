"""The saved state of an optimizer, from a stranger's file or link: read without running it, checked, packed for a URL.

torch's own `load_state_dict` compares the number of groups and parameters and takes everything else: a state of another
optimizer or of other shapes breaks the next step. Here it is refused before, in plain words.
"""

from __future__ import annotations

import base64
import binascii
import inspect
import io
import json
import pickle
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import torch

from lib.refusal import Refusal
from lib.tensors.pickled import Damaged, NotTensors, OddTensor, only_tensors, unpacked_size

MOST_BYTES = 200_000  # of a file, also unpacked; a state of these parameters takes 3,000
MOST_PACKED = 3_000  # characters in the URL
MOST_NUMBERS = 64  # in one buffer
SPEED_ONLY = ("foreach", "fused", "capturable", "differentiable")
_SAVE = "expected one written by torch.save(optimizer.state_dict(), ...)"
_MORE = f"the file holds more than tensors and plain values, and could run a program when opened; {_SAVE}"


class StateFileError(Refusal):
    """Says in plain words why a state cannot be loaded here."""


# What comes of a text that is no base64, no zlib, no JSON, or holds other things, or numbers that torch cannot hold.
_UNREADABLE = (
    *(binascii.Error, zlib.error, ValueError, RecursionError),
    *(TypeError, KeyError, AttributeError, ArithmeticError, RuntimeError),
)


def pack_file(data: bytes) -> str:
    """The file's state as text that fits into a URL. StateFileError for everything that is no optimizer's state."""
    return pack(_plain_state(_loaded(data)))


def _loaded(data: bytes) -> Any:
    """What the file holds, tensors and plain values only: nothing in it is executed."""
    data = _looked_through(data)
    try:
        return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:  # torch's message shows how to load the file regardless; nobody should
        raise StateFileError(_MORE) from None
    except Exception as fault:  # torch's readers raise many kinds; to the learner all of them mean the same
        raise StateFileError("torch cannot load the file ({fault}); " + _SAVE, fault=type(fault).__name__) from None


def _looked_through(data: bytes) -> bytes:
    """The archive that torch may open: tensors and plain values, and none that would unpack to more than it seems."""
    if len(data) > MOST_BYTES:
        raise StateFileError(
            "the file has {size:,} bytes; the state of these parameters has a few thousand", size=len(data)
        )
    try:
        size = unpacked_size(data)
    except Damaged:
        raise StateFileError("the file is not a PyTorch file; " + _SAVE) from None
    if size > MOST_BYTES:
        raise StateFileError(
            "the file unpacks to {size:,} bytes; the state of these parameters has a few thousand", size=size
        )
    try:
        return only_tensors(data, MOST_BYTES)
    except Damaged as fault:
        raise StateFileError("torch cannot load the file ({fault}); " + _SAVE, fault=fault) from None
    except OddTensor as fault:
        raise StateFileError(
            "the file holds a tensor that is {kind}; expected plain tensors of floats", kind=fault.kind
        ) from None
    except NotTensors:
        raise StateFileError(_MORE) from None


def _plain_state(held: Any) -> dict[str, Any]:
    """The state in lists and numbers. StateFileError where it has not the two parts of a state_dict."""
    if not isinstance(held, dict):
        kind = type(held).__name__
        raise StateFileError("the file holds a {kind}, not the state of an optimizer; " + _SAVE, kind=kind)
    if not {"state", "param_groups"} <= held.keys():
        keys = ", ".join(str(key)[:30] for key in list(held)[:4]) or "none at all"
        raise StateFileError(
            "the file holds a dict with the keys {keys}, not the state of an optimizer; " + _SAVE, keys=keys
        )
    state, groups = held["state"], held["param_groups"]
    if not isinstance(state, dict) or not all(isinstance(entry, dict) for entry in state.values()):
        raise StateFileError("'state' is not a dict of dicts; " + _SAVE)
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        raise StateFileError("'param_groups' is not a list of dicts; " + _SAVE)
    return {
        "state": {str(i): {str(k): _plain_buffer(k, v) for k, v in entry.items()} for i, entry in state.items()},
        "param_groups": [{str(k): _plain_option(k, v) for k, v in group.items()} for group in groups],
    }


def _plain_buffer(name: Any, value: Any) -> Any:
    """A buffer as nested lists; its size is looked at before its numbers, which a small file may repeat forever."""
    if isinstance(value, int | float):
        return float(value)
    if not torch.is_tensor(value) or value.layout != torch.strided or not value.is_floating_point():
        raise StateFileError("the buffer {name!r} is not a plain tensor of floats", name=str(name)[:30])
    if value.numel() > MOST_NUMBERS or value.is_meta:
        raise StateFileError(
            "the buffer {name!r} has shape {shape}, which is no parameter's here",
            name=str(name)[:30],
            shape=tuple(value.shape),
        )
    return value.detach().to(torch.float32).tolist()


def _plain_option(name: Any, value: Any) -> Any:
    plain = value is None or isinstance(value, bool | int | float)
    if not plain and not (isinstance(value, list | tuple) and all(isinstance(v, int | float) for v in value)):
        raise StateFileError("the option {name!r} is not a number; " + _SAVE, name=str(name)[:30])
    return list(value) if isinstance(value, tuple) else value


def pack(state: Mapping[str, Any]) -> str:
    """A plain state as characters that a URL may hold."""
    text = json.dumps(state, separators=(",", ":"))
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    if len(packed) > MOST_PACKED:
        raise StateFileError("the state holds more than two small parameters need")
    return packed


def unpack(packed: str) -> dict[str, Any]:
    """The state_dict that `pack` was given, with tensors again. StateFileError where the text is no packed state."""
    try:
        data = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        plain = json.loads(zlib.decompressobj().decompress(data, MOST_BYTES))
        tensors = {int(i): {k: _tensor(v) for k, v in entry.items()} for i, entry in plain["state"].items()}
    except _UNREADABLE:
        raise StateFileError("the state in the link cannot be read; it may have been cut") from None
    _plain_state({**plain, "state": tensors})
    groups = [
        {k: tuple(v) if isinstance(v, list) and k != "params" else v for k, v in group.items()}
        for group in plain["param_groups"]
    ]
    return {"state": tensors, "param_groups": groups}


def _tensor(value: Any) -> Any:
    return torch.tensor(value, dtype=torch.float32)


def as_code(state: Mapping[str, Any]) -> str:
    """The state_dict as an expression in Python."""
    text = repr({k: v for k, v in state.items() if k != "state"})[1:-1]
    entries = ", ".join(
        f"{index}: {{" + ", ".join(f"{name!r}: {_tensor_code(value)}" for name, value in entry.items()) + "}"
        for index, entry in state["state"].items()
    )
    return f"{{'state': {{{entries}}}, {text}}}"


def _tensor_code(value: Any) -> str:
    text = repr(value.tolist()).replace("nan", "torch.nan").replace("inf", "torch.inf")
    return f"torch.tensor({text})"


def checked(optimizer: Any, state: dict[str, Any]) -> dict[str, Any]:
    """The state, if this optimizer can go on from it; StateFileError says what does not fit."""
    groups, own = state["param_groups"], optimizer.param_groups
    if len(groups) != len(own):
        raise StateFileError(
            "the state has {count} parameter group, this optimizer {own}"
            if len(groups) == 1
            else "the state has {count} parameter groups, this optimizer {own}",
            count=len(groups),
            own=len(own),
        )
    for saved, group in zip(groups, own, strict=True):
        _refuse_other_optimizer(optimizer, saved, group)
    wanted = [
        list(range(sum(len(g["params"]) for g in own[:i]), sum(len(g["params"]) for g in own[: i + 1])))
        for i in range(len(own))
    ]
    if [group["params"] for group in groups] != wanted:
        raise StateFileError("the groups of the state hold other parameters than those of this optimizer")
    _refuse_other_buffers(optimizer, state)
    return state


OTHER_OPTIMIZER = {  # whether it has options that are foreign here, and whether it lacks some
    (True, False): "the state is of another optimizer than {name}: it has {foreign}",
    (False, True): "the state is of another optimizer than {name}: it lacks {lacking}",
    (True, True): "the state is of another optimizer than {name}: it has {foreign}, and it lacks {lacking}",
}


def _refuse_other_optimizer(optimizer: Any, saved: Mapping[str, Any], group: Mapping[str, Any]) -> None:
    """By its options: SGD has momentum, Adam has betas, and AdamW decays apart from the gradient."""
    name = type(optimizer).__name__
    if saved.keys() != group.keys():
        foreign = _listed(sorted(saved.keys() - group.keys()))
        lacking = _listed(sorted(group.keys() - saved.keys()))
        raise StateFileError(OTHER_OPTIMIZER[bool(foreign), bool(lacking)], name=name, foreign=foreign, lacking=lacking)
    fixed = (*SPEED_ONLY, "decoupled_weight_decay")
    for option in (o for o in fixed if o in group and saved[o] != group[o]):
        raise StateFileError(
            "the state has {option}={saved}; {name} here has {option}={own}",
            option=option,
            saved=str(saved[option])[:30],
            name=name,
            own=group[option],
        )


def _listed(names: Iterable[str]) -> str:
    """Names from a stranger's file, the first few and not too long."""
    known = list(names)
    return ", ".join(name[:30] for name in known[:8]) + ", …" * (len(known) > 8)


def _refuse_other_buffers(optimizer: Any, state: Mapping[str, Any]) -> None:
    """Buffers must be those that this optimizer itself would make with the options in the state."""
    own = [
        (tensor, saved)
        for g, saved in zip(optimizer.param_groups, state["param_groups"], strict=True)
        for tensor in g["params"]
    ]
    unknown = [i for i in state["state"] if not 0 <= i < len(own)]
    if unknown:
        raise StateFileError(
            "the state is of parameter {index}; this optimizer has {count}, counted from 0",
            index=unknown[0],
            count=len(own),
        )
    for index, (tensor, options) in enumerate(own):
        first, expected = _buffers(optimizer, tensor, options)
        entry = state["state"].get(index)
        if entry is None and first:
            raise StateFileError(
                "the state has nothing for parameter {index}; expected {buffers}",
                index=index,
                buffers=", ".join(first),
            )
        if entry is None:
            continue
        if entry.keys() != expected.keys():
            raise StateFileError(
                "the state of parameter {index} holds {found}; expected {expected}",
                index=index,
                found=_listed(entry) or "nothing",
                expected=", ".join(expected) or "nothing",
            )
        for buffer, shape in expected.items():
            if entry[buffer].shape != shape:
                raise StateFileError(
                    "{buffer} of parameter {index} has shape {found}; expected {expected}",
                    buffer=buffer,
                    index=index,
                    found=tuple(entry[buffer].shape),
                    expected=tuple(shape),
                )


def _buffers(optimizer: Any, tensor: Any, options: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """Names of the buffers before the first step, and names and shapes after it, from a trial with zeros."""
    takes = inspect.signature(type(optimizer)).parameters
    trial = torch.zeros_like(tensor, requires_grad=True)
    trial.grad = torch.zeros_like(trial)
    try:
        fresh = type(optimizer)([trial], **{k: v for k, v in options.items() if k in takes and k != "params"})
        first = list(fresh.state[trial]) if trial in fresh.state else []
        fresh.step()
    except (ValueError, TypeError, RuntimeError, ArithmeticError) as error:
        raise StateFileError("torch does not take the options of the state: {error}", error=error) from None
    return first, {name: value.shape for name, value in fresh.state[trial].items()}
