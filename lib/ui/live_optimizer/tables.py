"""What the live optimizer holds, as tables in which the last action's changes are marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from lib.training.session.replay import Session
from lib.training.session.snapshot import MISSING, Change, Param, group_path, saved_facts, state_path
from lib.ui.text import say

CSS = """<style>
.live { overflow-x: auto; } .live table { border-collapse: collapse; width: 100%; }
.live td, .live th { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; font-weight: 400;
  border-top: 1px solid color-mix(in srgb, currentColor 18%, transparent); font-size: .875rem; }
.live thead th { border-top: 0; opacity: .85; }
.live code, .live td { font-family: var(--st-code-font, monospace); font-size: .8125rem; white-space: pre; }
.live mark { color: inherit; font-weight: 700; padding: 0 .15rem; border-bottom: 2px solid #d0561f;
  background: color-mix(in srgb, #d0561f 18%, transparent); }
.live small { font-size: .75rem; display: block; opacity: .85; }
@media (max-width: 640px) { .live td, .live th { padding-right: .3rem; } .live td { font-size: .75rem; }
  .live td:last-child { white-space: pre-wrap; overflow-wrap: anywhere; } }
</style>"""


def show_tables(session: Session) -> None:
    """Parameters, gradients, state and `saved` on the left; groups on the right; what changed is marked."""
    found = session.moments[-1].changes if session.moments else {}
    left, right = st.columns([0.64, 0.36], gap="small")
    with left:
        st.html(CSS + f'<div class="live">{_params_table(session, found)}{_saved_table(session, found)}</div>')
    with right:
        st.html(f'<div class="live">{_groups_table(session, found)}</div>')


def _params_table(session: Session, found: Mapping[str, Change]) -> str:
    rows = [_row("th", say("parameter"), say("value"), ".grad", "requires_<wbr>grad", "optimizer.<wbr>state")]
    for name, param in session.now.params.items():
        where = say("in no group") if param.group is None else say("group {place}", place=param.group)
        paths = {buffer: state_path(name, buffer) for buffer in param.state}
        gone = {
            path.rpartition("[")[2].strip('"]'): path
            for path, change in found.items()
            if path.startswith(f"optimizer.state[{name}]") and isinstance(change.after, str)
        }
        state = "\n".join(
            f"{escape(buffer)}{_gap(param)}{_cell(param.state.get(buffer, MISSING), found.get(path))}"
            for buffer, path in {**paths, **gone}.items()
        )
        joined = param.group is not None and group_path(param.group, "params") in found
        place = f"<small>{_mark(where, joined)}</small>"
        rows.append(
            _row(
                "td",
                f"<code>{name}</code>{place}",
                _cell(param.value, found.get(name)),
                _cell(param.grad, found.get(f"{name}.grad")),
                _cell(param.requires_grad, found.get(f"{name}.requires_grad")),
                state or say("empty"),
            )
        )
    return _table(rows)


def _gap(param: Param) -> str:
    """What stands between a buffer's name and its numbers: a matrix begins on a line of its own."""
    return "\n" if param.value.ndim > 1 else " "


def _groups_table(session: Session, found: Mapping[str, Change]) -> str:
    """The options of every group. Those that are None or False are left out, unless they have just changed."""
    groups = session.now.groups
    names = [n for n in groups[0] if groups[0][n] not in (None, False) or any(group_path(0, n) == p for p in found)]
    rows = [_row("th", "param_groups", *(f"[{place}]" for place in range(len(groups))))]
    for option in ["params", *(n for n in names if n != "params")]:
        cells = [_cell(_option(group[option]), found.get(group_path(i, option))) for i, group in enumerate(groups)]
        rows.append(_row("td", f"<code>{escape(option)}</code>", *cells))
    return _table(rows)


def _saved_table(session: Session, found: Mapping[str, Change]) -> str:
    """The variable `saved`: its state and learning rates; nothing while there is none."""
    now = session.now
    if now.saved is None:
        return ""
    whose = say("the optimizer's own tensors") if now.saved_is_own else say("shares no tensor with the optimizer")
    rows = [_row("th", "saved", escape(whose))]
    for path, value in saved_facts(now.saved).items():
        if '["state"][' in path or path.endswith('["lr"]'):
            rows.append(_row("td", f"<code>{escape(path)}</code>", _cell(value, found.get(path))))
    return _table(rows)


def _option(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value


def _row(tag: str, head: str, *cells: str) -> str:
    """The first cell names the row."""
    scope = "col" if tag == "th" else "row"
    rest = "".join(f"<{tag}{' scope=col' if tag == 'th' else ''}>{cell}</{tag}>" for cell in cells)
    return f'<tr><th scope="{scope}">{head}</th>{rest}</tr>'


def _table(rows: Sequence[str]) -> str:
    return f"<table><thead>{rows[0]}</thead><tbody>{''.join(rows[1:])}</tbody></table>"


def _cell(value: Any, change: Change | None) -> str:
    """A value; the elements that changed are marked, and what it was stands below."""
    if not isinstance(value, np.ndarray):
        text = escape(str(value) if not isinstance(value, float) else f"{value:g}")
        return _mark(text, change is not None) + _was(change)
    before = change.before if change else None
    known = isinstance(before, np.ndarray) and before.shape == value.shape
    moved = np.ones(value.shape, bool) if change and not known else np.zeros(value.shape, bool)
    if change and known and before is not None:
        moved = ~((value == before) | (np.isnan(value) & np.isnan(before)))
    return _block(value, moved) + _was(change)


def _mark(text: str, changed: bool) -> str:
    return f"<mark>{text}</mark>" if changed else text


def _was(change: Change | None) -> str:
    if change is None:
        return ""
    before = change.before
    empty = isinstance(before, str) and before == MISSING
    text = say("nothing") if empty else _block(before) if isinstance(before, np.ndarray) else escape(str(before))
    return f"<small>{say('was')} {text}</small>"


def _block(array: np.ndarray, moved: np.ndarray | None = None) -> str:
    """A tensor's numbers, a row per line."""
    if array.ndim == 0:
        return _mark(f"{float(array):.4g}", moved is not None and bool(moved))
    if array.ndim == 1:
        marks = moved if moved is not None else np.zeros(array.shape, bool)
        return ", ".join(_mark(f"{v:.4g}", bool(m)) for v, m in zip(array, marks, strict=True))
    rows = moved if moved is not None else [None] * len(array)
    return "\n".join(_block(row, mark) for row, mark in zip(array, rows, strict=True))
