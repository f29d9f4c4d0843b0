"""You added the samples up without dividing. The loss is a mean: divide both gradients by the number of samples."""

import numpy as np


def linear_regression_by_gradient_descent(X, y, *, lr=0.1, updates=100):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(updates):
        errors = X @ w + b - y
        w = w - lr * 2 * X.T @ errors
        b = b - lr * 2 * errors.sum()
    return np.append(w, b)
