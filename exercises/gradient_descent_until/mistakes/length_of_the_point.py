"""You measured the point, not its gradient. In a steep bowl a small point still has a long gradient."""

import numpy as np


def gradient_descent_until(start, A, *, lr=0.1, tol=1e-3, max_updates=1000):
    theta = start
    points = [theta]
    for _ in range(max_updates):
        if np.linalg.norm(theta) < tol:
            break
        theta = theta - lr * (A @ theta)
        points.append(theta)
    return np.array(points)
