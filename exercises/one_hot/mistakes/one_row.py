"""You marked every label in one row. Each label gets a row of its own."""

import numpy as np


def one_hot(labels, classes):
    row = np.zeros(classes)
    row[labels[labels >= 0].ravel()] = 1
    return row
