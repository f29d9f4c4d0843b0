"""You compared the sum of the squares. Its root is the length: below 1 the square is far smaller, and you stop too
early."""

import numpy as np


def gradient_descent_until(start, A, *, lr=0.1, tol=1e-3, max_updates=1000):
    theta = start
    points = [theta]
    for _ in range(max_updates):
        gradient = A @ theta
        if (gradient**2).sum() < tol:
            break
        theta = theta - lr * gradient
        points.append(theta)
    return np.array(points)
