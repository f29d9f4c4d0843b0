"""You divided p by q inside the logarithm. For a tiny q that overflows: take log p − log q."""

import numpy as np


def kl_divergence(p, q, *, unit="nats"):
    ratio = np.where(p == 0, 1.0, p) / np.where(p == 0, 1.0, q)
    return (p * np.log(ratio)).sum(axis=-1) / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]
