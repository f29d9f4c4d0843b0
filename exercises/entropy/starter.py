import numpy as np


def entropy(p, *, unit="nats"):
    """The average surprise of each distribution along the last axis."""
    ...
