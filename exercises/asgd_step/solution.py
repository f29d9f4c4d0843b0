"""ASGD.

The average is what you would use in the end; training goes on from the parameter itself. Since mu lags by one update,
averaging begins with update t0 + 3: the first mu below 1 is worked out in update t0 + 2.
"""


def asgd_step(param, grad, state, *, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0):
    """The parameter after a step of SGD, and the state with the average of the path and the next rates."""
    t = state.get("step", 0) + 1
    eta, mu, ax = state.get("eta", lr), state.get("mu", 1), state.get("ax", 0)
    d = grad + weight_decay * param
    param = (1 - lambd * eta) * param - eta * d
    ax = ax + mu * (param - ax)
    # both are for the next update
    eta = lr / (1 + lambd * lr * t) ** alpha
    mu = 1 / max(1, t - t0)
    return param, {"step": t, "eta": eta, "mu": mu, "ax": ax}
