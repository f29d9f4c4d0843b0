"""You added a small number to p against log 0. That moves every other term too; treat p = 0 by itself."""

import numpy as np


def entropy(p, *, unit="nats"):
    return (-p * np.log(p + 1e-8)).sum(axis=-1) / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]
