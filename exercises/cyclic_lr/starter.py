import numpy as np


def cyclic_lr(steps, base_lr, max_lr, *, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0):
    """The learning rate of each step: up and down between two bounds, in straight lines."""
    ...
