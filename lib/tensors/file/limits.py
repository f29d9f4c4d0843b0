"""What a file may hold, and what is said about one that holds something else."""

from __future__ import annotations

from collections.abc import Sequence

from lib.refusal import Refusal

MOST_NUMBERS = 1_000_000
MOST_BYTES = 64_000_000
MOST_UNPACKED = 32_000_000  # of a packed file, which is held a few times over while it is read


class TensorFileError(Refusal):
    """Says in plain words what in the file is not a tensor that can be used, and what was expected."""


def refuse_many(count: int, shape: tuple[int, ...]) -> None:
    """Raises TensorFileError for a shape that holds more than MOST_NUMBERS."""
    if count > MOST_NUMBERS:
        says = "the shape is {shape}: {count} numbers; expected at most {most:,}"
        how_many = f"{count:,}" if count < 10**18 else "countless"
        raise TensorFileError(says, shape=shown_shape(shape), count=how_many, most=MOST_NUMBERS)


def shown_shape(shape: Sequence[int]) -> str:
    """A shape as it can be shown, however many and long its sizes are."""
    sizes = [str(size) if abs(size) < 10**18 else "…" for size in shape[:8]] + ["…"] * (len(shape) > 8)
    return f"({', '.join(sizes)}{',' * (len(sizes) == 1)})"


def first_line(fault: BaseException) -> str:
    """What a library says, as far as it can be shown to a learner."""
    line = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
    return line if len(line) <= 120 else line[:117] + "..."
