"""You took the surprise of the truth's likeliest outcome only. Every outcome counts, by its probability."""

import numpy as np


def cross_entropy(p, q, *, unit="nats"):
    likeliest = p.argmax(axis=-1)
    picked = np.take_along_axis(q, likeliest[..., None], -1)[..., 0]
    return -np.log(picked) / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]
