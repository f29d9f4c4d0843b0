"""You returned the move lr · d alone. Return the new parameter: the old one minus the move."""


def sgd_step(param, grad, *, lr=1e-3, weight_decay=0, maximize=False):
    d = -grad if maximize else grad
    d = d + weight_decay * param
    return lr * d
