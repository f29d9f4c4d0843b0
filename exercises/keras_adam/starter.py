import numpy as np


def keras_adam(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-7):
    """The parameter after one step of Adam as Keras has it, and the new state."""
    ...
