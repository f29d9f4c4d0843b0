"""Your first rate is 0. Before the first update the rate is lr."""


def asgd_step(param, grad, state, *, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0):
    t = state.get("step", 0) + 1
    eta, mu, ax = state.get("eta", 0), state.get("mu", 1), state.get("ax", 0)
    d = grad + weight_decay * param
    param = (1 - lambd * eta) * param - eta * d
    ax = ax + mu * (param - ax)
    eta = lr / (1 + lambd * lr * t) ** alpha
    mu = 1 / max(1, t - t0)
    return param, {"step": t, "eta": eta, "mu": mu, "ax": ax}
