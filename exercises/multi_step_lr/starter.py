import numpy as np


def multi_step_lr(steps, lr, *, milestones, gamma=0.1):
    """The learning rate of each epoch: it drops at every milestone."""
    ...
