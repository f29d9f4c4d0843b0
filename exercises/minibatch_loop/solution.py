"""A training loop with minibatches.

An index array picks rows of X and elements of y alike, so the two stay together however they are shuffled. In
PyTorch the three lines of the inner loop are zero_grad, backward and step.
"""

import numpy as np


def minibatch_loop(start, X, y, order, *, batch_size=2, lr=0.1):
    """The weights after each epoch of minibatch gradient descent, the start first."""
    w = start
    kept = [w]
    for row in order:
        for begin in range(0, len(row), batch_size):
            batch = row[begin : begin + batch_size]
            errors = X[batch] @ w - y[batch]
            w = w - lr * 2 * X[batch].T @ errors / len(batch)
        kept.append(w)
    return np.array(kept)
