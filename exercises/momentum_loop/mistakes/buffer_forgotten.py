"""You started the buffer afresh in every update. It is carried from one to the next: set it to zeros before the
loop."""

import numpy as np


def momentum_loop(start, A, *, lr=0.1, momentum=0.9, updates=10):
    theta = start
    points = [theta]
    for _ in range(updates):
        buffer = momentum * np.zeros(len(start)) + A @ theta
        theta = theta - lr * buffer
        points.append(theta)
    return np.array(points)
