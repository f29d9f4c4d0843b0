"""You called an entropy with a zero in it 0. Only that outcome adds nothing; the others still do."""

import numpy as np


def entropy(p, *, unit="nats"):
    terms = -p * np.log(np.where(p > 0, p, 1.0))
    return (
        np.where((p > 0).all(axis=-1), terms.sum(axis=-1), 0.0)
        / {"nats": 1.0, "bits": np.log(2), "bans": np.log(10)}[unit]
    )
