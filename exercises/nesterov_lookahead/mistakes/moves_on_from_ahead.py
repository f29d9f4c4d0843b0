"""You moved on from the point ahead, so the old velocity counts twice. Only the gradient is taken there; the step
starts at θ."""

import numpy as np


def nesterov_lookahead(start, A, *, lr=0.1, momentum=0.9, updates=10):
    theta, velocity = start, np.zeros(len(start))
    path = [(theta, theta)]
    for _ in range(updates):
        ahead = theta + momentum * velocity
        velocity = momentum * velocity - lr * (A @ ahead)
        theta = ahead + velocity
        path.append((theta, theta + momentum * velocity))
    return np.array(path).swapaxes(0, 1)
