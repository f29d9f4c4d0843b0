"""You changed one array in place, so that every entry of your list is the same, last point. Make a new array in each
update: theta = theta − …"""

import numpy as np


def gradient_descent_until(start, A, *, lr=0.1, tol=1e-3, max_updates=1000):
    theta = np.array(start, dtype=float)
    path = [theta]
    for _ in range(max_updates):
        gradient = A @ theta
        if np.linalg.norm(gradient) < tol:
            break
        theta -= lr * gradient
        path.append(theta)
    return np.array(path)
