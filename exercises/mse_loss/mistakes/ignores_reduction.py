"""You always took the mean. With reduction='none' every loss is kept, with 'sum' they are added up."""


def mse_loss(input, target, *, reduction="mean"):
    return ((input - target) ** 2).mean()
