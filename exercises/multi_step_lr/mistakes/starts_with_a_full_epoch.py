"""You gave epoch 0 the whole learning rate in any case. A milestone at 0 has been reached in epoch 0 already."""

import numpy as np


def multi_step_lr(steps, lr, *, milestones, gamma=0.1):
    rates = np.empty(steps)
    for epoch in range(steps):
        if epoch > 0:
            lr = lr * gamma ** np.sum(milestones == epoch)
        rates[epoch] = lr
    return rates
