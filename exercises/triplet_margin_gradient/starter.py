import numpy as np


def triplet_margin_gradient(anchor, positive, negative, *, margin=1.0, eps=1e-6, reduction="mean"):
    """How fast the loss grows with each coordinate of the anchors, positives and negatives: three arrays."""
    ...
