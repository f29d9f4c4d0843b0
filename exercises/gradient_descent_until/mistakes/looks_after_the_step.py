"""You stepped first and looked afterwards, at the gradient you had stepped with. Look before the update, and stay
where it is short."""

import numpy as np


def gradient_descent_until(start, A, *, lr=0.1, tol=1e-3, max_updates=1000):
    theta = start
    points = [theta]
    for _ in range(max_updates):
        gradient = A @ theta
        theta = theta - lr * gradient
        points.append(theta)
        if np.linalg.norm(gradient) < tol:
            break
    return np.array(points)
