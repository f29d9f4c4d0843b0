import numpy as np


def one_cycle_lr(
    steps, max_lr, total_steps, *, pct_start=0.3, anneal_strategy="cos", div_factor=25.0, final_div_factor=1e4
):
    """The learning rate of each step: once up, and down to nearly nothing."""
    ...
