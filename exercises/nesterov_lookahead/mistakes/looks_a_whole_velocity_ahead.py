"""You looked a whole velocity ahead. What will be kept of it is momentum times it."""

import numpy as np


def nesterov_lookahead(start, A, *, lr=0.1, momentum=0.9, updates=10):
    theta, velocity = start, np.zeros(len(start))
    path = [(theta, theta)]
    for _ in range(updates):
        ahead = theta + velocity
        velocity = momentum * velocity - lr * (A @ ahead)
        theta = theta + velocity
        path.append((theta, theta + velocity))
    return np.array(path).swapaxes(0, 1)
