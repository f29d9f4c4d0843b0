"""You changed the weights and computed the errors anew for the bias. Both gradients belong to the same point: use
the same errors."""

import numpy as np


def linear_regression_by_gradient_descent(X, y, *, lr=0.1, updates=100):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(updates):
        w = w - lr * 2 * X.T @ (X @ w + b - y) / len(y)
        b = b - lr * 2 * (X @ w + b - y).mean()
    return np.append(w, b)
