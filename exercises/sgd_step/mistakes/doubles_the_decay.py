"""You added 2λθ, the slope of λθ². The penalty is ½λθ², and its slope is λθ."""


def sgd_step(param, grad, *, lr=1e-3, weight_decay=0, maximize=False):
    d = -grad if maximize else grad
    d = d + 2 * weight_decay * param
    return param - lr * d
