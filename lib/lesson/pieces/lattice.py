"""The lattice of CTC: states, the ways through them from both ends, and their sums; beside the mistakes made there.

Rows are shown as probabilities, which add and multiply on paper. Behind each number its logarithm is carried, so that
thousands of frames do not underflow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.lesson.formula import Formula, formula, joined, of
from lib.lesson.pieces.distributions import listed
from lib.lesson.spec import Mistake, Step, Steps

SYMBOLS = (
    (r"p_{t,c}", "the probability of class c in frame t: e to the log-probability"),
    (r"\pi", "a path: one class for every frame; merging repeats, then dropping blanks, spells a sequence"),
    (r"y_n", "the target of sample n"),
    (r"z_s", "the states: the target with a blank before, between and after its labels"),
    (r"\alpha_{t,s}", "the probability of all path beginnings that stand in state s after frame t"),
    (r"\beta_{t,s}", "the probability of all path endings from state s in frame t (gradient)"),
    (r"\gamma_{t,c}", "the posterior: how much of the likelihood goes through class c in frame t (gradient)"),
    (r"P_n", "the likelihood: the probability of all paths that spell the target"),
    (r"S_n", "the length of the target, T the number of frames"),
)


@dataclass(frozen=True, eq=False)
class Lattice:
    """Where the paths of each sample run; without a batch, the first axis of every array is missing."""

    log_p: np.ndarray  # (batch, frames, classes): log-probabilities
    z: np.ndarray  # (batch, states): the class of each state; −1 for states that a sample does not have
    frames: np.ndarray  # (batch,): how many frames count
    labels: np.ndarray  # (batch,): how many labels its target has


def lattice_of(log_p, targets, input_lengths, target_lengths, blank) -> Lattice:
    """The lattice of what torch is given; `log_p` has the batch first, lengths may have any shape."""
    batch = log_p.shape[:-2]
    z = states(targets, target_lengths, blank)
    frames, labels = (lengths.astype(np.int64).reshape(batch) for lengths in (input_lengths, target_lengths))
    return Lattice(log_p, z.reshape(*batch, z.shape[-1]), frames, labels)


def states(targets, target_lengths, blank):
    """Blank, first label, blank, second label, …, blank: (batch, 2·labels + 1). −1 fills up shorter targets."""
    lengths = target_lengths.astype(np.int64).reshape(-1, 1)
    counts = np.arange(lengths.max()) < lengths
    labels = np.full(counts.shape, blank)
    labels[counts] = targets if targets.ndim == 1 else targets[:, : counts.shape[1]][counts]
    z = np.full((len(lengths), 2 * counts.shape[1] + 1), blank)
    z[:, 1::2] = labels
    return np.where(np.arange(z.shape[1]) <= 2 * lengths, z, -1)


def log_sum(ways):
    """log Σ e^way over the first axis, shifted by the largest so that nothing underflows; no way at all gives −∞."""
    largest = ways.max(axis=0)
    largest = np.where(largest == -np.inf, 0.0, largest)
    return np.log(np.exp(ways - largest).sum(axis=0)) + largest


def kept(log_value, sent):
    """Goes on with the logarithm, digits and all, or with the logarithm of another probability that was sent."""
    return np.where(sent == np.exp(log_value), log_value, np.log(sent))


def written(name, latex, log_value, **more) -> Steps:
    """Shows probabilities, as one writes them on paper, and goes on with their logarithms, which never underflow."""
    sent = yield Step(name, latex, np.exp(log_value), **more)
    return kept(log_value, sent)


def emitted(lattice, t):
    """Log-probability of every state's class in frame t; −∞ for states that a sample does not have."""
    known = np.take_along_axis(lattice.log_p[..., t, :], np.maximum(lattice.z, 0), -1)
    return np.where(lattice.z < 0, -np.inf, known)


def ways(row, z):
    """What stands in each state itself, in its left neighbour, and two to the left where the labels differ: (3, …)."""
    padded = np.concatenate([np.full((*row.shape[:-1], 2), -np.inf), row], -1)
    before = np.concatenate([np.full((*z.shape[:-1], 2), -2), z], -1)[..., :-2]
    return np.stack([row, padded[..., 1:-1], np.where((before != z) & (before >= 0), padded[..., :-2], -np.inf)])


def ways_back(row, z):
    """The same from the right: in each state itself, its right neighbour, and two to the right."""
    return ways(row[..., ::-1], z[..., ::-1])[..., ::-1]


def numbers(name: str, row, sign: str = r",\; ") -> Formula:
    """The numbers of a row, which come from the step `name`; a 0 stands there by itself."""
    return joined((formula("<number>" if x != 0 else "0", number=of(name, x)) for x in row), sign)


def products(name: str, arriving, p) -> Formula:
    """(a + b + c)·p for every state of a row: what arrives, from the row `name`, times the state's probability."""
    pairs = zip(arriving.T, p, strict=True)
    each = ((numbers(name, ways[ways != 0], "+"), numbers("probabilities", [x])) for ways, x in pairs)
    return joined((formula(r"(<ways>)\,<p>", ways=ways, p=x) for ways, x in each), r",\; ")


def probabilities_of(log_probs: np.ndarray) -> Steps:
    """From log-probabilities, frames first, to probabilities, batch first; returns their logarithms."""
    log_p = np.moveaxis(log_probs, 0, -2)
    return written(
        "probabilities",
        r"p_{t,c} = e^{\text{log\_probs}_{t,c}}",
        log_p,
        axes="ntc",
        worked=lambda *n: listed("e^{<log_probs>}", log_probs=log_p[n]),
        words="Raise e to every log-probability: one row per frame.",
    )


def start(lattice):
    """A path starts in the first blank or in the first label. (Without any frame it stands in the first blank.)"""
    place = np.arange(lattice.z.shape[-1])
    row = np.where(place < 2, emitted(lattice, 0), -np.inf)
    return np.where((lattice.frames > 0)[..., None], row, np.where(place == 0, 0.0, -np.inf))


def first_row(lattice: Lattice) -> Steps:
    """Where paths begin; returns the logarithms of the row."""
    row = start(lattice)
    return written(
        "alpha[0]",
        r"\alpha_{0,s} = p_{0,z_s} \text{ for the first two states, else } 0",
        row,
        axes="ns",
        worked=lambda *n: numbers("probabilities" if lattice.frames[n] else "", np.exp(row[n])),
        words="A path starts in the first blank or in the first label: their probabilities, else 0.",
    )


def onward(row, lattice, t):
    """One frame on; a sample whose frames are over keeps its row."""
    moved = log_sum(ways(row, lattice.z)) + emitted(lattice, t)
    return np.where((t < lattice.frames)[..., None], moved, row)


def next_row(row: np.ndarray, lattice: Lattice, t: int) -> Steps:
    """The row of frame t from the `row` before it, both as logarithms."""
    before, arriving, p = f"alpha[{t - 1}]", ways(row, lattice.z), emitted(lattice, t)
    return written(
        f"alpha[{t}]",
        rf"\alpha_{{{t},s}} = (\alpha_{{{t - 1},s}} + \alpha_{{{t - 1},s-1}} "
        rf"+ [z_s \neq z_{{s-2}}]\, \alpha_{{{t - 1},s-2}})\, p_{{{t},z_s}}",
        onward(row, lattice, t),
        axes="ns",
        worked=lambda *n: (
            products(before, np.exp(arriving[:, *n]), np.exp(p[n]))
            if t < lattice.frames[n]
            else numbers(before, np.exp(row[n]))
        ),
        words="Stay, come from the left, or skip a blank between other labels: add, times probability.",
    )


def forward_again(s, lattice):
    """The forward rows as logarithms, where they are not other numbers that were sent."""
    rows = [kept(start(lattice), s["alpha[0]"])]
    for t in range(1, lattice.frames.max()):
        rows.append(kept(onward(rows[-1], lattice, t), s[f"alpha[{t}]"]))
    return rows


def last_states(row, labels):
    """The last blank and the last label of each sample: (2, …)."""
    blank = np.take_along_axis(row, (2 * labels)[..., None], -1)[..., 0]
    label = np.take_along_axis(row, np.maximum(2 * labels - 1, 0)[..., None], -1)[..., 0]
    return np.stack([blank, np.where(labels > 0, label, -np.inf)])


def log_total(ends, labels):
    """The logarithm of the likelihood; an empty target has one last state only."""
    return np.where(labels > 0, log_sum(ends), ends[0])


def likelihood_of(last_row: np.ndarray, lattice: Lattice) -> Steps:
    """The probability of all paths that spell the whole target; returns its logarithm."""
    ends = last_states(last_row, lattice.labels)
    last = f"alpha[{max(lattice.frames.max() - 1, 0)}]"
    return written(
        "likelihood",
        r"P_n = \alpha_{T-1,2S} + \alpha_{T-1,2S-1}",
        log_total(ends, lattice.labels),
        axes="n",
        worked=lambda *n: numbers(last, np.exp(ends[:, *n]), " + "),
        words="A path may end in the last blank or in the last label. Add these two.",
    )


def backward(row, lattice, t):
    """The probability of this frame's class and all that follows. In the last frame: the last two states."""
    place = np.arange(lattice.z.shape[-1])
    ends = (place <= (2 * lattice.labels)[..., None]) & (place >= (2 * lattice.labels - 1)[..., None])
    moved = log_sum(ways_back(row, lattice.z)) + emitted(lattice, t)
    last = np.where(ends, emitted(lattice, t), -np.inf)
    is_last, goes_on = (t == lattice.frames - 1)[..., None], (t < lattice.frames - 1)[..., None]
    return np.where(is_last, last, np.where(goes_on, moved, -np.inf))


def row_before(row: np.ndarray, lattice: Lattice, t: int) -> Steps:
    """The row of frame t, counted from the end, from the `row` of the frame after it, both as logarithms."""
    arriving, p, value = ways_back(row, lattice.z), emitted(lattice, t), backward(row, lattice, t)
    return written(
        f"beta[{t}]",
        rf"\beta_{{{t},s}} = (\beta_{{{t + 1},s}} + \beta_{{{t + 1},s+1}} "
        rf"+ [z_s \neq z_{{s+2}}]\, \beta_{{{t + 1},s+2}})\, p_{{{t},z_s}}"
        if t < lattice.frames.max() - 1
        else rf"\beta_{{{t},s}} = p_{{{t},z_s}} \text{{ for the last two states, else }} 0",
        value,
        axes="ns",
        worked=lambda *n: (
            products(f"beta[{t + 1}]", np.exp(arriving[:, *n]), np.exp(p[n]))
            if t < lattice.frames[n] - 1
            else numbers("probabilities", np.exp(value[n]))
        ),
        words="From the end: stay, go right, or skip a blank between other labels; times probability.",
    )


def through_states(alpha, beta, lattice, t):
    """Log-probability of all paths through each state: alpha times beta. In the last frame only two states have any.

    PyTorch has one shortcut there: it takes the last label for a class other than blank, and drops the blank if not.
    """
    z, labels = lattice.z, lattice.labels
    place = np.arange(z.shape[-1])
    last_label = np.take_along_axis(z, np.maximum(2 * labels - 1, 0)[..., None], -1)
    blank_counts = (labels == 0)[..., None] | (last_label != z[..., :1])
    ends = (place == (2 * labels - 1)[..., None]) | ((place == (2 * labels)[..., None]) & blank_counts)
    return np.where((t == lattice.frames - 1)[..., None] & ~ends, -np.inf, alpha + beta)


def by_class(through, z, classes):
    """log Σ over the states that carry each class: (…, states) to (…, classes); as in torch, from the last state."""
    total = np.full((*through.shape[:-1], classes), -np.inf)
    for state in range(z.shape[-1] - 1, -1, -1):
        carries, new = z[..., state, None] == np.arange(classes), through[..., state, None]
        both = np.where(total == -np.inf, new, log_sum(np.stack(np.broadcast_arrays(total, new))))
        total = np.where(carries, both, total)
    return total


def posterior_of(through: np.ndarray, log_likelihood: np.ndarray, lattice: Lattice) -> Steps:
    """How much of the likelihood goes through each class in each frame; returns the logarithms."""
    log_p = lattice.log_p
    counts = np.arange(log_p.shape[-2]) < lattice.frames[..., None]
    paths = by_class(through, lattice.z[..., None, :], log_p.shape[-1])
    return written(
        "posterior",
        r"\gamma_{t,c} = \frac{1}{P_n\, p_{t,c}} \sum_{s:\, z_s = c} \alpha_{t,s}\, \beta_{t,s}",
        np.where(counts[..., None], paths + (-log_likelihood)[..., None, None] - log_p, -np.inf),
        axes="ntc",
        worked=lambda *n: listed(
            r"\frac{<paths>}{<likelihood> \cdot <probabilities>}",
            unless=~counts[n][:, None],
            paths=np.exp(paths[n]),
            likelihood=np.exp(log_likelihood[n]),
            probabilities=np.exp(log_p[n]),
        ),
        words="Forward times backward, added up by class; over the likelihood and the probability.",
    )


Given = Mapping[str, Any]
Done = Mapping[str, np.ndarray]


def lattice_in(given: Given) -> Lattice:
    """The lattice that a mistake is made in."""
    names = ("targets", "input_lengths", "target_lengths", "blank")
    return lattice_of(np.moveaxis(given["log_probs"], 0, -2), *(given[name] for name in names))


def turn(done: Done, loop: str) -> int:
    """Which turn of the loop is being answered."""
    return sum(name.startswith(f"{loop}[") for name in done) - 1


def of_states(done: Done, lattice: Lattice, t: int) -> np.ndarray:
    """The probability of every state's class in frame t, as the learner has it."""
    return np.take_along_axis(done["probabilities"][..., t, :], np.maximum(lattice.z, 0), -1)


def in_first_row(slip: Callable) -> Callable:
    """The first row as slip(row, p, z) has it; `p` are the states' probabilities there."""

    def row(given: Given, done: Done) -> np.ndarray:
        lattice = lattice_in(given)
        return done["alpha"] if turn(done, "alpha") else slip(done["alpha"], of_states(done, lattice, 0), lattice.z)

    return row


def in_later_rows(slip: Callable) -> Callable:
    """Every later row as slip(row, before, p, z) has it; `before` is the row before, `p` as above."""

    def row(given: Given, done: Done) -> np.ndarray:
        lattice, t = lattice_in(given), turn(done, "alpha")
        if t == 0:
            return done["alpha"]
        slipped = slip(done["alpha"], done[f"alpha[{t - 1}]"], of_states(done, lattice, t), lattice.z)
        return np.where((t < lattice.frames)[..., None], slipped, done["alpha"])

    return row


def over_a_blank(before: np.ndarray, z: np.ndarray, *, same: bool) -> np.ndarray:
    """What stands two to the left of each label: where that is another label, or where it is the `same` one."""
    two_left, differs = np.zeros_like(before), np.zeros(z.shape, bool)
    two_left[..., 2:] = before[..., :-2]
    differs[..., 2:] = z[..., 2:] != z[..., :-2]
    is_label = np.arange(z.shape[-1]) % 2 == 1
    return np.where((~differs & is_label if same else differs) & (z >= 0), two_left, 0.0)


def ends_of(given: Given, done: Done) -> np.ndarray:
    """The probabilities of the two states in which a path may end."""
    return last_states(done["alpha"], lattice_in(given).labels)


def without_last_label(given: Given, done: Done) -> np.ndarray:
    """The row of each sample's last frame with the last blank only."""
    lattice = lattice_in(given)
    t = lattice.frames.max() - 1 - turn(done, "beta")
    is_label = np.arange(lattice.z.shape[-1]) == (2 * lattice.labels - 1)[..., None]
    return np.where(is_label & (t == lattice.frames - 1)[..., None], 0.0, done["beta"])


MISTAKES = {
    "logarithms_for_probabilities": Mistake(
        {"probabilities": lambda given, done: np.moveaxis(given["log_probs"], 0, -2)},
        "These are the log-probabilities themselves. Raise e to each of them to get probabilities.",
    ),
    "starts_in_the_blank_only": Mistake(
        {"alpha": in_first_row(lambda row, p, z: np.where(np.arange(z.shape[-1]) == 0, row, 0.0))},
        "You started in the first blank only. A path may also start in the first label.",
    ),
    "starts_anywhere": Mistake(
        {"alpha": in_first_row(lambda row, p, z: np.where(z < 0, 0.0, p))},
        "You filled every state of the first row. A path can start in the first two states only; all else is 0.",
    ),
    "never_skips": Mistake(
        {"alpha": in_later_rows(lambda row, before, p, z: row - over_a_blank(before, z, same=False) * p)},
        "You forgot the skip: between two different labels, the path may leave out the blank.",
    ),
    "skips_between_equal_labels": Mistake(
        {"alpha": in_later_rows(lambda row, before, p, z: row + over_a_blank(before, z, same=True) * p)},
        "You skipped the blank between two equal labels. PyTorch closes that way: without a blank they merge into one.",
    ),
    "never_stays": Mistake(
        {"alpha": in_later_rows(lambda row, before, p, z: row - before * p)},
        "You left out staying in the same state. A label may last for several frames.",
    ),
    "ways_without_the_probability": Mistake(
        {"alpha": in_later_rows(lambda row, before, p, z: np.where(p > 0, row / p, row))},
        "You added up the ways in and stopped. Multiply by the probability of the state's label in this frame.",
    ),
    "ends_in_the_blank_only": Mistake(
        {"likelihood": lambda given, done: ends_of(given, done)[0]},
        "You took the last blank only. A path may also end in the last label, so add the last two states.",
    ),
    "ends_in_the_label_only": Mistake(
        {"likelihood": lambda given, done: ends_of(given, done)[1]},
        "You took the last label only. A path may also end in the blank after it, so add the last two states.",
        when=lambda given: bool((given["target_lengths"] > 0).all()),
    ),
    "ends_anywhere": Mistake(
        {"likelihood": lambda given, done: done["alpha"].sum(-1)},
        "You added up the whole last row. Only paths that end in the last two states have spelled the whole target.",
    ),
}

GRAD_MISTAKES = {
    "backward_from_the_blank_only": Mistake(
        {"beta": without_last_label},
        "You let the paths end in the last blank only. They may also end in the last label.",
    ),
    "probability_counted_twice": Mistake(
        {"posterior": lambda given, done: done["posterior"] * np.exp(np.moveaxis(given["log_probs"], 0, -2))},
        "You did not divide by the class's probability. Alpha and beta both contain it, so it is counted twice.",
    ),
}
