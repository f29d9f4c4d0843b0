"""You left log p out: −Σ p log q is the cross-entropy. The divergence weighs log p − log q."""

import numpy as np


def kl_divergence(p, q, *, unit="nats"):
    return (-p * np.log(np.where(p == 0, 1.0, q))).sum(axis=-1) / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[
        unit
    ]
