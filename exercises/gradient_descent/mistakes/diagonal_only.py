"""You multiplied each direction by its own steepness only. In a tilted bowl the directions pull at each other: A @
theta."""

import numpy as np


def gradient_descent(start, A, *, lr=0.1, updates=10):
    theta = start
    points = [theta]
    for _ in range(updates):
        theta = theta - lr * np.diag(A) * theta
        points.append(theta)
    return np.array(points)
