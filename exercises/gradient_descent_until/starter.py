import numpy as np


def gradient_descent_until(start, A, *, lr=0.1, tol=1e-3, max_updates=1000):
    """All points of gradient descent on ½ θᵀAθ, until the gradient is short or the updates are used up."""
    ...
