"""CTC loss.

The forward algorithm: each frame needs only the row before it, so T · (2S + 1) numbers do the work of all paths. Whole
rows are shifted at once, with −∞ coming in from the left, and nothing ever leaves the logarithms.
"""

import numpy as np


def cost_of(log_p, labels, blank):
    """Minus the log-likelihood of one sample: log_p is (frames, classes), labels (labels,)."""
    states = np.full(2 * len(labels) + 1, blank)
    states[1::2] = labels
    may_skip = np.zeros(len(states), dtype=bool)
    may_skip[3::2] = labels[1:] != labels[:-1]
    alpha = np.full(len(states), -np.inf)
    alpha[:2] = log_p[0, states[:2]]
    for frame in log_p[1:]:
        padded = np.concatenate([[-np.inf, -np.inf], alpha])
        stay, one, two = alpha, padded[1:-1], np.where(may_skip, padded[:-2], -np.inf)
        alpha = np.logaddexp.reduce([stay, one, two]) + frame[states]
    return -np.logaddexp.reduce(alpha[-2:])


def ctc_loss(log_probs, targets, input_lengths, target_lengths, *, blank=0, reduction="mean", zero_infinity=False):
    """Minus the logarithm of the probability of all paths that spell the target."""
    samples = zip(input_lengths, target_lengths, strict=True)
    each = np.array([cost_of(log_probs[:T, n], targets[n, :S], blank) for n, (T, S) in enumerate(samples)])
    if zero_infinity:
        each = np.where(np.isinf(each), 0, each)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else (each / np.maximum(target_lengths, 1)).mean()


def branches(log_probs, targets, input_lengths, target_lengths, *, blank=0, reduction="mean", zero_infinity=False):
    """What random tests have to reach: labels that repeat the one before, where no skip is allowed, and others."""
    return {"repeated": targets[:, 1:] == targets[:, :-1]}
