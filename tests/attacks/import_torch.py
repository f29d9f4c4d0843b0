# tries: asking torch for the answer
# expect: raised
# says: ModuleNotFoundError
import torch


def f(x):
    return torch.tensor(x)
