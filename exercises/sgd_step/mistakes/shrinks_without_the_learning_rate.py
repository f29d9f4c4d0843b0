"""You shrank the parameter by λ itself. The decay is part of the gradient, so the learning rate multiplies it too."""


def sgd_step(param, grad, *, lr=1e-3, weight_decay=0, maximize=False):
    d = -grad if maximize else grad
    return (1 - weight_decay) * param - lr * d
