"""Step decay (StepLR).

The rate of an epoch can be written down at once, without the one before: count the drops, and take gamma to that
power. PyTorch itself goes on from epoch to epoch and multiplies whenever the epoch is a multiple of step_size (but
not in epoch 0).
"""

import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    """The learning rate of each epoch: a staircase downwards."""
    drops = np.arange(steps) // step_size
    return lr * gamma**drops
