"""Gradient accumulation.

Dividing each gradient by k makes the sum of k means the mean over all their samples, as one batch k times as
large would give; that holds because the batches are equally large. In PyTorch one divides the loss by k before
backward(). One thing stays small: batch normalization still sees one small batch at a time.
"""

import numpy as np


def gradient_accumulation(start, X, y, *, batch_size=1, accumulate=2, lr=0.1):
    """The weights after each step of one epoch, with one step for several batches; the start first."""
    w, collected = start, np.zeros(len(start))
    kept = [w]
    for number, begin in enumerate(range(0, len(y), batch_size), 1):
        rows, targets = X[begin : begin + batch_size], y[begin : begin + batch_size]
        collected = collected + 2 * rows.T @ (rows @ w - targets) / len(targets) / accumulate
        if number % accumulate == 0:
            w = w - lr * collected
            kept.append(w)
            collected = np.zeros(len(start))
    return np.array(kept)
