"""Cross-entropy of two distributions.

Only where p is 0 does a 1 stand in for q: its logarithm is 0, so the term is 0. Where q alone is 0 the logarithm is
−∞, and so is the term, as it should be.
"""

import numpy as np


def cross_entropy(p, q, *, unit="nats"):
    """The average surprise of somebody who believes q while p is true."""
    with np.errstate(divide="ignore"):
        surprise = -np.log(np.where(p == 0, 1.0, q))
    return (p * surprise).sum(axis=-1) / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]
