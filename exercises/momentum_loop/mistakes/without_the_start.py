"""You left the start out. It is the first of updates + 1 points."""

import numpy as np


def momentum_loop(start, A, *, lr=0.1, momentum=0.9, updates=10):
    theta, buffer, points = start, np.zeros(len(start)), []
    for _ in range(updates):
        buffer = momentum * buffer + A @ theta
        theta = theta - lr * buffer
        points.append(theta)
    return np.array(points).reshape(updates, len(start))
