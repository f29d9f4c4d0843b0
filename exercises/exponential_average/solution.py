"""An exponential running average with bias correction.

The uncorrected average goes on; the correction is for the result alone. It divides by the weights that were given so
far, which add up to 1 − beta to the power of the step.
"""

import numpy as np


def running_average(values, *, beta=0.9):
    """The corrected running average after each step, in the shape of values."""
    average, result = np.zeros(values.shape[1:]), np.zeros(values.shape)
    for step, value in enumerate(values, 1):
        average = beta * average + (1 - beta) * value
        result[step - 1] = average / (1 - beta**step)
    return result
