"""You multiplied the new gradient by momentum as well. Only the old buffer is: μ · b + g."""

import numpy as np


def momentum_loop(start, A, *, lr=0.1, momentum=0.9, updates=10):
    theta, buffer = start, np.zeros(len(start))
    points = [theta]
    for _ in range(updates):
        buffer = momentum * (buffer + A @ theta)
        theta = theta - lr * buffer
        points.append(theta)
    return np.array(points)
