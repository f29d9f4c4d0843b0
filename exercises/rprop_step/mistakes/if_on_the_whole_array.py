"""You asked about the whole array with if. Each element has a sign of its own: np.where."""

import numpy as np


def rprop_step(param, grad, state, *, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50)):
    shrink, grow = etas
    product = grad * state.get("prev", 0)
    factor = grow if product > 0 else shrink if product < 0 else 1
    size = np.clip(factor * state.get("step_size", lr), *step_sizes)
    prev = np.where(product < 0, 0, grad)
    param = param - np.sign(prev) * size
    return param, {"step": state.get("step", 0) + 1, "prev": prev, "step_size": size}
