"""What a file may hold, and what is said about one that holds something else."""

from __future__ import annotations

from lib.refusal import Refusal

MOST_NUMBERS = 1_000_000
MOST_BYTES = 64_000_000


class TensorFileError(Refusal):
    """Says in plain words what in the file is not a tensor that can be used, and what was expected."""


def refuse_many(count: int, shape: tuple[int, ...]) -> None:
    """Raises TensorFileError for a shape that holds more than MOST_NUMBERS."""
    if count > MOST_NUMBERS:
        says = "the shape is {shape}: {count:,} numbers; expected at most {most:,}"
        raise TensorFileError(says, shape=shape, count=count, most=MOST_NUMBERS)


def first_line(fault: BaseException) -> str:
    """What a library says, as far as it can be shown to a learner."""
    line = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
    return line if len(line) <= 120 else line[:117] + "..."
