import numpy as np


def adam_with_decay(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, decoupled=True):
    """The parameter after one step of AdamW, or of Adam with L2 decay, and the new state."""
    ...
