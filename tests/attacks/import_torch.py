# tries: asking torch for the answer
# expect: raised
# says: RuntimeError torch.tensor.. cannot be used: torch is not here, and the exercise is to do without
import torch


def f(x):
    return torch.tensor(x)
