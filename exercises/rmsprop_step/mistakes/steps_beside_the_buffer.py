"""You kept the buffer, but stepped along the divided gradient. With momentum the step goes along the buffer."""

import numpy as np


def rmsprop_step(param, grad, state, *, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
    d = grad + weight_decay * param
    square_avg = alpha * state.get("square_avg", 0) + (1 - alpha) * d**2
    new = {"step": state.get("step", 0) + 1, "square_avg": square_avg}
    variance = square_avg
    if centered:
        new["grad_avg"] = alpha * state.get("grad_avg", 0) + (1 - alpha) * d
        variance = square_avg - new["grad_avg"] ** 2
    move = d / (np.sqrt(variance) + eps)
    if momentum > 0:
        new["momentum_buffer"] = momentum * state.get("momentum_buffer", 0) + move
    return param - lr * move, new
