import numpy as np


def newton_schulz(grad, *, ns_coefficients=(3.4445, -4.775, 2.0315), eps=1e-7, ns_steps=5):
    """The matrix with its singular values pushed towards 1, in the shape it came in."""
    ...
