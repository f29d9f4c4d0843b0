"""You used every frame. Of each sample only the first input_lengths[n] frames count."""

import numpy as np


def cost_of(log_p, labels, blank):
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
    each = np.array([cost_of(log_probs[:, n], targets[n, :S], blank) for n, S in enumerate(target_lengths)])
    if zero_infinity:
        each = np.where(np.isinf(each), 0, each)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else (each / np.maximum(target_lengths, 1)).mean()
