"""You left the weight decay out: λ times the parameter belongs to the gradient."""


def sgd_step(param, grad, *, lr=1e-3, weight_decay=0, maximize=False):
    d = -grad if maximize else grad
    return param - lr * d
