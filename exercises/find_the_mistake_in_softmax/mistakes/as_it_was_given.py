"""These are the answers of the function as you were given it. Print the shapes of powers and total: which number
divides which?"""

import numpy as np


def softmax(scores):
    largest = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - largest)
    total = powers.sum(axis=-1)
    return powers / total
