import numpy as np


def reduce_lr_on_plateau(
    steps, metrics, lr, *, mode="min", factor=0.1, patience=10, threshold=1e-4, cooldown=0, min_lr=0.0
):
    """The learning rate of each epoch, reduced whenever what is watched stops getting better."""
    ...
