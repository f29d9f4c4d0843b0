import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    """The learning rate of each epoch: a staircase downwards."""
    ...
