"""How a command ends: the exit codes, and what is raised when it was called wrongly."""

from __future__ import annotations

GRADED, FAULT_FOUND, WRONG_USE, NOT_GRADED = 0, 1, 2, 3


class WrongUse(Exception):
    """The command line does not fit; the message says what was expected."""
