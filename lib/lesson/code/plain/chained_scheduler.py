"""ChainedScheduler: several schedules at once; what each multiplies the rate by is multiplied together.

This holds for schedules that only multiply: StepLR, ExponentialLR, ConstantLR and so on. PyTorch works the others,
such as CosineAnnealingLR, from the rate that the schedules before them have left.
"""

import numpy as np


def chained_scheduler(steps, lr, *, schedules):
    """The learning rate of each epoch; each schedule is a function of (steps, lr) that gives its own rates."""
    factors = [schedule(steps, lr) / lr for schedule in schedules]
    return lr * np.prod(factors, axis=0)
