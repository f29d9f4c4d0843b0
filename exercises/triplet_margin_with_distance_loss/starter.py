import numpy as np


def triplet_margin_with_distance_loss(
    anchor, positive, negative, distance_function, *, margin=1.0, swap=False, reduction="mean"
):
    """The triplet margin loss, with the distance that the name stands for."""
    ...
