"""You left the point out at which it stopped. It belongs to the path: it is what we were looking for."""

import numpy as np


def gradient_descent_until(start, A, *, lr=0.1, tol=1e-3, max_updates=1000):
    theta, points = start, []
    for _ in range(max_updates):
        gradient = A @ theta
        if np.linalg.norm(gradient) < tol:
            break
        points.append(theta)
        theta = theta - lr * gradient
    return np.array(points).reshape(len(points), len(start))
