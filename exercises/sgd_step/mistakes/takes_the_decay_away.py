"""You took the weight decay away from the gradient. It is added: it pulls the parameter towards 0."""


def sgd_step(param, grad, *, lr=1e-3, weight_decay=0, maximize=False):
    d = -grad if maximize else grad
    d = d - weight_decay * param
    return param - lr * d
