"""A map of the final loss over learning rate and momentum (or a beta)."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go

from lib.plots.frame import axis, figure, label, sentence

GONE = "rgba(140, 133, 124, 0.55)"  # where runs diverged: no shade of the map itself, in the light theme or the dark


def sweep_map(rates: np.ndarray, others: np.ndarray, losses: np.ndarray, other: str) -> go.Figure:
    """Shades by the logarithm of the loss, shape (others, rates); runs that diverged are grey; a dot marks the best."""
    finite = np.isfinite(losses)
    if not finite.any():
        return sentence("Every run of this map diverged: lower the learning rates.")
    lowest = float(losses[finite].min())
    above = losses - min(lowest, 0.0)
    floor = max(float(above[finite].max()) * 1e-16, 1e-30)
    shade = np.log10(np.maximum(np.where(finite, above, np.nan), floor))
    ticks, texts = _ticks(float(np.nanmin(shade)), float(np.nanmax(shade)), min(lowest, 0.0))
    heat = {
        "type": "heatmap",
        "x": np.log10(rates),
        "y": others,
        "z": shade,
        "customdata": losses,
        "colorbar": {
            "title": {"text": "final loss", "side": "right"},
            "thickness": 12,
            "outlinewidth": 0,
            "tickvals": ticks,
            "ticktext": texts,
        },
        "hovertemplate": f"lr = 10^%{{x:.2f}}<br>{other} = %{{y:.3g}}<br>loss = %{{customdata:.3g}}<extra></extra>",
    }
    row, column = np.unravel_index(int(np.nanargmin(np.where(finite, losses, np.nan))), losses.shape)
    best = {
        "type": "scatter",
        "mode": "markers",
        "x": [np.log10(rates[column])],
        "y": [others[row]],
        "cliponaxis": False,
        "marker": {"color": "white", "size": 13, "line": {"color": "black", "width": 3}},  # stands out from every shade
        "hovertemplate": f"lowest: {label(lowest)} at lr {label(float(rates[column]), 3)}, "
        f"{other} {label(float(others[row]), 3)}<extra></extra>",
    }
    powers = np.arange(np.ceil(np.log10(rates[0]) - 1e-9), np.floor(np.log10(rates[-1]) + 1e-9) + 1)
    across = axis("learning rate", tickvals=powers, ticktext=[label(float(10**power)) for power in powers])
    across |= {"showgrid": False, "range": _edges(np.log10(rates))}
    up = axis(other, showgrid=False, range=_edges(others))
    drawn = figure([heat, best], xaxis=across, yaxis=up, plot_bgcolor=GONE)
    return drawn.update_layout(margin_pad=0)  # the theme's padding would be grey too


def _edges(places: np.ndarray) -> list[float]:
    """From the first cell's outer edge to the last one's: beyond them, grey would look like runs that diverged."""
    half = (places[1] - places[0]) / 2
    return [float(places[0] - half), float(places[-1] + half)]


def _ticks(low: float, high: float, floor: float) -> tuple[np.ndarray, list[str]]:
    """Up to six powers of ten along the shades; losses themselves where the lowest is negative or all are alike."""
    first, last = math.ceil(low), math.floor(high)
    if floor < 0 or last <= first:
        ticks = np.linspace(low, high, 5)
        return ticks, [label(float(10**tick + floor), 2) for tick in ticks]
    powers = range(first, last + 1, math.ceil((last - first) / 5))
    return np.array(powers, dtype=float), [f"10<sup>{power}</sup>".replace("-", "−") for power in powers]
