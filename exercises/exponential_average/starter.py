import numpy as np


def running_average(values, *, beta=0.9):
    """The corrected running average after each step, in the shape of values."""
    ...
