"""You left the start out. It is the first of updates + 1 points."""

import numpy as np


def gradient_descent(start, A, *, lr=0.1, updates=10):
    theta, points = start, []
    for _ in range(updates):
        theta = theta - lr * (A @ theta)
        points.append(theta)
    return np.array(points).reshape(updates, len(start))
