"""You took 1/p. Its logarithm is the self-information."""

import numpy as np


def self_information(p, *, unit="nats"):
    return 1 / np.asarray(p)
