"""You took the gradient at θ: that is the plain heavy ball. Nesterov takes it at the point ahead, θ + μv."""

import numpy as np


def nesterov_lookahead(start, A, *, lr=0.1, momentum=0.9, updates=10):
    theta, velocity = start, np.zeros(len(start))
    path = [(theta, theta)]
    for _ in range(updates):
        velocity = momentum * velocity - lr * (A @ theta)
        theta = theta + velocity
        path.append((theta, theta + momentum * velocity))
    return np.array(path).swapaxes(0, 1)
