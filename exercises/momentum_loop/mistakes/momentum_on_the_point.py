"""You kept a share of the point instead of the buffer. Momentum belongs to the buffer; the point keeps all of
itself."""

import numpy as np


def momentum_loop(start, A, *, lr=0.1, momentum=0.9, updates=10):
    theta, buffer = start, np.zeros(len(start))
    points = [theta]
    for _ in range(updates):
        buffer = buffer + A @ theta
        theta = momentum * theta - lr * buffer
        points.append(theta)
    return np.array(points)
