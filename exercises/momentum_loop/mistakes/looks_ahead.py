"""You stepped along gradient plus momentum times the new buffer: that is nesterov=True. The plain step goes along
the buffer."""

import numpy as np


def momentum_loop(start, A, *, lr=0.1, momentum=0.9, updates=10):
    theta, buffer = start, np.zeros(len(start))
    points = [theta]
    for _ in range(updates):
        gradient = A @ theta
        buffer = momentum * buffer + gradient
        theta = theta - lr * (gradient + momentum * buffer)
        points.append(theta)
    return np.array(points)
