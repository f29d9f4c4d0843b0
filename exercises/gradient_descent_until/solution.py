"""Gradient descent until the slope is flat.

The check comes before the update: a point whose gradient is short is where we want to stay. The for loop is the
limit on the updates, so that no mistake in lr or tol can make it run for ever.
"""

import numpy as np


def gradient_descent_until(start, A, *, lr=0.1, tol=1e-3, max_updates=1000):
    """All points of gradient descent on ½ θᵀAθ, until the gradient is short or the updates are used up."""
    theta = start
    points = [theta]
    for _ in range(max_updates):
        gradient = A @ theta
        if np.linalg.norm(gradient) < tol:
            break
        theta = theta - lr * gradient
        points.append(theta)
    return np.array(points)
