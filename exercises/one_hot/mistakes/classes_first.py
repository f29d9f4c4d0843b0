"""You put the classes first. They are on the last axis: one row per label."""

import numpy as np


def one_hot(labels, classes):
    return np.moveaxis((labels[..., None] == np.arange(classes)).astype(float), -1, 0)
