"""Rprop.

Forgetting the gradient after a flip does two things at once: its sign is 0, so this update makes no step, and the next
one compares with 0 and leaves the step size alone. Rprop needs the gradient of all data: with small batches the signs
flip by chance, and the step sizes shrink to nothing.
"""

import numpy as np


def rprop_step(param, grad, state, *, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50)):
    """The parameter after a step of each element's own size against the sign, and the new state."""
    shrink, grow = etas
    product = grad * state.get("prev", 0)
    factor = np.where(product > 0, grow, np.where(product < 0, shrink, 1))
    size = np.clip(factor * state.get("step_size", lr), *step_sizes)
    prev = np.where(product < 0, 0, grad)
    param = param - np.sign(prev) * size
    return param, {"step": state.get("step", 0) + 1, "prev": prev, "step_size": size}
