import numpy as np


def margin_ranking_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    """What each pair of scores lacks to the right order, by a margin."""
    ...
