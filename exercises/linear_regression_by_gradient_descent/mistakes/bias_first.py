"""You put the bias first. The weights come first, and the bias last."""

import numpy as np


def linear_regression_by_gradient_descent(X, y, *, lr=0.1, updates=100):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(updates):
        errors = X @ w + b - y
        w = w - lr * 2 * X.T @ errors / len(y)
        b = b - lr * 2 * errors.mean()
    return np.append(b, w)
