"""You turned the sign after adding the decay, so that uphill the decay pushes away from 0. Turn the gradient first,
then add the decay."""


def sgd_step(param, grad, *, lr=1e-3, weight_decay=0, maximize=False):
    d = grad + weight_decay * param
    d = -d if maximize else d
    return param - lr * d
