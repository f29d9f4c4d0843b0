import numpy as np


def gradient_accumulation(start, X, y, *, batch_size=1, accumulate=2, lr=0.1):
    """The weights after each step of one epoch, with one step for several batches; the start first."""
    ...
