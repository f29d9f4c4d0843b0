"""You stopped where the gradient equals tol. It has to be below."""

import numpy as np


def gradient_descent_until(start, A, *, lr=0.1, tol=1e-3, max_updates=1000):
    theta = start
    points = [theta]
    for _ in range(max_updates):
        gradient = A @ theta
        if np.linalg.norm(gradient) <= tol:
            break
        theta = theta - lr * gradient
        points.append(theta)
    return np.array(points)
