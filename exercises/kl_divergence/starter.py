import numpy as np


def kl_divergence(p, q, *, unit="nats"):
    """How much surprise it adds to believe q while p is true."""
    ...
