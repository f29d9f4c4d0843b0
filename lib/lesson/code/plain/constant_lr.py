"""ConstantLR: a part of the learning rate at first, all of it from epoch total_iters on."""

import numpy as np


def constant_lr(steps, lr, *, factor=1 / 3, total_iters=5):
    """The learning rate of each epoch. With total_iters=0 PyTorch never gives the rest back."""
    waiting = np.arange(steps) < total_iters if total_iters else True
    return np.where(waiting, lr * factor, np.full(steps, lr))
