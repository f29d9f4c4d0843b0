"""You left the fifth power out. The polynomial is a quintic: c A A belongs to it."""

import numpy as np


def newton_schulz(grad, *, ns_coefficients=(3.4445, -4.775, 2.0315), eps=1e-7, ns_steps=5):
    a, b, c = ns_coefficients
    tall = grad.shape[0] > grad.shape[1]
    x = grad.T if tall else grad
    x = x / max(np.linalg.norm(x), eps)
    for _ in range(ns_steps):
        gram = x @ x.T
        x = a * x + (b * gram) @ x
    return x.T if tall else x
