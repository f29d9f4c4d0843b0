"""Tensors from `.pt` files, as torch saves them."""

from __future__ import annotations

import io
import pickle
import warnings
from typing import Any

import numpy as np

from lib.tensors.file.limits import MOST_UNPACKED, TensorFileError, first_line, refuse_many, shown_shape
from lib.tensors.pickled import Damaged, NotTensors, OddTensor, only_tensors, unpacked_size

_SAVE = "; expected one written by torch.save(tensor, ...)"
_MORE = "the file holds more than tensors and plain values"
_PLAIN = "expected a plain tensor of floats, integers or booleans"


def read(data: bytes) -> np.ndarray:
    """The tensor in the file, or the only one in its list or dict; bfloat16 becomes float32."""
    data = _looked_through(data)
    import torch  # only here: text and other files must not wait for torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            held = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:  # torch's own message shows how to load the file regardless; nobody should
        raise TensorFileError(_MORE + _SAVE) from None
    except Exception as fault:  # torch raises what its many readers raise; to the learner all of it is one thing
        raise TensorFileError("torch cannot load the file ({fault})" + _SAVE, fault=first_line(fault)) from None
    tensor = _only_tensor(held, torch.Tensor)
    _refuse_tensor(tensor, torch.strided)
    tensor = tensor.detach().resolve_neg()
    try:
        if tensor.is_floating_point() and tensor.dtype not in (torch.float16, torch.float32, torch.float64):
            tensor = tensor.to(torch.float32)
        return np.array(tensor.numpy(), order="C")
    except (TypeError, RuntimeError):
        raise TensorFileError(
            "the tensor holds {dtype}; expected floats, integers or booleans", dtype=tensor.dtype
        ) from None


def _looked_through(data: bytes) -> bytes:
    """The archive that torch may open: tensors, lists and dicts, and none that would unpack to more than it seems."""
    try:
        size = unpacked_size(data)
    except Damaged:
        raise TensorFileError("the file is not a PyTorch file" + _SAVE) from None
    if size > MOST_UNPACKED:
        says = "the file unpacks to {size:,} bytes; expected at most {most:,}"
        raise TensorFileError(says, size=size, most=MOST_UNPACKED)
    try:
        return only_tensors(data, MOST_UNPACKED)
    except OddTensor as fault:
        raise TensorFileError(f"the tensor is {fault.kind}; {_PLAIN}") from None
    except Damaged as fault:
        raise TensorFileError("torch cannot load the file ({fault})" + _SAVE, fault=first_line(fault)) from None
    except NotTensors:
        raise TensorFileError(_MORE + _SAVE) from None


def _only_tensor(held: Any, tensor_type: type) -> Any:
    """The tensor, or the only one in a list or dict."""
    if isinstance(held, tensor_type):
        return held
    named = dict(held) if isinstance(held, dict) else dict(enumerate(held)) if isinstance(held, list | tuple) else None
    if named is None:
        raise TensorFileError("the file holds {kind}" + _SAVE, kind=type(held).__name__)
    tensors: dict[Any, Any] = {name: item for name, item in named.items() if isinstance(item, tensor_type)}
    if len(tensors) == 1:
        return next(iter(tensors.values()))
    kind = type(held).__name__
    if not tensors:
        raise TensorFileError("the file holds {kind} with no tensor; expected exactly one tensor", kind=kind)
    listed = ", ".join(f"{str(name)[:30]} {shown_shape(item.shape)}" for name, item in list(tensors.items())[:5])
    listed += ", ..." if len(tensors) > 5 else ""
    says = "the file holds {kind} with {count} tensors: {listed}; expected exactly one tensor"
    raise TensorFileError(says, kind=kind, count=len(tensors), listed=listed)


def _refuse_tensor(tensor: Any, strided: object) -> None:
    """Refuse what has no plain array of numbers behind it, or too many."""
    odd = [
        ("nested", tensor.is_nested),
        ("quantised", tensor.is_quantized),
        ("sparse", tensor.layout != strided),
        ("complex", tensor.is_complex()),
        ("meta (a shape without numbers)", tensor.is_meta),
    ]
    for word, is_so in odd:
        if is_so:
            raise TensorFileError(f"the tensor is {word}; {_PLAIN}")
    refuse_many(tensor.numel(), tuple(tensor.shape))
