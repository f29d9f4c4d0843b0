"""You counted classes from 1. They start at 0."""

import numpy as np


def one_hot(labels, classes):
    return (labels[..., None] == np.arange(1, classes + 1)).astype(float)
