"""You gave lr back after total_iters. The learning rate has reached 0 by then, and stays 0."""

import numpy as np


def polynomial_lr(steps, lr, *, total_iters=5, power=1.0):
    epochs = np.arange(steps)
    left = np.maximum(1 - epochs / total_iters, 0)
    return np.where(epochs < total_iters, lr * left**power, lr)
