"""You kept to the gradient of the start. After each update look again: the gradient is A times the present point."""

import numpy as np


def gradient_descent(start, A, *, lr=0.1, updates=10):
    theta = start
    points = [theta]
    for _ in range(updates):
        theta = theta - lr * (A @ start)
        points.append(theta)
    return np.array(points)
