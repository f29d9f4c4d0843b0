"""L-BFGS: a direction from the last few moves and changes of the gradient, as if the loss were a quadratic bowl.

One call is PyTorch's step(closure) without a line search.
"""

import numpy as np


def direction_of(grad, pairs, scale):
    """Against the gradient, bent by the pairs (move, change of the gradient): newest to oldest, and back."""
    q, shares = -grad, []
    for move, change in reversed(pairs):
        share = (move @ q) / (change @ move)
        q = q - share * change
        shares.append(share)
    r = scale * q
    for (move, change), share in zip(pairs, reversed(shares), strict=True):
        r = r + (share - (change @ r) / (change @ move)) * move
    return r


def lbfgs_step(param, gradient, state, *, lr=1.0, max_iter=20, history_size=100):
    """The parameter after up to max_iter turns, and the new state. `gradient(param)` is that of the loss."""
    pairs, scale = list(state.get("pairs", [])), state.get("scale", 1.0)
    old, move = state.get("grad"), state.get("move")
    grad = gradient(param)
    for turn in range(1, max_iter + 1):
        if np.abs(grad).max() <= 1e-7:
            break
        if old is not None:
            change = grad - old
            if change @ move > 1e-10:
                pairs = [*pairs, (move, change)][-history_size:]
                scale = (change @ move) / (change @ change)
        first = old is None
        d = direction_of(grad, pairs, scale)
        length = min(1.0, 1.0 / np.abs(grad).sum()) * lr if first else lr
        move, old = length * d, grad
        if grad @ d > -1e-9:  # so flat that there is nothing to go for
            break
        param = param + move
        grad = gradient(param)
        if np.abs(move).max() <= 1e-9 or turn + 1 >= max_iter * 5 // 4:  # PyTorch counts evaluations too: max_eval
            break
    return param, {"pairs": pairs, "scale": scale, "grad": old, "move": move}
