import numpy as np


def self_information(p, *, unit="nats"):
    """Minus the logarithm of each probability, in the unit asked for."""
    ...
