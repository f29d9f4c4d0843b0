"""You compared the largest number of the gradient. Its length is the root of the sum of all squares."""

import numpy as np


def gradient_descent_until(start, A, *, lr=0.1, tol=1e-3, max_updates=1000):
    theta = start
    points = [theta]
    for _ in range(max_updates):
        gradient = A @ theta
        if np.abs(gradient).max() < tol:
            break
        theta = theta - lr * gradient
        points.append(theta)
    return np.array(points)
