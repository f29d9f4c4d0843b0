"""You added up over all rows. Each pair of distributions has a value of its own: sum along the last axis."""

import numpy as np


def kl_divergence(p, q, *, unit="nats"):
    never = p == 0
    difference = np.log(np.where(never, 1.0, p)) - np.log(np.where(never, 1.0, q))
    return (p * difference).sum() / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]
