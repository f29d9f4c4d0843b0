"""You went up: the step is added. Take it away."""

import numpy as np


def gradient_descent(start, A, *, lr=0.1, updates=10):
    theta = start
    points = [theta]
    for _ in range(updates):
        theta = theta + lr * (A @ theta)
        points.append(theta)
    return np.array(points)
