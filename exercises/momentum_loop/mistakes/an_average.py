"""You made the buffer an average, with 1 − momentum times the gradient. PyTorch adds the whole gradient."""

import numpy as np


def momentum_loop(start, A, *, lr=0.1, momentum=0.9, updates=10):
    theta, buffer = start, np.zeros(len(start))
    points = [theta]
    for _ in range(updates):
        buffer = momentum * buffer + (1 - momentum) * (A @ theta)
        theta = theta - lr * buffer
        points.append(theta)
    return np.array(points)
