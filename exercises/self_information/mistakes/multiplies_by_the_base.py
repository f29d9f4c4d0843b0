"""You multiplied by the logarithm of the base. Divide by it: one bit is worth 0.693 nats, so there are more bits than
nats."""

import numpy as np


def self_information(p, *, unit="nats"):
    return -np.log(p) * {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]
