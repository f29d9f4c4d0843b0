"""Gradient clipping.

All gradients of a network share one norm and one factor, so the step keeps its direction and only its length is
cut. PyTorch takes the norm of each parameter's gradient first and then the norm of those norms: the same number.
"""

import numpy as np


def gradient_clipping(weight_grad, bias_grad, max_norm, *, norm_type=2.0):
    """Both gradients, shortened together if they are longer than max_norm."""
    everything = np.concatenate([np.ravel(weight_grad), np.ravel(bias_grad)])
    norm = np.linalg.norm(everything, norm_type)
    factor = min(1.0, max_norm / (norm + 1e-6))
    return weight_grad * factor, bias_grad * factor
