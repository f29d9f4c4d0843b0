"""Momentum, the whole loop.

PyTorch's first buffer is the first gradient; starting from zeros gives the same. The buffer is a sum, not an
average: along a steady slope it grows to 1 / (1 − μ) gradients, ten of them for 0.9.

With the learning rate inside the buffer (b = μb + γg, θ − b) the points would be the same, as long as the
learning rate does not change on the way.
"""

import numpy as np


def momentum_loop(start, A, *, lr=0.1, momentum=0.9, updates=10):
    """All points of gradient descent with momentum on ½ θᵀAθ, the start first."""
    theta, buffer = start, np.zeros(len(start))
    points = [theta]
    for _ in range(updates):
        buffer = momentum * buffer + A @ theta
        theta = theta - lr * buffer
        points.append(theta)
    return np.array(points)
