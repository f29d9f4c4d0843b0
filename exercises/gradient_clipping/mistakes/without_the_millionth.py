"""You divided by the bare norm. PyTorch adds 10⁻⁶ to it: a norm of 0 does no harm then, and tiny ones come out
smaller."""

import numpy as np


def gradient_clipping(weight_grad, bias_grad, max_norm, *, norm_type=2.0):
    everything = np.concatenate([np.ravel(weight_grad), np.ravel(bias_grad)])
    with np.errstate(all="ignore"):
        factor = np.minimum(1.0, max_norm / np.linalg.norm(everything, norm_type))
    return weight_grad * factor, bias_grad * factor
