import numpy as np


def multi_label_margin_loss(input, target, *, reduction="mean"):
    """What each label's lead over each wrong class lacks to 1, over the number of classes."""
    ...
