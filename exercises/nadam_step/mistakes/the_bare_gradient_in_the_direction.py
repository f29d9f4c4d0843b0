"""You mixed the bare gradient in. d, with the decay in it, takes the gradient's place everywhere."""

import numpy as np


def nadam_step(param, grad, state, *, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3):
    beta1, beta2 = betas

    def momentum(t):
        return beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))

    t = state.get("step", 0) + 1
    d = grad + weight_decay * param
    mu, ahead = momentum(t), momentum(t + 1)
    product = state.get("mu_product", 1) * mu
    m = beta1 * state.get("exp_avg", 0) + (1 - beta1) * d
    v = beta2 * state.get("exp_avg_sq", 0) + (1 - beta2) * d**2
    direction = (1 - mu) / (1 - product) * grad + ahead / (1 - product * ahead) * m
    param = param - lr * direction / (np.sqrt(v / (1 - beta2**t)) + eps)
    return param, {"step": t, "mu_product": product, "exp_avg": m, "exp_avg_sq": v}
