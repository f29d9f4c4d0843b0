"""You made a step for the batches that were left over. They are fewer than accumulate, and no step follows them
here."""

import numpy as np


def gradient_accumulation(start, X, y, *, batch_size=1, accumulate=2, lr=0.1):
    w, collected = start, np.zeros(len(start))
    kept = [w]
    for number, begin in enumerate(range(0, len(y), batch_size), 1):
        rows, targets = X[begin : begin + batch_size], y[begin : begin + batch_size]
        collected = collected + 2 * rows.T @ (rows @ w - targets) / len(targets) / accumulate
        if number % accumulate == 0 or begin + batch_size >= len(y):
            w = w - lr * collected
            kept.append(w)
            collected = np.zeros(len(start))
    return np.array(kept)
