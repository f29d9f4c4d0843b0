"""You kept the scores between −30 and 30. Beyond that the sigmoid still changes: at −700 it is about e⁻⁷⁰⁰."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))
