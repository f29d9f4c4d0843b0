"""You used eˣ / (1 + eˣ) everywhere: for large x that is ∞/∞, NaN. Use 1 / (1 + e⁻ˣ) where x is positive."""

import numpy as np


def sigmoid(x):
    power = np.exp(x)
    return power / (1 + power)
