"""You used the target as it came. With log_target=True it holds logarithms: raise e to it."""


def kl_divergence_gradient(input, target, *, reduction="mean", log_target=False):
    probability = target
    divisor = {"mean": input.size, "batchmean": input.shape[0]}.get(reduction, 1)
    return -probability / divisor
