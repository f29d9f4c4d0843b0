import numpy as np


def gradient_descent(start, A, *, lr=0.1, updates=10):
    """All points of gradient descent on ½ θᵀAθ, the start first."""
    ...
