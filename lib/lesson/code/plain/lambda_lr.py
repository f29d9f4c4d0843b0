"""LambdaLR: the optimizer's own learning rate, times what the function says of the epoch."""

import numpy as np


def lambda_lr(steps, lr, *, lr_lambda):
    """The learning rate of each epoch."""
    return lr * np.array([lr_lambda(epoch) for epoch in range(steps)])
