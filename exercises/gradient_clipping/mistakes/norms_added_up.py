"""You added the two norms up. The norm of everything is smaller: √(9 + 16) is 5, not 7."""

import numpy as np


def gradient_clipping(weight_grad, bias_grad, max_norm, *, norm_type=2.0):
    norm = np.linalg.norm(np.ravel(weight_grad), norm_type) + np.linalg.norm(np.ravel(bias_grad), norm_type)
    factor = min(1.0, max_norm / (norm + 1e-6))
    return weight_grad * factor, bias_grad * factor
