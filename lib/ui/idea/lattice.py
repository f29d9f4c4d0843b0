"""CTC: every way to spell the labels, as paths through a lattice."""

from __future__ import annotations

import numpy as np

from lib.ui.idea.shown import OPEN, Bars, Lattice, Strip, digits, power_of_e
from lib.ui.idea.view import View
from lib.ui.text import say

MOST_FRAMES, MOST_STATES, MOST_CLASSES = 8, 7, 5
MOST_TEXTS, MOST_ACROSS = 28, 5  # cells in all, and beside each other, that hold their numbers


def ctc(view: View) -> Strip:
    """Probabilities per frame → the lattice of states → all paths together → minus the logarithm."""
    together = Bars(say("all paths"), (view.bar("", "likelihood", "target"),), whole=1.0)
    loss = Bars(say("−ln of that"), (view.bar("", "loss_per_sample", "target"),))
    general = say(
        "A path goes from frame to frame and spells the labels, with blanks where it likes; every such path counts."
    )
    return Strip((_probabilities(view), _states(view), together, loss), (general, _of_paths(view)))


def _of_paths(view: View) -> str:
    """The probability of all paths, and the loss, as far as they are known."""
    if view.alone:
        return say("The loss is −ln of the probability of all paths together.")
    p, loss, who = view.number("likelihood"), view.number("loss_per_sample"), view.name_of_sample()
    if view.knows("loss_per_sample") and view.one("likelihood") == 0 and view.one("loss_per_sample") > 0:
        p = power_of_e(-view.one("loss_per_sample"))  # too small for a number, and not 0
    first = say("{who}: all paths together have *{p}*", who=who, p=p)
    if p == OPEN:
        first = say("{who}: the paths that have arrived are those in the last states", who=who)
    if loss == OPEN:
        return first + say("; −ln of that is the loss.")
    clipped = say(", 0 instead of infinity") if view.one("likelihood") == 0 and view.one("loss_per_sample") == 0 else ""
    return first + say("; −ln of that is the loss{clipped}: *{loss}*.", loss=loss, clipped=clipped)


def _probabilities(view: View) -> Lattice:
    """A column for each frame, a row for each class."""
    values = np.atleast_2d(view.of("probabilities")).T
    shown = values[:MOST_CLASSES, :MOST_FRAMES]
    blank = int(view.given["blank"])
    names = tuple(say("blank") if c == blank else "" if view.alone else str(c) for c in range(shown.shape[0]))
    return _lattice(view, say("probabilities"), shown, "probabilities", names, values.shape)


def _states(view: View) -> Lattice:
    """How probable it is to stand in a state after each frame: alpha."""
    names = [name for name, step in view.steps.items() if step.base == "alpha"]
    columns = [view.of(name) for name in names[:MOST_FRAMES]]
    values = np.stack(columns, -1) if columns else np.zeros((1, 1))
    z = np.ravel(view.of("states"))
    blank = int(view.given["blank"])
    labels = tuple("–" if int(s) == blank else "" if view.alone else str(int(s)) for s in z[:MOST_STATES].tolist())
    shown = values[:MOST_STATES]
    texts = tuple(
        tuple(_text(view, names[t], shown[s, t], shown.shape) for t in range(shown.shape[1]))
        for s in range(shown.shape[0])
    )
    return Lattice(
        say("lattice of states: α"),
        shown,
        texts,
        labels,
        _frames(view, shown.shape[1]),
        _more(view, shown.shape, (len(z), len(names))),
    )


def _lattice(
    view: View, caption: str, shown: np.ndarray, step: str, names: tuple[str, ...], size: tuple[int, ...]
) -> Lattice:
    texts = tuple(tuple(_text(view, step, v, shown.shape) for v in row) for row in shown.tolist())
    return Lattice(caption, shown, texts, names, _frames(view, shown.shape[1]), _more(view, shown.shape, size))


def _text(view: View, step: str, value: float, shape: tuple[int, ...]) -> str:
    if view.alone or shape[0] * shape[1] > MOST_TEXTS or shape[1] > MOST_ACROSS:
        return ""
    return _short(value) if view.knows(step) else OPEN


def _short(value: float) -> str:
    """Two digits fit a cell; what is cut off is told by ≈."""
    text = digits(value)
    return text if len(text) <= 4 else f"≈{value:.2g}"


def _frames(view: View, count: int) -> tuple[str, ...]:
    return tuple("" if view.alone else f"t={t}" if count <= 4 else str(t) for t in range(count))


def _more(view: View, shown: tuple[int, ...], size: tuple[int, ...]) -> str:
    if tuple(shown) == tuple(size):
        return say("frames →")
    return (
        say("a part of it")
        if view.alone
        else say("{r} × {c} of {rows} × {columns}", r=shown[0], c=shown[1], rows=size[0], columns=size[1])
    )
