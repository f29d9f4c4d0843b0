import numpy as np


def tensorflow_rmsprop(param, grad, state, *, lr=1e-3, rho=0.9, eps=1e-7, momentum=0.0):
    """The parameter after one step of RMSprop as TensorFlow has it, and the new state."""
    ...
