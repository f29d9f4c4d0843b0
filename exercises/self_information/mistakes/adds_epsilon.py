"""You added a small number to p against log 0. It moves rare events by a lot; minus log 0 is infinite, as it should
be."""

import numpy as np


def self_information(p, *, unit="nats"):
    return -np.log(p + 1e-9) / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]
