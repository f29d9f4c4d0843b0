import numpy as np


def multi_label_soft_margin_loss(input, target, *, weight=None, reduction="mean"):
    """Binary cross-entropy of each class's own yes or no, averaged over the classes of each sample."""
    ...
