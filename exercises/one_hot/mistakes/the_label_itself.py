"""You put the label's own number there. A 1 stands at its place, whichever class it is."""

import numpy as np


def one_hot(labels, classes):
    return (labels[..., None] == np.arange(classes)) * labels[..., None].astype(float)
