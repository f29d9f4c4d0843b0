"""You made room for the points in the kind of start. If it holds whole numbers, every point is cut off to one: ask
for dtype=float."""

import numpy as np


def gradient_descent(start, A, *, lr=0.1, updates=10):
    points = np.zeros((updates + 1, len(start)), dtype=start.dtype)
    points[0] = start
    for n in range(updates):
        points[n + 1] = points[n] - lr * (A @ points[n])
    return points
