"""You dropped at the first milestone only. Every one that has been reached multiplies by gamma once more."""

import numpy as np


def multi_step_lr(steps, lr, *, milestones, gamma=0.1):
    epochs = np.arange(steps)
    reached = (milestones <= epochs[:, None]).any(axis=1)
    return np.where(reached, lr * gamma, lr)
