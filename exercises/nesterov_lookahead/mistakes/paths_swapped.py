"""You gave the points ahead first. The points themselves come first, then those ahead."""

import numpy as np


def nesterov_lookahead(start, A, *, lr=0.1, momentum=0.9, updates=10):
    theta, velocity = start, np.zeros(len(start))
    path = [(theta, theta)]
    for _ in range(updates):
        ahead = theta + momentum * velocity
        velocity = momentum * velocity - lr * (A @ ahead)
        theta = theta + velocity
        path.append((theta + momentum * velocity, theta))
    return np.array(path).swapaxes(0, 1)
