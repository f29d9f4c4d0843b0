"""Self-information.

np.log(0) is −∞ with a warning; that is the right answer here, so the warning is silenced.
"""

import numpy as np


def self_information(p, *, unit="nats"):
    """Minus the logarithm of each probability, in the unit asked for."""
    with np.errstate(divide="ignore"):
        return -np.log(p) / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]
