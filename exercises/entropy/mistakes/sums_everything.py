"""You added up over all rows. Each distribution has an entropy of its own: sum along the last axis."""

import numpy as np


def entropy(p, *, unit="nats"):
    surprise = -np.log(np.where(p > 0, p, 1.0))
    return (p * surprise).sum() / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]
