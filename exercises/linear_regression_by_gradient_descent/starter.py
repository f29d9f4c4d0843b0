import numpy as np


def linear_regression_by_gradient_descent(X, y, *, lr=0.1, updates=100):
    """Weights and bias of the straight line (or plane) after some updates from 0."""
    ...
