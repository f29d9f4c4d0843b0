"""You changed one array in place, so that every entry of your list is the same, last point. Make a new array: theta
= theta − …"""

import numpy as np


def momentum_loop(start, A, *, lr=0.1, momentum=0.9, updates=10):
    theta, buffer = np.array(start, dtype=float), np.zeros(len(start))
    points = [theta]
    for _ in range(updates):
        buffer = momentum * buffer + A @ theta
        theta -= lr * buffer
        points.append(theta)
    return np.array(points)
