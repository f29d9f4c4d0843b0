"""You left the 2 of the square's slope out: your steps are half as long."""

import numpy as np


def linear_regression_by_gradient_descent(X, y, *, lr=0.1, updates=100):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(updates):
        errors = X @ w + b - y
        w = w - lr * X.T @ errors / len(y)
        b = b - lr * errors.mean()
    return np.append(w, b)
