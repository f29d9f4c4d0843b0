"""You changed one array in place, so that every entry of your list is the same, last point. Make a new array in each
update: theta = theta − …"""

import numpy as np


def gradient_descent(start, A, *, lr=0.1, updates=10):
    theta = np.array(start, dtype=float)
    points = [theta]
    for _ in range(updates):
        theta -= lr * (A @ theta)
        points.append(theta)
    return np.array(points)
