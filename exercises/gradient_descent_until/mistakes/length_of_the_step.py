"""You measured the step, which is the gradient times lr. A small learning rate would pass for arrival."""

import numpy as np


def gradient_descent_until(start, A, *, lr=0.1, tol=1e-3, max_updates=1000):
    theta = start
    points = [theta]
    for _ in range(max_updates):
        step = lr * (A @ theta)
        if np.linalg.norm(step) < tol:
            break
        theta = theta - step
        points.append(theta)
    return np.array(points)
