import numpy as np


def momentum_loop(start, A, *, lr=0.1, momentum=0.9, updates=10):
    """All points of gradient descent with momentum on ½ θᵀAθ, the start first."""
    ...
