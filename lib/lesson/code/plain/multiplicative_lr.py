"""MultiplicativeLR: each epoch's learning rate is the last one, times what the function says of the epoch."""

import numpy as np


def multiplicative_lr(steps, lr, *, lr_lambda):
    """The learning rate of each epoch. Epoch 0 has the optimizer's own: the function is not asked."""
    factors = [1.0, *(lr_lambda(epoch) for epoch in range(1, steps))]
    return lr * np.cumprod(factors)[:steps]
