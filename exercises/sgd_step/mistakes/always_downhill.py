"""You went downhill with maximize=True as well. Then the gradient is turned round before anything else."""


def sgd_step(param, grad, *, lr=1e-3, weight_decay=0, maximize=False):
    d = grad
    d = d + weight_decay * param
    return param - lr * d
