"""You averaged the slopes. Each prediction has a slope of its own: the result has the shape of input."""


def mse_gradient(input, target, *, reduction="mean"):
    return 2 * (input - target).mean() if reduction == "mean" else 2 * (input - target).sum()
