import numpy as np


def softmax_jacobian_product(scores, pull):
    """The pull on the probabilities, passed on through softmax to the scores; an array of the same shape."""
    ...
