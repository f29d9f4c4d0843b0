"""You added the step. The gradient points uphill, so the step is taken away."""


def sgd_step(param, grad, *, lr=1e-3, weight_decay=0, maximize=False):
    d = -grad if maximize else grad
    d = d + weight_decay * param
    return param + lr * d
