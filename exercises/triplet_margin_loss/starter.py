import numpy as np


def triplet_margin_loss(anchor, positive, negative, *, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
    """What the negative's distance lacks to the positive's and the margin."""
    ...
