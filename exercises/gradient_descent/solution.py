"""Gradient descent, the whole loop.

A list of points and one line per update. The line makes a new array each time: theta -= … would write over the
array that the list, and the caller, already hold.

On such a bowl each update multiplies by I − γA. It converges if γ is below 2 over A's largest eigenvalue, and the
flat directions then take their time.
"""

import numpy as np


def gradient_descent(start, A, *, lr=0.1, updates=10):
    """All points of gradient descent on ½ θᵀAθ, the start first."""
    theta = start
    points = [theta]
    for _ in range(updates):
        theta = theta - lr * (A @ theta)
        points.append(theta)
    return np.array(points)
