import numpy as np


def exponential_lr(steps, lr, *, gamma=0.9):
    """The learning rate of each epoch: the first one times gamma, again and again."""
    ...
