"""You read state["prev"] at the first update, where the state is still empty. state.get("prev", 0) gives 0 there."""

import numpy as np


def rprop_step(param, grad, state, *, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50)):
    shrink, grow = etas
    product = grad * state["prev"]
    factor = np.where(product > 0, grow, np.where(product < 0, shrink, 1))
    size = np.clip(factor * state.get("step_size", lr), *step_sizes)
    prev = np.where(product < 0, 0, grad)
    param = param - np.sign(prev) * size
    return param, {"step": state.get("step", 0) + 1, "prev": prev, "step_size": size}
