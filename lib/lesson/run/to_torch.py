"""What the learner gave, in the form that torch takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from lib.lesson.run.given import as_array
from lib.lesson.spec import Choice, Parameter, Tensor, Topic


def torch_parameters(lesson: Topic, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that were given, as torch takes them; left-out ones stay torch's own."""
    return {p.name: to_torch(p, values) for p in lesson.parameters if p.name in values}


def to_torch(spec: Parameter, values: Mapping[str, Any]) -> Any:
    """One field's value as torch takes it: tensors are copied, names become the objects that they stand for."""
    value = values.get(spec.name, spec.default)
    if isinstance(spec, Tensor) and value is not None:
        return torch.from_numpy(np.array(as_array(spec, value)))  # a copy: torch must not share the learner's array
    if isinstance(spec, Choice) and spec.torch is not None:
        return spec.torch.get(value, value) if value in spec.options else value
    return value
