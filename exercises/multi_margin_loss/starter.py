import numpy as np


def multi_margin_loss(input, target, *, p=1, margin=1.0, weight=None, reduction="mean"):
    """What the right class's lead over each other class lacks to the margin."""
    ...
