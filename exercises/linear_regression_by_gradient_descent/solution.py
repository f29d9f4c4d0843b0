"""Linear regression by gradient descent.

X.T @ errors is the whole of backpropagation here: each weight collects the errors of the samples, weighted by its
feature. A column of ones in X would make the bias one more weight.
"""

import numpy as np


def linear_regression_by_gradient_descent(X, y, *, lr=0.1, updates=100):
    """Weights and bias of the straight line (or plane) after some updates from 0."""
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(updates):
        errors = X @ w + b - y
        w = w - lr * 2 * X.T @ errors / len(y)
        b = b - lr * 2 * errors.mean()
    return np.append(w, b)
