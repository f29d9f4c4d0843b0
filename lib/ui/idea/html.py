"""A strip as HTML: only boxes and masks, since `st.html` drops inline SVG; every word escaped."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence
from functools import singledispatch
from html import escape

import numpy as np

from lib.ui.idea.shown import OPEN, Bar, Bars, Dot, Lattice, Panel, Plane, Strip, finite
from lib.ui.text import say

# Characters that the numbers above a panel's bars may have together, or they stand upright: of the whole strip, shared
# by its panels, and of one panel on a phone, where two stand side by side.
ACROSS, ACROSS_NARROW = 88, 20


def html_of(strip: Strip) -> str:
    """The picture for the eyes, its text for the ears, then the sentences for both."""
    picture = ""
    if strip.panels:
        panels = "".join(_panel(panel, place, ACROSS // len(strip.panels)) for place, panel in enumerate(strip.panels))
        picture = f'<div class="pic" role="img" aria-label="{escape(spoken(strip))}"{_height(strip)}>{panels}</div>'
    says = f'<p class="says">{" ".join(_with_numbers(text) for text in strip.says if text)}</p>'
    meets = f'<p class="meets" translate="no">{escape(strip.meets)}</p>' if strip.meets else ""
    return f'<div class="idea">{picture}{says}{meets}</div>'


def _height(strip: Strip) -> str:
    """A lattice of many rows makes the whole strip higher, so that its numbers can be read."""
    rows = max((len(panel.rows) for panel in strip.panels if isinstance(panel, Lattice)), default=0)
    return f' style="--high:{1.15 * rows + 1.2:.2f}rem"' if rows > 3 else ""


def spoken(strip: Strip) -> str:
    """What is to be seen, in words: nothing that is not written in the picture."""
    return ". ".join(_spoken(panel) for panel in strip.panels)


def _with_numbers(text: str) -> str:
    """A sentence; what stands between asterisks is set off."""
    parts = escape(text).split("*")
    return "".join(f'<b translate="no">{part}</b>' if i % 2 else part for i, part in enumerate(parts))


def _panel(panel: Panel, place: int, room: int) -> str:
    arrow = escape(panel.sign) if place else ""
    return (
        f'<div class="panel{_breadth(panel)}"><span class="arrow">{arrow}</span>'
        f'<span class="cap">{escape(_caption(panel))}</span>{_body(panel, room)}</div>'
    )


def _breadth(panel: Panel) -> str:
    """Curves and lattices take more of the strip's width, a single bar less."""
    if isinstance(panel, Lattice):
        return " wide lattice"
    if isinstance(panel, Plane):
        return " wide" if panel.curves or panel.even else ""
    return " slight" if len(panel.bars) == 1 else ""


def _caption(panel: Panel) -> str:
    """What the panel shows; where bars are left out, how many."""
    more = _left_out(panel.more, [bar.text for bar in panel.bars]) if isinstance(panel, Bars) else ""
    return f"{panel.caption} {more}".strip()


@singledispatch
def _body(panel: Panel, room: int) -> str:
    raise TypeError(f"no such panel: {panel!r}")


@singledispatch
def _spoken(panel: Panel) -> str:
    raise TypeError(f"no such panel: {panel!r}")


def _said(label: str, text: str) -> str:
    text = say("open") if text == OPEN else text
    return f"{label}: {text}" if label and text else label or text


@_spoken.register
def _(panel: Bars) -> str:
    told = [
        _said(f"{panel.noun} {bar.label}" if bar.label[:1].isdigit() else bar.label, bar.text) for bar in panel.bars
    ]
    told += [_said(label, "") for _, label in panel.levels]
    return _said(panel.caption, ", ".join(filter(None, [*told, _left_out(panel.more, told)])))


@_spoken.register
def _(panel: Plane) -> str:
    told = [_said(dot.label, dot.text) for dot in panel.dots]
    return _said(panel.caption, ", ".join(filter(None, told)))


@_spoken.register
def _(panel: Lattice) -> str:
    told = [
        f"{row} {' '.join(say('open') if t == OPEN else t for t in texts)}"
        for row, texts in zip(panel.rows, panel.texts, strict=True)
        if any(texts)
    ]
    return _said(panel.caption, "; ".join(told))


def _left_out(more: int, told: Sequence[str]) -> str:
    """How many are not drawn; without a number where none is to be seen."""
    if not more:
        return ""
    return say("… {n} more", n=f"{more:,}") if any(c.isdigit() for text in told for c in text) else say("… more")


# ------------------------------------------------------------------ bars


@_body.register
def _(panel: Bars, room: int) -> str:
    low, high = _scale(panel)
    across = len(panel.bars) * max((len(bar.text) for bar in panel.bars), default=0)
    hangs = any(bar.value < 0 for bar in panel.bars)
    zero = 100 * -low / (high - low)
    columns = "".join(_column(bar, zero, high - low) for bar in panel.bars)
    lines = "".join(_level(value, label, zero, high - low) for value, label in panel.levels if math.isfinite(value))
    written = [bar.label if bar.short is None else bar.short for bar in panel.bars]
    names = "".join(
        f'<span class="name{_tone(bar)}"><span>{escape(name)}</span></span>'
        for bar, name in zip(panel.bars, written, strict=True)
    )
    kind = " pairs" * panel.pairs + " few" * (len(panel.bars) <= 2)
    classes = "in" + (" tall" if across > room else " slim" * (across > ACROSS_NARROW)) + " hang" * hangs + kind
    return (
        f'<div class="box"><div class="{classes}"><div class="zero" style="bottom:{zero:.1f}%"></div>{lines}{columns}'
        f'</div></div><div class="foot names{kind}">{names}</div>'
    )


def _tone(thing: Bar | Dot) -> str:
    return f" {thing.tone}" if thing.tone else ""


def _scale(panel: Bars) -> tuple[float, float]:
    """From the lowest value to the highest, 0 always among them."""
    values = finite([bar.value for bar in panel.bars] + [value for value, _ in panel.levels])
    endless = [bar.value for bar in panel.bars if math.isinf(bar.value)]
    low, high = min([0.0, *values]), max([0.0, *values, panel.whole or 0.0])
    room = (high - low) or 1.0
    low, high = low - room * any(v < 0 for v in endless), high + room * any(v > 0 for v in endless)
    return (low, high) if high - low > 0 and math.isfinite(high - low) else (0.0, 1.0)


def _column(bar: Bar, zero: float, span: float) -> str:
    value = bar.value
    endless = math.isinf(value)
    share = 0.0 if math.isnan(value) else 100.0 * abs(value) / span if not endless else 1e9
    up = value >= 0 or math.isnan(value)
    share = min(share, 100 - zero if up else zero)
    place = f"bottom:{zero:.1f}%" if up else f"top:{100 - zero:.1f}%"
    tip = f"bottom:{zero + share:.1f}%" if up else f"top:{100 - zero + share:.1f}%"
    box = (
        ""
        if math.isnan(value)
        else f'<i class="{"neg " * (not up)}{"inf" * endless}" style="{place};height:{share:.1f}%"></i>'
    )
    return f'<span class="col{_tone(bar)}">{box}<b translate="no" style="{tip}">{escape(bar.text)}</b></span>'


def _level(value: float, label: str, zero: float, span: float) -> str:
    return f'<div class="level" style="bottom:{zero + 100 * value / span:.1f}%"><em>{escape(label)}</em></div>'


# ------------------------------------------------------------------ planes


@_body.register
def _(panel: Plane, room: int) -> str:
    curves = _mask([_path(x, y, panel) for x, y in panel.curves], "") if panel.curves else ""
    lines = [_path([a[0], b[0]], [a[1], b[1]], panel) for a, b in panel.joined]
    dashes = _mask(lines, "dash") if lines else ""
    axes = _axes(panel) if panel.zero else ""
    dots = "".join(_dot(dot, panel) for dot in panel.dots)
    kind = " even" * panel.even + " bare" * panel.zero
    foot = "".join(f"<span>{escape(text)}</span>" for text in panel.foot)
    plot = f'<div class="plot{kind}">{axes}{curves}{dashes}{dots}</div>'
    return f'<div class="box">{plot}</div><div class="foot ends">{foot}</div>'


def _across(x: float, panel: Plane) -> float:
    low, high = panel.x
    return 100 * min(max((x - low) / (high - low), -0.02), 1.02) if high > low else 50.0


def _up(y: float, panel: Plane) -> float:
    low, high = panel.y
    return 100 * min(max((y - low) / (high - low), -0.02), 1.05) if high > low else 50.0


def _path(x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray, panel: Plane) -> str:
    """The line through the points, broken where a number is not finite; what leaves the box is cut off there."""
    (left, right), (low, high) = panel.x, panel.y
    across = 100 * (np.asarray(x, np.float64) - left) / ((right - left) or 1.0)
    down = 100 - 100 * (np.asarray(y, np.float64) - low) / ((high - low) or 1.0)
    parts, pen = [], "M"
    for a, b in zip(across.tolist(), down.tolist(), strict=True):
        if not (math.isfinite(a) and math.isfinite(b)):
            pen = "M"
            continue
        parts.append(f"{pen}{a:.1f} {min(max(b, -900), 900):.1f}")
        pen = "L"
    return "".join(parts)


def _mask(paths: Sequence[str], kind: str) -> str:
    """Lines as a mask over a box in the theme's colour."""
    dashes = ' stroke-dasharray="4 3"' if kind else ""
    drawn = "".join(f'<path vector-effect="non-scaling-stroke" d="{path}"/>' for path in paths if path)
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" preserveAspectRatio="none">'
        f'<g fill="none" stroke="#000" stroke-width="{1.2 if kind else 1.8}"{dashes}>{drawn}</g></svg>'
    )
    url = b64encode(svg.encode()).decode()
    return f'<s class="{kind}" style="mask-image:url(data:image/svg+xml;base64,{url})"></s>'


def _axes(panel: Plane) -> str:
    lines = ""
    if panel.y[0] <= 0 <= panel.y[1]:
        lines += f'<div class="axis-x" style="bottom:{_up(0, panel):.1f}%"></div>'
    if panel.x[0] <= 0 <= panel.x[1]:
        lines += f'<div class="axis-y" style="left:{_across(0, panel):.1f}%"></div>'
    return lines


def _dot(dot: Dot, panel: Plane) -> str:
    words = " ".join(
        part
        for part in (
            f'<b translate="no">{escape(dot.text)}</b>' if dot.text else "",
            f"<small>{escape(dot.label)}</small>" if dot.label else "",
        )
        if part
    )
    if math.isnan(dot.x) or math.isnan(dot.y):
        return f'<em class="{dot.tone}" style="right:0;top:0">{words}</em>' if words else ""
    across, up = _across(dot.x, panel), _up(dot.y, panel)
    point = f'<u class="{dot.tone}" style="left:{across:.1f}%;bottom:{up:.1f}%"></u>'
    if not words:
        return point
    left = dot.left if dot.left is not None else _room_is_left(dot, panel, across)
    return f'{point}<em class="{dot.tone}" style="{_beside(across, up, left, dot.below)}">{words}</em>'


def _room_is_left(dot: Dot, panel: Plane, across: float) -> bool:
    """Above a falling curve there is room to the right, above a rising one to the left; at the edges, inwards."""
    if not 28 <= across <= 72:
        return across > 72
    return _rises(dot, panel) if panel.curves else across >= 55


def _rises(dot: Dot, panel: Plane) -> bool:
    """Whether the first curve is higher to the right of the dot than to its left."""
    x, y = panel.curves[0]
    place, around = int(np.searchsorted(x, dot.x)), max(len(x) // 8, 1)
    return bool(y[min(place + around, len(x) - 1)] > y[max(place - around, 0)])


def _beside(across: float, up: float, left: bool, below: bool) -> str:
    """Where a dot's words stand: to one side, above or below it, within the box."""
    side = f"right:calc({100 - across:.1f}% + 7px)" if left else f"left:calc({across:.1f}% + 7px)"
    over = -8 if up > 80 else 4  # at the top, level with the dot
    high = f"top:calc({100 - up:.1f}% + 5px)" if below else f"bottom:calc({up:.1f}% + {over}px)"
    return f"{side};{high}"


# ------------------------------------------------------------------ lattices


@_body.register
def _(panel: Lattice, room: int) -> str:
    rows, columns = panel.values.shape
    most = max(finite(panel.values.reshape(-1)) or [0.0]) or 1.0
    cells = "".join(
        f"<span>{escape(panel.rows[r])}</span>"
        + "".join(_cell(panel.values[r, c], panel.texts[r][c], most) for c in range(columns))
        for r in range(rows)
    )
    foot = "<span></span>" + "".join(f"<span>{escape(name)}</span>" for name in panel.columns)
    grid = f"grid-template:repeat({rows},1fr) 1rem / auto repeat({columns},minmax(0,1fr))"
    more = f"<span>{escape(panel.more)}</span>" if panel.more else ""
    table = f'<div class="cells" translate="no" style="{grid}">{cells}{foot}</div>'
    return f'<div class="box">{table}</div><div class="foot">{more}</div>'


def _cell(value: float, text: str, most: float) -> str:
    share = 0 if not math.isfinite(value) else round(70 * max(value, 0) / most)
    shade = f"background:color-mix(in srgb, var(--right) {share}%, transparent)"
    return f'<span class="c{" open" * (text == OPEN)}" style="{shade}">{escape(text)}</span>'
