"""You took the mean of each row. One number is asked for: the mean over all elements."""


def mse_loss(input, target, *, reduction="mean"):
    each = (input - target) ** 2
    if reduction == "none":
        return each
    return each.sum(axis=-1) if reduction == "sum" else each.mean(axis=-1)
