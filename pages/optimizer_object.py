"""What an optimizer object is: a real torch optimizer, one click per method, and what each click changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from lib.training.session.actions import MOST_ACTIONS, OPTIMIZERS, PARAMS, Action, SetUp, actions_in, as_text
from lib.training.session.prediction import ELEMENTS, Verdict, predict
from lib.training.session.replay import Session, replay, session_code
from lib.training.session.sentence import what_happened
from lib.training.session.snapshot import MISSING, Change, Param, group_path, saved_facts, state_path
from lib.training.session.state_file import StateFileError, pack_file
from lib.ui.copy_link import copy_link
from lib.ui.heading import neighbours
from lib.ui.page import Page
from lib.ui.text import say

PAGE = Page(
    title="What an optimizer object is",
    group="training",
    order=3,
    names=("优化器的基本方法", "zero_grad", "param_groups", "state_dict", "load_state_dict", "add_param_group"),
    purpose="A live torch optimizer: press its methods and see what each one changes.",
)


@dataclass(frozen=True)
class Attempt:
    """A scenario to open with one click: the actions, and settings other than the usual ones."""

    asks: str
    actions: str
    settings: tuple[tuple[str, float], ...] = ()


ATTEMPTS = (
    Attempt("Forget zero_grad", "bsbs", (("momentum", 0.0),)),
    Attempt("zero_grad to None, then step", "bszs"),
    Attempt("Zeros still coast", "bsZs"),
    Attempt("Load a state: lr comes with it", "bscl0:0.5bsL"),
    Attempt("state_dict is not a copy", "bsdbs"),
    Attempt("Freeze, then step", "bf0s"),
    Attempt("A group of its own", "bg0.001s"),
    Attempt("Decay with zero gradients", "bsZs", (("momentum", 0.0), ("weight_decay", 0.1))),
)

ARTICLE = """
- **`zero_grad()`** used to leave zeros. Since PyTorch 2.0 it sets `.grad` to None, and `step` then *skips* the
  parameter: no weight decay, no momentum. `zero_grad(set_to_none=False)` gives the zeros of older articles.
- **`_step_count`** is no attribute of an optimizer. A learning-rate scheduler has one.
- **`lr`** need not be given to SGD any more: its default is 1e-3.
- **The keys of the state.** `optimizer.state` is keyed by the tensor itself, `state_dict()["state"]` by the number of
  the parameter, counted from 0 through all groups. Neither is a memory address.
- **`state_dict()` is not a copy.** Its tensors are the optimizer's own. `copy.deepcopy` or a file keeps them.
"""

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


def render() -> None:
    """The whole page."""
    _take_loaded()
    _heading()
    _session(_set_up())
    neighbours("optimizer_object")


def _session(setup: SetUp) -> None:
    """Everything that follows from the actions so far, replayed with these settings."""
    try:
        actions = actions_in(st.session_state.get("object_actions", st.query_params.get("object_actions", "")))
        session = replay(setup, actions)
    except ValueError as error:
        st.error(say("{problem}.", problem=str(error)))
        st.button(say("Start again"), on_click=_start_again, key="object_restart")
        return
    st.session_state["object_actions"] = as_text(actions)
    st.query_params["object_actions"] = as_text(actions)
    _buttons(session, actions)
    _said(session)
    _tables(session)
    _prediction(setup, actions)
    _attempts()
    _below(setup, session, actions)


def _heading() -> None:
    title, about, link = st.columns([0.66, 0.19, 0.15], vertical_alignment="center", gap="small")
    title.title(say(PAGE.title), anchor=False)
    with about, st.popover(say("The article today"), type="tertiary"):
        st.markdown(say(ARTICLE))
    with link:
        copy_link()
    st.markdown(
        say(
            "It holds your parameters themselves, in groups with options, and a state for each. `backward` fills "
            "`.grad`; `step` changes the parameters in place."
        )
    )


def _set_up() -> SetUp:
    """The optimizer and its settings, all in the URL. A change replays the same actions."""
    with st.container(border=True, key="object_input_card"):
        columns = st.columns(5, gap="small", vertical_alignment="bottom")
    with columns[0]:
        name = st.selectbox(
            say("Optimizer"),
            list(OPTIMIZERS),
            key="object_optimizer",
            bind="query-params",
            persist_state="session",
        )
    chosen = []
    for column, setting in zip(columns[1:], OPTIMIZERS[name], strict=False):
        with column:
            value = st.number_input(
                setting.name,
                value=setting.default,
                min_value=0.0,
                step=0.1,
                format="%g",
                key=f"object_{name}_{setting.name}",
                help=say(setting.says),
                bind="query-params",
                persist_state="session",
            )
            chosen.append((setting.name, float(value)))
    return SetUp(name, tuple(chosen))


def _do(action: Action) -> None:
    """For a button: appends the action. A prediction stays for the step it was made for only."""
    before = st.session_state["object_actions"]
    st.session_state["object_actions"] = before + action.token
    if action.letter != "s":
        _forget_prediction()
    elif st.session_state.get("object_predicted_at") != before:
        _forget_prediction()


def _forget_prediction() -> None:
    st.session_state["object_prediction"] = ""
    st.session_state.pop("object_predicted_at", None)


def _undo(actions: Sequence[Action]) -> None:
    st.session_state["object_actions"] = as_text(actions[:-1])
    _forget_prediction()


def _start_again() -> None:
    st.session_state["object_actions"] = ""
    _forget_prediction()


def _buttons(session: Session, actions: Sequence[Action]) -> None:
    """One button per method; what cannot be pressed says why."""
    now = session.now
    full = len(actions) >= MOST_ACTIONS
    with st.container(horizontal=True, gap="xsmall", key="object_buttons"):
        for label, action in (
            ("backward", Action("b")),
            ("step", Action("s")),
            ("zero_grad()", Action("z")),
            ("zero_grad(set_to_none=False)", Action("Z")),
            ("state_dict", Action("d")),
            ("deepcopy of it", Action("c")),
            ("load_state_dict", Action("L")),
            *(
                (f"freeze {name}", Action("f", place))
                if now.params[name].requires_grad
                else (f"unfreeze {name}", Action("u", place))
                for place, name in enumerate(PARAMS)
            ),
        ):
            st.button(say(label), key=f"object_do_{action.token}", on_click=_do, args=(action,), disabled=full)
        with st.popover(say("add_param_group, lr")):
            _group_fields(session, full)
        st.button(say("Undo"), key="object_undo", on_click=_undo, args=(actions,), disabled=not actions)
        st.button(say("Start again"), key="object_restart", on_click=_start_again, disabled=not actions)
    if full:
        st.caption(say("{most} actions are the most. Undo or start again.", most=MOST_ACTIONS))


def _group_fields(session: Session, full: bool) -> None:
    lr = st.number_input(say("Learning rate"), 0.0, 1000.0, 0.001, 0.001, format="%g", key="object_new_lr")
    actions = [(say("add_param_group with bias"), Action("g", 1, lr))]
    for place in range(len(session.now.groups)):
        actions.append((say("set lr of group {place}", place=place), Action("l", place, lr)))
    for label, action in actions:
        key = f"object_do_{action.letter}{action.place}"
        st.button(label, key=key, on_click=_do, args=(action,), disabled=full)


def _said(session: Session) -> None:
    """The last action and what it did."""
    with st.container(key="object_note_said"):
        if not session.moments:
            st.markdown(
                say("A new optimizer over `weight`. `bias` is in no group yet. Press **backward**, then **step**.")
            )
            return
        last = session.moments[-1]
        st.markdown(f"**{len(session.moments)} · {say(last.action.name)}** – {say(what_happened(last))}")


def _tables(session: Session) -> None:
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
    """Between a buffer's name and its numbers: several rows begin on a line of their own."""
    return "\n" if param.value.ndim > 1 else " "


def _groups_table(session: Session, found: Mapping[str, Change]) -> str:
    """The options that torch documents as numbers; those that only change speed are in the code's printout."""
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


def _prediction(setup: SetUp, actions: Sequence[Action]) -> None:
    """Before a step: what will one element be?"""
    text = st.session_state.get("object_prediction", "")
    made_at = st.session_state.get("object_predicted_at")
    now = as_text(actions)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="object_predict"):
        element = st.selectbox(say("Predict: after the next step"), list(ELEMENTS), key="object_element", width=190)
        st.text_input(
            say("will be"), key="object_prediction", width=130, on_change=_predicted, args=(now,), placeholder="0.5614"
        )
        if text.strip() and made_at in (now, now.removesuffix("s")):
            st.markdown(_verdict(predict(setup, actions_in(made_at), element, text), text))


def _predicted(now: str) -> None:
    st.session_state["object_predicted_at"] = now


def _verdict(verdict: Verdict, text: str) -> str:
    match verdict.kind:
        case "right":
            return f":green[**✓ {say('right')}**]"
        case "mistake":
            return f":red[**✗ {say('likely mistake')}**] {say('{says}', says=verdict.says)}"
        case "unreadable":
            return f":red[{say('{problem}', problem=verdict.says)}]"
        case _:
            return f":red[**✗ {say('not yet')}**]"


def _attempts() -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="object_attempts"):
        st.markdown(say("Try:"), width="content")
        for place, attempt in enumerate(ATTEMPTS):
            st.button(say(attempt.asks), key=f"object_try_{place}", type="tertiary", on_click=_open, args=(attempt,))


def _open(attempt: Attempt) -> None:
    """For a button: SGD with the usual settings but for the attempt's, and its actions."""
    st.session_state["object_optimizer"] = "SGD"
    for setting in OPTIMIZERS["SGD"]:
        st.session_state[f"object_SGD_{setting.name}"] = dict(attempt.settings).get(setting.name, setting.default)
    st.session_state["object_actions"] = attempt.actions
    _forget_prediction()


def _below(setup: SetUp, session: Session, actions: Sequence[Action]) -> None:
    left, right = st.columns([0.6, 0.4], gap="small")
    with left:
        st.markdown(say("**The session so far**, as code to copy"))
        st.code(session_code(setup, session.moments), language="python", wrap_lines=True)
        st.markdown(say("It prints"))
        st.code(session.printed, language=None, wrap_lines=True)
    with right:
        _identity(session)
        _history(session)
        _files(setup, session, actions)


def _identity(session: Session) -> None:
    st.markdown(say("**It holds the parameter itself**, not a copy"))
    st.code(
        f'optimizer.param_groups[0]["params"][0] is weight\n# {session.same_object}\n'
        f'id(optimizer.param_groups[0]["params"][0]) == id(weight)\n# {session.same_id}',
        language="python",
        wrap_lines=True,
    )


def _history(session: Session) -> None:
    """Every action with what it did."""
    with st.expander(say("What happened, action by action"), key="object_history", on_change="rerun") as history:
        if history.open:
            lines = [
                f"{i}. **{say(m.action.name)}** – {say(what_happened(m))}" for i, m in enumerate(session.moments, 1)
            ]
            st.markdown("\n".join(lines) or say("Nothing yet."))


def _files(setup: SetUp, session: Session, actions: Sequence[Action]) -> None:
    """Save the state to a file and load one; a file that does not fit gets a sentence and changes nothing."""
    st.markdown(say("**Save and load the state**"))
    st.download_button(
        say("state.pt"), session.file, file_name="state.pt", on_click="ignore", icon=":material/download:"
    )
    st.caption(say("Load it with `torch.load(path, weights_only=True)`: nothing in the file is run."))
    file = st.file_uploader(say("Load a state (.pt)"), type=["pt", "pth", "pkl"], key="object_upload")
    if file is None:
        return
    if st.session_state.get("object_uploaded") == file.file_id:
        return
    try:
        action = Action("U", data=pack_file(file.getvalue()))
        refused = replay(setup, [*actions, action]).moments[-1].refused
    except StateFileError as error:
        refused = str(error)
    if len(actions) >= MOST_ACTIONS:
        refused = say("{most} actions are the most", most=MOST_ACTIONS)
    if refused:
        st.error(say("Not loaded: {problem}. Nothing changed.", problem=refused))
        return
    st.session_state["object_uploaded"] = file.file_id
    st.session_state["object_load_next"] = action
    st.rerun()


def _take_loaded() -> None:
    """Before anything is drawn: appends the file that the last run read."""
    action = st.session_state.pop("object_load_next", None)
    if action is not None:
        _do(action)
