"""Nesterov looks ahead.

The second path obeys PyTorch's rule with buffer b = −v / γ: from φ = θ + μv follows φ' = φ + μv' − γ∇f(φ), which
is φ − γ(g + μb'). So nothing is approximated in PyTorch; its parameter is just the other of the two points. At
the end of a training the two lie close together, since the velocity has died down.
"""

import numpy as np


def nesterov_lookahead(start, A, *, lr=0.1, momentum=0.9, updates=10):
    """Nesterov's points on ½ θᵀAθ, and PyTorch's, one path after the other."""
    theta, velocity = start, np.zeros(len(start))
    path = [(theta, theta)]
    for _ in range(updates):
        ahead = theta + momentum * velocity
        velocity = momentum * velocity - lr * (A @ ahead)
        theta = theta + velocity
        path.append((theta, theta + momentum * velocity))
    return np.array(path).swapaxes(0, 1)
