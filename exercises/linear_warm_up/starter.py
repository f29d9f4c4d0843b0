import numpy as np


def linear_warm_up(steps, lr, *, start_factor=1 / 3, end_factor=1.0, total_iters=5):
    """The learning rate of each epoch: on a straight line up to the full one, then level."""
    ...
