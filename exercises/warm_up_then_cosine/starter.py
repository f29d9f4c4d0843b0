import numpy as np


def warm_up_then_cosine(steps, lr, *, warm_up=5, T_max=20, start_factor=0.1, eta_min=0.0):
    """The learning rate of each epoch: a straight line up, then half a cosine wave down."""
    ...
