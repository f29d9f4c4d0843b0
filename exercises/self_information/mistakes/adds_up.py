"""You added the values up. Each probability stands by itself."""

import numpy as np


def self_information(p, *, unit="nats"):
    return (-np.log(p) / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]).sum()
