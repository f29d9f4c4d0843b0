"""One step of gradient descent.

The sign is turned before the decay is added: going uphill must not turn the pull towards 0 into a push away from it.
`param - lr * d` makes a new array; `param -= lr * d` would have changed the caller's.
"""


def sgd_step(param, grad, *, lr=1e-3, weight_decay=0, maximize=False):
    """The parameter after a step against the gradient."""
    d = -grad if maximize else grad
    d = d + weight_decay * param
    return param - lr * d
