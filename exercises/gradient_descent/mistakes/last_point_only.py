"""You gave the last point only. Every point on the way is asked for, the start first."""


def gradient_descent(start, A, *, lr=0.1, updates=10):
    theta = start
    for _ in range(updates):
        theta = theta - lr * (A @ theta)
    return theta
