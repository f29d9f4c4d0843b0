"""You always divided by 10. That is only gamma's default: multiply by gamma."""

import numpy as np


def multi_step_lr(steps, lr, *, milestones, gamma=0.1):
    epochs = np.arange(steps)
    drops = (milestones <= epochs[:, None]).sum(axis=1)
    return lr * 0.1**drops
