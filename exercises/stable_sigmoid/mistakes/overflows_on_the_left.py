"""You used 1 / (1 + e⁻ˣ) everywhere. Far to the left e⁻ˣ overflows and the result is 0: use eˣ / (1 + eˣ) where x is
negative."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))
