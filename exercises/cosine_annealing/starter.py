import numpy as np


def cosine_annealing(steps, lr, *, T_max, eta_min=0.0):
    """The learning rate of each epoch: down along half a cosine wave, and up again."""
    ...
