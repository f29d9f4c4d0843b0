import numpy as np


def softmax(scores):
    """The probabilities that the scores stand for, along the last axis; an array of the same shape."""
    ...
