"""Gradient of soft margin loss.

Dividing the fraction through by e^(−m) leaves one exponential, below the line, where overflowing does no harm. So this
holds for wrong scores of any size too, where PyTorch's quotient is ∞/∞. It is the gradient of BCE with logits in other
clothes: with answers of 1 and 0 instead of 1 and −1 the same numbers are called probability minus answer.
"""

import numpy as np


def soft_margin_gradient(input, target, *, reduction="mean"):
    """How fast the loss grows with each score, in the shape of input."""
    with np.errstate(over="ignore"):
        wrong = 1 / (1 + np.exp(target * input))  # the probability of the wrong answer; 1/∞ is 0, as it should be
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return -target * wrong * share


def branches(input, target, *, reduction="mean"):
    """What random tests have to reach: yes and no, scores of the right and of the wrong sign, a mean and a sum."""
    return {"yes": target == 1, "the right sign": target * input > 0, "the mean": reduction == "mean"}
