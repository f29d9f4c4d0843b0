"""You took the last step back after a flip, as in the paper of 1993. PyTorch stays where it is."""

import numpy as np


def rprop_step(param, grad, state, *, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50)):
    shrink, grow = etas
    product = grad * state.get("prev", 0)
    factor = np.where(product > 0, grow, np.where(product < 0, shrink, 1))
    size = np.clip(factor * state.get("step_size", lr), *step_sizes)
    prev = np.where(product < 0, 0, grad)
    param = param - np.where(
        product < 0, -np.sign(state.get("prev", 0)) * state.get("step_size", lr), np.sign(prev) * size
    )
    return param, {"step": state.get("step", 0) + 1, "prev": prev, "step_size": size}
