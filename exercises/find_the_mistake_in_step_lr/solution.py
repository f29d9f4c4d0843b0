"""The drop comes before the learning rate is written down.

Epoch s is the first with the lower learning rate, so the loop has to lower it before it uses it. Testing (epoch + 1) %
step_size after the append does as well: then the drop is made at the end of the epoch before, as scheduler.step() does
it in PyTorch.
"""

import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    """The learning rate of each epoch: a staircase downwards."""
    rates = []
    for epoch in range(steps):
        if epoch > 0 and epoch % step_size == 0:
            lr = lr * gamma
        rates.append(lr)
    return np.array(rates)
