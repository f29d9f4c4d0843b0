import numpy as np


def sigmoid(x):
    """1 / (1 + e to the −x), element by element, without overflow on either side."""
    ...
