"""Newton–Schulz iterations.

With G = U S Vᵀ every product is U (…) Vᵀ with another polynomial of S between, so U and Vᵀ never change. Turning a tall
matrix keeps A small and changes nothing else. The quintic is steep at 0 (3.4445), which is why five iterations do; it
pays with singular values that are only roughly 1.
"""

import numpy as np


def newton_schulz(grad, *, ns_coefficients=(3.4445, -4.775, 2.0315), eps=1e-7, ns_steps=5):
    """The matrix with its singular values pushed towards 1, in the shape it came in."""
    a, b, c = ns_coefficients
    tall = grad.shape[0] > grad.shape[1]
    x = grad.T if tall else grad
    x = x / max(np.linalg.norm(x), eps)
    for _ in range(ns_steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x
