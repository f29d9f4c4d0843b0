"""You multiplied probabilities. After some hundred frames they are 0 to a float and the cost is ∞: keep alpha in
logarithms and add with np.logaddexp."""

import numpy as np


def cost_of(log_p, labels, blank):
    states = np.full(2 * len(labels) + 1, blank)
    states[1::2] = labels
    may_skip = np.zeros(len(states), dtype=bool)
    may_skip[3::2] = labels[1:] != labels[:-1]
    alpha = np.zeros(len(states))
    alpha[:2] = np.exp(log_p[0, states[:2]])
    for frame in log_p[1:]:
        padded = np.concatenate([[0.0, 0.0], alpha])
        stay, one, two = alpha, padded[1:-1], np.where(may_skip, padded[:-2], 0.0)
        alpha = (stay + one + two) * np.exp(frame[states])
    with np.errstate(divide="ignore"):
        return -np.log(alpha[-2:].sum())


def ctc_loss(log_probs, targets, input_lengths, target_lengths, *, blank=0, reduction="mean", zero_infinity=False):
    samples = zip(input_lengths, target_lengths, strict=True)
    each = np.array([cost_of(log_probs[:T, n], targets[n, :S], blank) for n, (T, S) in enumerate(samples)])
    if zero_infinity:
        each = np.where(np.isinf(each), 0, each)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else (each / np.maximum(target_lengths, 1)).mean()
