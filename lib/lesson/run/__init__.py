"""Runs a lesson on given values: by hand, driving its coroutine, and by torch."""

from lib.lesson.run.case import Case
from lib.lesson.run.drive import Slip, Worked, drive
from lib.lesson.run.given import as_array, check, given_values
from lib.lesson.run.loss import (
    REFUSALS,
    TorchResult,
    by_hand,
    by_torch,
    differentiable,
    grad_by_hand,
    torch_result,
)
from lib.lesson.run.schedule import lr_by_hand, lr_by_torch
from lib.lesson.run.trace import Update, trace_by_hand, trace_by_torch

__all__ = [
    "REFUSALS",
    "Case",
    "Slip",
    "TorchResult",
    "Update",
    "Worked",
    "as_array",
    "by_hand",
    "by_torch",
    "check",
    "differentiable",
    "drive",
    "given_values",
    "grad_by_hand",
    "lr_by_hand",
    "lr_by_torch",
    "torch_result",
    "trace_by_hand",
    "trace_by_torch",
]
