"""Entropy.

Where p is 0 a 1 stands in for it inside the logarithm. Its logarithm is 0, so the product is 0 without a NaN on the
way.
"""

import numpy as np


def entropy(p, *, unit="nats"):
    """The average surprise of each distribution along the last axis."""
    surprise = -np.log(np.where(p > 0, p, 1.0))
    return (p * surprise).sum(axis=-1) / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]
