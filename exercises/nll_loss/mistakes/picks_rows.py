"""You wrote input[target], which picks whole rows. The classes are on the last axis: np.take_along_axis."""


def nll_loss(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    each = -input[target]
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
