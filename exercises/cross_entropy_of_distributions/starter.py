import numpy as np


def cross_entropy(p, q, *, unit="nats"):
    """The average surprise of somebody who believes q while p is true."""
    ...
