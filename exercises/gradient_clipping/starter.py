import numpy as np


def gradient_clipping(weight_grad, bias_grad, max_norm, *, norm_type=2.0):
    """Both gradients, shortened together if they are longer than max_norm."""
    ...
