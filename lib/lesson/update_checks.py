"""Refusals that several optimizers share. Each says what came and what was expected."""

from __future__ import annotations


def need_not_negative(**numbers: float) -> None:
    """Torch takes 0 and above; NaN it takes too."""
    for name, number in numbers.items():
        if number < 0:
            raise ValueError(f"{name} is {number:g}; expected 0 or more.")


def need_betas(betas: tuple[float, ...]) -> None:
    """Each from 0 to just below 1: at 1 the average would never see a gradient."""
    for place, beta in enumerate(betas):
        if not 0 <= beta < 1:
            raise ValueError(f"betas[{place}] is {beta:g}; expected 0 or more, and less than 1.")
