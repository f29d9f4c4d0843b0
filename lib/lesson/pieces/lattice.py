"""The lattice of CTC: states, ways through them forward and back, and their sums in logarithms."""

from __future__ import annotations

import numpy as np

from lib.lesson.pieces.latex import joined, num
from lib.lesson.spec import (
    Step,
    Steps,
)


def whole(lengths, log_probs):
    """Lengths as int64: one per sample, or a single number where log_probs has no batch."""
    return lengths.astype(np.int64).reshape(log_probs.shape[1:-1])


def states(log_probs, targets, target_lengths, blank):
    """Blank, first label, blank, second label, …, blank: (batch, 2·labels + 1). −1 fills up shorter targets."""
    lengths = target_lengths.astype(np.int64).reshape(-1, 1)
    counts = np.arange(lengths.max()) < lengths
    labels = np.full(counts.shape, blank)
    labels[counts] = targets if targets.ndim == 1 else targets[:, : counts.shape[1]][counts]
    z = np.full((len(lengths), 2 * counts.shape[1] + 1), blank)
    z[:, 1::2] = labels
    z = np.where(np.arange(z.shape[1]) <= 2 * lengths, z, -1)
    return z if log_probs.ndim == 3 else z[0]


def log_sum(ways):
    """log Σ e^way over the first axis, shifted by the largest so that nothing underflows; no way at all gives −∞."""
    largest = ways.max(axis=0)
    largest = np.where(largest == -np.inf, 0.0, largest)
    return np.log(np.exp(ways - largest).sum(axis=0)) + largest


def emitted(log_p, z, t):
    """Log-probability of every state's label in frame t; −∞ for states that a sample does not have."""
    return np.where(z < 0, -np.inf, np.take_along_axis(log_p[..., t, :], np.maximum(z, 0), -1))


def ways(row, z):
    """What stands in each state itself, in its left neighbour, and two to the left where the labels differ: (3, …)."""
    padded = np.concatenate([np.full((*row.shape[:-1], 2), -np.inf), row], -1)
    before = np.concatenate([np.full((*z.shape[:-1], 2), -2), z], -1)[..., :-2]
    return np.stack([row, padded[..., 1:-1], np.where((before != z) & (before >= 0), padded[..., :-2], -np.inf)])


def first_row(log_p, z, frames):
    """A path starts in the first blank or in the first label. (Without any frame it stands in the first blank.)"""
    place = np.arange(z.shape[-1])
    row = np.where(place < 2, emitted(log_p, z, 0), -np.inf)
    return np.where((frames > 0)[..., None], row, np.where(place == 0, 0.0, -np.inf))


def next_row(row, log_p, z, t, frames):
    """One frame on; a sample whose frames are over keeps its row."""
    return np.where((t < frames)[..., None], log_sum(ways(row, z)) + emitted(log_p, z, t), row)


def last_states(row, labels):
    """The last blank and the last label of each sample: (2, …)."""
    blank = np.take_along_axis(row, (2 * labels)[..., None], -1)[..., 0]
    label = np.take_along_axis(row, np.maximum(2 * labels - 1, 0)[..., None], -1)[..., 0]
    return np.stack([blank, np.where(labels > 0, label, -np.inf)])


def log_total(ends, labels):
    """The logarithm of the likelihood; an empty target has one last state only."""
    return np.where(labels > 0, log_sum(ends), ends[0])


def kept(log_value, sent):
    """Goes on with the logarithm, digits and all, or with the logarithm of another probability that was sent."""
    return np.where(sent == np.exp(log_value), log_value, np.log(sent))


def written(name, latex, log_value, **more) -> Steps:
    """Shows probabilities, as one writes them on paper, and goes on with their logarithms, which never underflow."""
    sent = yield Step(name, latex, np.exp(log_value), **more)
    return kept(log_value, sent)


def products(arriving, log_emitted, going_on, row):
    """(a + b + c)·p for every state of a sample's row, in LaTeX; the bare row where nothing arrives."""

    def worked(*n):
        if not going_on[n]:
            return joined((num(np.exp(a)) for a in row[n]), r",\; ")
        sums = ["+".join(num(a) for a in three if a > 0) or "0" for three in np.exp(arriving[(slice(None), *n)]).T]
        return joined((rf"({a})\,{num(np.exp(p))}" for a, p in zip(sums, log_emitted[n], strict=True)), r",\; ")

    return worked


def rows_by_log(s, log_p, z, frames):
    """The forward rows again as logarithms, where they are not the numbers that were sent."""
    rows = [kept(first_row(log_p, z, frames), s["alpha[0]"])]
    for t in range(1, frames.max()):
        rows.append(kept(next_row(rows[-1], log_p, z, t, frames), s[f"alpha[{t}]"]))
    return rows


def ways_back(row, z):
    """The same from the right: in each state itself, its right neighbour, and two to the right."""
    return ways(row[..., ::-1], z[..., ::-1])[..., ::-1]


def row_before(row, log_p, z, t, frames, labels):
    """Backward: the probability of this frame's label and all that follows. In the last frame: the last two states."""
    place = np.arange(z.shape[-1])
    ends = (place <= (2 * labels)[..., None]) & (place >= (2 * labels - 1)[..., None])
    going_on = log_sum(ways_back(row, z)) + emitted(log_p, z, t)
    last = np.where(ends, emitted(log_p, z, t), -np.inf)
    start = (t == frames - 1)[..., None]
    return np.where(start, last, np.where((t < frames - 1)[..., None], going_on, -np.inf))


def by_class(through, z, classes):
    """log Σ over the states that carry each class: (…, states) to (…, classes); as in torch, from the last state."""
    total = np.full((*through.shape[:-1], classes), -np.inf)
    for state in range(z.shape[-1] - 1, -1, -1):
        carries, new = z[..., state, None] == np.arange(classes), through[..., state, None]
        both = np.where(total == -np.inf, new, log_sum(np.stack(np.broadcast_arrays(total, new))))
        total = np.where(carries, both, total)
    return total


def through_states(alpha, beta, z, t, frames, labels):
    """Log-probability of all paths through each state: alpha times beta. In the last frame only two states have any.

    torch has one shortcut there: it takes the last label for a class other than blank, and drops the blank if not.
    """
    place = np.arange(z.shape[-1])
    last_label = np.take_along_axis(z, np.maximum(2 * labels - 1, 0)[..., None], -1)
    blank_counts = (labels == 0)[..., None] | (last_label != z[..., :1])
    ends = (place == (2 * labels - 1)[..., None]) | ((place == (2 * labels)[..., None]) & blank_counts)
    return np.where((t == frames - 1)[..., None] & ~ends, -np.inf, alpha + beta)
