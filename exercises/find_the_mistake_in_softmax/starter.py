import numpy as np


def softmax(scores):
    """The probabilities that the scores stand for, along the last axis; an array of the same shape."""
    # e to a large score overflows: take the largest score of each row off first
    largest = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - largest)

    # the probabilities of a row add up to 1
    total = powers.sum(axis=-1)
    return powers / total
