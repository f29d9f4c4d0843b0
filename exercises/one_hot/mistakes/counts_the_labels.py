"""You made it as wide as the largest label. The width is the number of classes, also of those that do not occur."""

import numpy as np


def one_hot(labels, classes):
    width = int(labels.max(initial=0)) + 1
    return (labels[..., None] == np.arange(width)).astype(float)
