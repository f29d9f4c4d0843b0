import numpy as np


def nesterov_lookahead(start, A, *, lr=0.1, momentum=0.9, updates=10):
    """Nesterov's points on ½ θᵀAθ, and PyTorch's, one path after the other."""
    ...
