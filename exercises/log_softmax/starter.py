import numpy as np


def log_softmax(scores):
    """The logarithm of softmax along the last axis; an array of the same shape."""
    ...
