"""You multiplied the square out. x² − 2xy + y² takes huge numbers away from one another: subtract first, then
square."""


def mse_loss(input, target, *, reduction="mean"):
    each = input**2 - 2 * input * target + target**2
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
