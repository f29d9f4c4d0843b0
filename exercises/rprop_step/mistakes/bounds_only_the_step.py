"""You kept the step within the bounds, but not the step size in the state: it goes on growing beyond."""

import numpy as np


def rprop_step(param, grad, state, *, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50)):
    shrink, grow = etas
    product = grad * state.get("prev", 0)
    factor = np.where(product > 0, grow, np.where(product < 0, shrink, 1))
    size = factor * state.get("step_size", np.full_like(grad, lr))
    prev = np.where(product < 0, 0, grad)
    param = param - np.sign(prev) * np.clip(size, *step_sizes)
    return param, {"step": state.get("step", 0) + 1, "prev": prev, "step_size": size}
