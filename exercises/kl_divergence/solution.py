"""KL divergence.

Where p is 0 a 1 stands in for both, so that the difference of the logarithms is 0. The quotient p/q is never made: it
may overflow where the difference of the logarithms is harmless.
"""

import numpy as np


def kl_divergence(p, q, *, unit="nats"):
    """How much surprise it adds to believe q while p is true."""
    never = p == 0
    with np.errstate(divide="ignore"):
        difference = np.log(np.where(never, 1.0, p)) - np.log(np.where(never, 1.0, q))
    return (p * difference).sum(axis=-1) / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]
