"""These are the parts that the outcomes add. Add them up along the last axis."""

import numpy as np


def entropy(p, *, unit="nats"):
    return -p * np.log(np.where(p > 0, p, 1.0)) / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]
