"""You halved the gradient. The ½ of the function is used up: the slope of ½ a θ² is a θ."""

import numpy as np


def gradient_descent(start, A, *, lr=0.1, updates=10):
    theta = start
    points = [theta]
    for _ in range(updates):
        theta = theta - lr * 0.5 * (A @ theta)
        points.append(theta)
    return np.array(points)
