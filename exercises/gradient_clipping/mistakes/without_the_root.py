"""You summed the powers and left the root out: (…)^(1/p) makes it a length."""

import numpy as np


def gradient_clipping(weight_grad, bias_grad, max_norm, *, norm_type=2.0):
    everything = np.concatenate([np.ravel(weight_grad), np.ravel(bias_grad)])
    norm = np.abs(everything).max() if np.isinf(norm_type) else (np.abs(everything) ** norm_type).sum()
    factor = min(1.0, max_norm / (norm + 1e-6))
    return weight_grad * factor, bias_grad * factor
