"""Ordinary slips as an examiner writes them: small wrong solutions, each with words of which one has to be said.

They know nothing of the hooks and the catalogue that find them: each is a program in its author's own way of writing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wrong:
    """A wrong solution; `words` are what a true name of it says, any one of them."""

    exercise: str
    source: str
    words: tuple[str, ...]


def _edited(exercise: str, old: str, new: str, *words: str) -> Wrong:
    source = SOLUTIONS[exercise]
    assert source.count(old) >= 1, (exercise, old)
    return Wrong(exercise, source.replace(old, new), words)


SOLUTIONS = {
    "mse_loss": """
import numpy as np
def mse_loss(input, target, *, reduction="mean"):
    losses = (input - target) ** 2
    if reduction == "mean":
        return np.mean(losses)
    if reduction == "sum":
        return np.sum(losses)
    return losses
""",
    "l1_loss": """
import numpy as np
def l1_loss(input, target, *, reduction="mean"):
    losses = abs(input - target)
    if reduction == "mean":
        return np.sum(losses) / losses.size
    if reduction == "sum":
        return np.sum(losses)
    return losses
""",
    "huber_loss": """
import numpy as np
def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    e = input - target
    a = np.abs(e)
    with np.errstate(over="ignore"):
        out = np.where(a < delta, e * e / 2, delta * a - delta**2 / 2)
    return {"mean": np.mean, "sum": np.sum, "none": lambda x: x}[reduction](out)
""",
    "softmax": """
import numpy as np
def softmax(scores):
    top = np.max(scores, axis=-1, keepdims=True)
    e = np.exp(scores - top)
    return e / np.sum(e, axis=-1, keepdims=True)
""",
    "log_softmax": """
import numpy as np
def log_softmax(scores):
    z = scores - np.max(scores, axis=-1, keepdims=True)
    total = np.sum(np.exp(z), axis=-1, keepdims=True)
    return z - np.log(total)
""",
    "log_sum_exp": """
import numpy as np
def log_sum_exp(scores):
    m = np.max(scores, axis=-1, keepdims=True)
    m = np.where(np.isinf(m), 0, m)
    with np.errstate(divide="ignore"):
        return np.log(np.sum(np.exp(scores - m), axis=-1)) + np.squeeze(m, axis=-1)
""",
    "cross_entropy_loss": """
import numpy as np
def cross_entropy_loss(input, target, *, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    z = input - np.max(input, axis=-1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True))
    keep = target != ignore_index
    t = np.where(keep, target, 0)
    C = input.shape[-1]
    w = np.ones(C) if weight is None else weight
    nll = -w[t] * np.take_along_axis(logp, t[..., None], -1)[..., 0]
    smooth = -np.sum(w * logp, axis=-1) / C
    loss = (1 - label_smoothing) * nll + (label_smoothing * smooth if label_smoothing else 0)
    loss = np.where(keep, loss, 0.0)
    if reduction == "none":
        return loss
    if reduction == "sum":
        return np.sum(loss)
    with np.errstate(invalid="ignore"):
        return np.sum(loss) / np.sum(np.where(keep, w[t], 0.0))
""",
    "bce_with_logits_loss": """
import numpy as np
def bce_with_logits_loss(input, target, *, weight=None, reduction="mean", pos_weight=None):
    p = 1.0 if pos_weight is None else pos_weight
    out = p * target * np.logaddexp(0, -input) + (1 - target) * np.logaddexp(0, input)
    out = out if weight is None else out * weight
    if reduction == "none":
        return out
    return np.mean(out) if reduction == "mean" else np.sum(out)
""",
    "kl_div_loss": """
import numpy as np
def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    if log_target:
        out = np.exp(target) * (target - input)
    else:
        out = target * (np.log(np.where(target > 0, target, 1.0)) - input)
    if reduction == "none":
        return out
    if reduction == "sum":
        return np.sum(out)
    if reduction == "batchmean":
        return np.sum(out) / out.shape[0]
    return np.mean(out)
""",
    "entropy": """
import numpy as np
def entropy(p, *, unit="nats"):
    base = {"nats": np.e, "bits": 2.0, "bans": 10.0}[unit]
    logs = np.log(np.where(p == 0, 1, p)) / np.log(base)
    return -np.sum(p * logs, axis=-1)
""",
    "gaussian_nll_loss": """
import numpy as np
def gaussian_nll_loss(input, target, var, *, full=False, eps=1e-6, reduction="mean"):
    if var.ndim < input.ndim:
        var = var[..., None]
    v = np.maximum(var, eps)
    out = np.log(v) / 2 + (input - target) ** 2 / (2 * v)
    if full:
        out = out + np.log(2 * np.pi) / 2
    return np.mean(out) if reduction == "mean" else np.sum(out) if reduction == "sum" else out
""",
    "poisson_nll_loss": """
import numpy as np
def poisson_nll_loss(input, target, *, log_input=True, full=False, eps=1e-8, reduction="mean"):
    out = np.exp(input) - target * input if log_input else input - target * np.log(input + eps)
    if full:
        t = np.where(target > 1, target, 1.0)
        out = out + np.where(target > 1, t * np.log(t) - t + np.log(2 * np.pi * t) / 2, 0.0)
    return np.mean(out) if reduction == "mean" else np.sum(out) if reduction == "sum" else out
""",
    "smooth_l1_loss": """
import numpy as np
def smooth_l1_loss(input, target, *, beta=1.0, reduction="mean"):
    a = np.abs(input - target)
    with np.errstate(all="ignore"):
        out = np.where(a < beta, a * a / (2 * beta), a - beta / 2)
    return np.mean(out) if reduction == "mean" else np.sum(out) if reduction == "sum" else out
""",
    "triplet_margin_loss": """
import numpy as np
def triplet_margin_loss(anchor, positive, negative, *, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
    def dist(x, y):
        return np.linalg.norm(x - y + eps, ord=p, axis=-1)
    dp, dn = dist(anchor, positive), dist(anchor, negative)
    if swap:
        dn = np.minimum(dn, dist(positive, negative))
    out = np.maximum(dp - dn + margin, 0)
    return np.mean(out) if reduction == "mean" else np.sum(out) if reduction == "sum" else out
""",
    "cosine_embedding_loss": """
import numpy as np
def cosine_embedding_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    n1 = np.sqrt(np.sum(input1 * input1, axis=-1) + 1e-12)
    n2 = np.sqrt(np.sum(input2 * input2, axis=-1) + 1e-12)
    cos = np.sum(input1 * input2, axis=-1) / (n1 * n2)
    out = np.where(target == 1, 1 - cos, 0.0) + np.where(target == -1, np.maximum(cos - margin, 0), 0.0)
    return np.mean(out) if reduction == "mean" else np.sum(out) if reduction == "sum" else out
""",
    "margin_ranking_loss": """
import numpy as np
def margin_ranking_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    out = np.maximum(-target * (input1 - input2) + margin, 0)
    return np.mean(out) if reduction == "mean" else np.sum(out) if reduction == "sum" else out
""",
    "mse_gradient": """
import numpy as np
def mse_gradient(input, target, *, reduction="mean"):
    g = 2 * (np.asarray(input) - target)
    return g / g.size if reduction == "mean" else g
""",
    "cross_entropy_gradient": """
import numpy as np
def cross_entropy_gradient(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    e = np.exp(input - np.max(input, axis=-1, keepdims=True))
    p = e / np.sum(e, axis=-1, keepdims=True)
    keep = target != ignore_index
    t = np.where(keep, target, 0)
    w = np.where(keep, 1.0 if weight is None else weight[t], 0.0)
    if reduction == "mean" and np.any(keep):
        w = w / np.sum(w)
    hot = np.eye(input.shape[-1])[t]
    return w[..., None] * (p - hot)
""",
    "adam_step": """
import numpy as np
def adam_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
    b1, b2 = betas
    g = grad + weight_decay * param
    k = state.get("step", 0) + 1
    m = b1 * state.get("exp_avg", np.zeros_like(param)) + (1 - b1) * g
    v = b2 * state.get("exp_avg_sq", np.zeros_like(param)) + (1 - b2) * g * g
    mh = m / (1 - b1**k)
    vh = v / (1 - b2**k)
    new = param - lr * mh / (np.sqrt(vh) + eps)
    return new, {"step": k, "exp_avg": m, "exp_avg_sq": v}
""",
    "adagrad_step": """
import numpy as np
def adagrad_step(param, grad, state, *, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
    k = state.get("step", 0) + 1
    g = grad + weight_decay * param
    s = state.get("sum", np.full_like(param, initial_accumulator_value)) + g * g
    clr = lr / (1 + (k - 1) * lr_decay)
    return param - clr * g / (np.sqrt(s) + eps), {"step": k, "sum": s}
""",
    "adamw_step": """
import numpy as np
def adamw_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
    b1, b2 = betas
    k = state.get("step", 0) + 1
    p = param - lr * weight_decay * param
    m = b1 * state.get("exp_avg", 0) + (1 - b1) * grad
    v = b2 * state.get("exp_avg_sq", 0) + (1 - b2) * grad**2
    p = p - lr * (m / (1 - b1**k)) / (np.sqrt(v / (1 - b2**k)) + eps)
    return p, {"step": k, "exp_avg": m, "exp_avg_sq": v}
""",
    "cosine_annealing": """
import numpy as np
def cosine_annealing(steps, lr, *, T_max, eta_min=0.0):
    rates = []
    for t in range(steps):
        rates.append(eta_min + (lr - eta_min) * (1 + np.cos(np.pi * t / T_max)) / 2)
    return np.array(rates)
""",
    "step_lr": """
import numpy as np
def step_lr(steps, lr, *, step_size, gamma=0.1):
    return np.array([lr * gamma ** (t // step_size) for t in range(steps)])
""",
    "linear_warm_up": """
import numpy as np
def linear_warm_up(steps, lr, *, start_factor=1 / 3, end_factor=1.0, total_iters=5):
    rates = []
    for t in range(steps):
        share = min(t, total_iters) / total_iters
        rates.append(lr * (start_factor + (end_factor - start_factor) * share))
    return np.array(rates)
""",
    "exponential_lr": """
import numpy as np
def exponential_lr(steps, lr, *, gamma=0.9):
    return np.array([lr * gamma**t for t in range(steps)])
""",
    "polynomial_lr": """
import numpy as np
def polynomial_lr(steps, lr, *, total_iters=5, power=1.0):
    t = np.minimum(np.arange(steps), total_iters)
    return lr * (1 - t / total_iters) ** power
""",
    "linear_regression_by_gradient_descent": """
import numpy as np
def linear_regression_by_gradient_descent(X, y, *, lr=0.1, updates=100):
    w = np.zeros(X.shape[1])
    b = 0.0
    n = len(y)
    for _ in range(updates):
        r = X @ w + b - y
        w, b = w - lr * 2 / n * (X.T @ r), b - lr * 2 / n * np.sum(r)
    return np.append(w, b)
""",
    "exponential_average": """
import numpy as np
def running_average(values, *, beta=0.9):
    out, a = [], 0
    for t, x in enumerate(values):
        a = beta * a + (1 - beta) * x
        out.append(a / (1 - beta ** (t + 1)))
    return np.array(out).reshape(values.shape)
""",
    "momentum_loop": """
import numpy as np
def momentum_loop(start, A, *, lr=0.1, momentum=0.9, updates=10):
    x, v, path = start, 0 * start, [start]
    for _ in range(updates):
        v = momentum * v + A @ x
        x = x - lr * v
        path.append(x)
    return np.array(path)
""",
}


SLIPS: dict[str, Wrong] = {
    # the mean, the sum, and over what
    "mse-mean over the batch only": _edited(
        "mse_loss", "np.mean(losses)", "np.sum(losses) / len(losses)", "rows", "batch"
    ),
    "mse-sum for mean": _edited("mse_loss", "np.mean(losses)", "np.sum(losses)", "mean", "division", "sum"),
    "mse-half": _edited("mse_loss", "(input - target) ** 2", "(input - target) ** 2 / 2", "half", "½", "2"),
    "mse-whole numbers": _edited("mse_loss", "(input - target) ** 2", "(input - target) ** 2 // 1", "whole", "//"),
    "mse-no square": _edited("mse_loss", "(input - target) ** 2", "(input - target)", "square", "power"),
    "mse-times two": _edited(
        "mse_loss", "(input - target) ** 2", "(input - target) * 2", "power", "square", "doubled", "exponent"
    ),
    "mse-plus": _edited("mse_loss", "input - target", "input + target", "added the target"),
    "mse-root": _edited("mse_loss", "np.mean(losses)", "np.sqrt(np.mean(losses))", "root"),
    "mse-cube": _edited("mse_loss", "** 2", "** 3", "off by one", "2 is meant", "cube"),
    "mse-a column": _edited(
        "mse_loss", "input - target", "input[..., None] - target", "column", "every", "broadcast", "each other"
    ),
    "mse-integers": _edited("mse_loss", "input - target", "input.astype(int) - target", "whole", "integer"),
    "l1-no abs": _edited("l1_loss", "abs(input - target)", "(input - target)", "sign", "abs"),
    "l1-squared": _edited("l1_loss", "abs(input - target)", "(input - target) ** 2", "square", "MSE"),
    "l1-sum over rows": _edited("l1_loss", "/ losses.size", "/ len(losses)", "rows", "batch"),
    "l1-no mean": _edited("l1_loss", "/ losses.size", "", "division", "sum", "mean"),
    "l1-maximum": _edited("l1_loss", "return np.sum(losses) / losses.size", "return np.max(losses)", "max", "largest"),
    "l1-sum ignored": _edited("l1_loss", '"sum"', '"add"', "sum", "reduction"),
    # pieces
    "huber-no half": _edited("huber_loss", "e * e / 2", "e * e", "½", "half"),
    "huber-delta not squared": _edited("huber_loss", "delta**2 / 2", "delta / 2", "delta", "square", "power", "factor"),
    "huber-no delta outside": _edited("huber_loss", "delta * a - delta**2 / 2", "a - delta / 2", "delta", "factor"),
    "huber-cases exchanged": _edited(
        "huber_loss", "a < delta", "a >= delta", "exchanged", "swapped", "other way", "wrong way", "cases"
    ),
    "huber-minus to plus": _edited(
        "huber_loss", "delta * a - delta**2", "delta * a + delta**2", "plus", "sign", "added half"
    ),
    "huber-ignores delta": _edited("huber_loss", "    e = input", "    delta = 1.0\n    e = input", "delta"),
    "huber-smooth l1": _edited(
        "huber_loss", "e * e / 2, delta * a - delta**2 / 2", "e * e / 2 / delta, a - delta / 2", "Smooth"
    ),
    "smooth l1-huber": _edited(
        "smooth_l1_loss", "a * a / (2 * beta), a - beta / 2", "a * a / 2, beta * (a - beta / 2)", "Huber"
    ),
    "smooth l1-beta forgotten": _edited("smooth_l1_loss", "a * a / (2 * beta)", "a * a / 2", "beta", "division"),
    # axes
    "softmax-first axis": _edited("softmax", "np.sum(e, axis=-1", "np.sum(e, axis=0", "axis", "column", "batch"),
    "softmax-all": _edited(
        "softmax", "np.sum(e, axis=-1, keepdims=True)", "np.sum(e)", "whole", "all", "batch", "everything"
    ),
    "softmax-keepdims": _edited(
        "softmax", "np.sum(e, axis=-1, keepdims=True)", "np.sum(e, axis=-1)", "keepdims", "axis"
    ),
    "softmax-mean": _edited("softmax", "np.sum(e", "np.mean(e", "mean"),
    "log softmax-log2": _edited("log_softmax", "np.log(total)", "np.log2(total)", "log", "base"),
    "log softmax-plus": _edited("log_softmax", "z - np.log(total)", "z + np.log(total)", "plus", "sign"),
    "log softmax-axis 0": _edited(
        "log_softmax", "np.sum(np.exp(z), axis=-1", "np.sum(np.exp(z), axis=0", "axis", "column", "batch"
    ),
    "log sum exp-mean": _edited("log_sum_exp", "np.sum(", "np.mean(", "mean"),
    "log sum exp-minus": _edited("log_sum_exp", "+ np.squeeze", "- np.squeeze", "plus", "sign"),
    "entropy-sign": _edited("entropy", "-np.sum", "np.sum", "sign", "minus"),
    "entropy-always nats": _edited(
        "entropy", " / np.log(base)", "", "natural logarithm", "unit is ignored", "base", "divi", "bits", "nats"
    ),
    "entropy-mean": _edited("entropy", "np.sum(", "np.mean(", "averaged"),
    # classification
    "ce-softmax first": _edited(
        "cross_entropy_loss",
        "    z = input",
        "    input = np.exp(input - np.max(input, -1, keepdims=True))\n"
        "    input = input / np.sum(input, -1, keepdims=True)\n    z = input",
        "oftmax",
    ),
    "ce-sign": _edited("cross_entropy_loss", "logp = z - np.log(", "logp = z + np.log(", "plus", "sign"),
    "ce-divides by rows": _edited(
        "cross_entropy_loss", "np.sum(np.where(keep, w[t], 0.0))", "np.sum(keep)", "counted as 1", "number of"
    ),
    "ce-smooths over C minus 1": _edited(
        "cross_entropy_loss", "axis=-1) / C", "axis=-1) / (C - 1)", "one less", "other classes only", "C − 1"
    ),
    "ce-smoothing not taken off": _edited(
        "cross_entropy_loss", "(1 - label_smoothing) * nll", "nll", "smooth", "factor"
    ),
    "ce-weights ignored": _edited(
        "cross_entropy_loss", "np.ones(C) if weight is None else weight", "np.ones(C)", "weight"
    ),
    "bce-pos weight on both": _edited(
        "bce_with_logits_loss", "+ (1 - target)", "+ p * (1 - target)", "pos_weight", "yes", "both"
    ),
    "bce-sign": _edited(
        "bce_with_logits_loss", "np.logaddexp(0, -input) +", "np.logaddexp(0, input) +", "sign", "minus"
    ),
    "bce-only yes": _edited(
        "bce_with_logits_loss", " + (1 - target) * np.logaddexp(0, input)", "", "term", "no", "left out"
    ),
    "kl-plus": _edited("kl_div_loss", "1.0)) - input", "1.0)) + input", "sign", "plus"),
    "kl-batchmean is mean": _edited(
        "kl_div_loss", "/ out.shape[0]", "/ out.size", "batchmean", "elements", "size", "samples"
    ),
    # densities, embeddings
    "gaussian-deviation": _edited(
        "gaussian_nll_loss", "    v = np", "    var = var**2\n    v = np", "square", "deviation"
    ),
    "gaussian-log not halved": _edited(
        "gaussian_nll_loss", "np.log(v) / 2 +", "np.log(v) +", "½", "half", "twice", "division"
    ),
    "poisson-full ignored": _edited("poisson_nll_loss", "if full:", "if False:", "full", "left out", "Stirling"),
    "triplet-no margin": _edited("triplet_margin_loss", " + margin", "", "margin"),
    "triplet-exchanged": _edited(
        "triplet_margin_loss", "dp - dn + margin", "dn - dp + margin", "positive", "exchanged", "wrong way", "swapped"
    ),
    "triplet-no hinge": _edited(
        "triplet_margin_loss", "np.maximum(dp - dn + margin, 0)", "dp - dn + margin", "sign", "limit", "negative", "0"
    ),
    "cosine-margin added": _edited("cosine_embedding_loss", "cos - margin", "cos + margin", "added the margin"),
    "cosine-not divided": _edited("cosine_embedding_loss", " / (n1 * n2)", "", "divi", "length", "norm"),
    "ranking-sign": _edited("margin_ranking_loss", "-target *", "target *", "sign", "minus", "exchanged", "wrong way"),
    # gradients
    "mse gradient-no two": _edited("mse_gradient", "2 * (", "1 * (", "2", "half"),
    "mse gradient-turned": _edited(
        "mse_gradient", "np.asarray(input) - target", "target - np.asarray(input)", "sign", "wrong way"
    ),
    "ce gradient-not minus one": _edited(
        "cross_entropy_gradient", "(p - hot)", "p", "subtract", "one-hot", "right class", "1"
    ),
    # optimizers
    "adam-no correction": _edited(
        "adam_step",
        "mh = m / (1 - b1**k)\n    vh = v / (1 - b2**k)",
        "mh, vh = m, v",
        "correct",
        "division is missing, in two places",
    ),
    "adam-t minus one": _edited(
        "adam_step", 'k = state.get("step", 0) + 1', 'k = state.get("step", 0)', "count", "one", "0"
    ),
    "adam-betas exchanged": _edited("adam_step", "b1, b2 = betas", "b2, b1 = betas", "betas", "exchanged"),
    "adam-no root": _edited("adam_step", "np.sqrt(vh)", "vh", "sqrt", "root"),
    "adam-plus": _edited("adam_step", "param - lr", "param + lr", "wrong way", "plus", "sign", "add"),
    "adam-decay decoupled": _edited(
        "adam_step",
        "    g = grad + weight_decay * param\n",
        "    g = grad\n    param = param * (1 - lr * weight_decay)\n",
        "AdamW",
        "decay",
    ),
    "adam-beta for one minus beta": _edited(
        "adam_step", "(1 - b1) * g\n", "(b1) * g\n", "beta", "1 −", "share", "factor", "subtract"
    ),
    "adam-share forgotten": _edited("adam_step", "+ (1 - b1) * g\n", "+ g\n", "factor", "1 −", "share", "beta"),
    "adamw-adam": _edited(
        "adamw_step",
        "    p = param - lr * weight_decay * param\n",
        "    p = param\n    grad = grad + weight_decay * param\n",
        "Adam",
        "decay",
        "L2",
    ),
    "adamw-decay without lr": _edited(
        "adamw_step", "lr * weight_decay * param", "weight_decay * param", "lr", "learning rate", "factor"
    ),
    "adagrad-no root": _edited("adagrad_step", "np.sqrt(s)", "s", "sqrt", "root"),
    "adagrad-decay from one": _edited("adagrad_step", "(k - 1) * lr_decay", "k * lr_decay", "one", "count", "subtract"),
    "adagrad-sum of gradients": _edited("adagrad_step", "+ g * g", "+ g", "square", "power", "factor"),
    "adagrad-memory lost": _edited(
        "adagrad_step",
        'state.get("sum", np.full_like(param, initial_accumulator_value))',
        "initial_accumulator_value",
        "update before",
        "kept",
        "state",
        "carried",
        "afresh",
    ),
    # schedules
    "cosine-T_max minus one": _edited("cosine_annealing", "t / T_max", "t / (T_max - 1)", "T_max"),
    "cosine-from one": _edited("cosine_annealing", "range(steps)", "range(1, steps + 1)", "one", "1"),
    "cosine-no half": _edited("cosine_annealing", ") / 2)", "))", "2", "half", "division", "twice"),
    "cosine-eta_min lost": _edited("cosine_annealing", "eta_min + (lr", "(lr", "eta_min", "term"),
    "cosine-minus": _edited("cosine_annealing", "(1 + np.cos", "(1 - np.cos", "sign", "plus", "upside"),
    "step-one early": _edited("step_lr", "range(steps)", "range(1, steps + 1)", "early", "starts", "one"),
    "step-true division": _edited("step_lr", "t // step_size", "t / step_size", "whole", "fraction", "//"),
    "step-step_size plus one": _edited("step_lr", "// step_size", "// (step_size + 1)", "step_size"),
    "warm up-from one": _edited(
        "linear_warm_up", "min(t, total_iters)", "min(t + 1, total_iters)", "one", "1", "early"
    ),
    "warm up-ends late": _edited("linear_warm_up", "/ total_iters", "/ (total_iters + 1)", "total_iters", "one"),
    "exponential-times": _edited("exponential_lr", "gamma**t", "gamma * t", "power", "exponent", "raised"),
    "exponential-one late": _edited(
        "exponential_lr", "range(steps)", "[0] + list(range(steps - 1))", "late", "early", "twice"
    ),
    "exponential-one too far": _edited("exponential_lr", "gamma**t", "gamma**(t + 1)", "early", "starts", "one"),
    "polynomial-power on all": _edited(
        "polynomial_lr", "lr * (1 - t / total_iters) ** power", "(lr * (1 - t / total_iters)) ** power", "power", "lr"
    ),
    # loops
    "regression-no two": _edited("linear_regression_by_gradient_descent", "lr * 2 / n", "lr / n", "2", "half"),
    "regression-bias not moved": _edited(
        "linear_regression_by_gradient_descent", "b - lr * 2 / n * np.sum(r)", "b", "bias", "subtract"
    ),
    "regression-not divided": _edited(
        "linear_regression_by_gradient_descent", "lr * 2 / n", "lr * 2", "divi", "mean", "sum"
    ),
    "average-beta": _edited(
        "exponential_average", "beta * a + (1 - beta) * x", "(1 - beta) * a + beta * x", "weights of a sum"
    ),
    "average-one too many": _edited(
        "exponential_average", "beta ** (t + 1)", "beta ** (t + 2)", "power", "one", "count"
    ),
    "average-not corrected": _edited("exponential_average", "a / (1 - beta ** (t + 1))", "a", "correct", "divi"),
    "momentum-lr and momentum exchanged": _edited(
        "momentum_loop",
        "momentum * v + A @ x\n        x = x - lr * v",
        "lr * v + A @ x\n        x = x - momentum * v",
        "exchanged",
    ),
    "momentum-one too few": _edited("momentum_loop", "range(updates)", "range(updates - 1)", "one", "updates"),
}


def _twice_edited(exercise: str, *edits: tuple[str, str]) -> Wrong:
    source = SOLUTIONS[exercise]
    for old, new in edits:
        assert old in source, (exercise, old)
        source = source.replace(old, new)
    return Wrong(exercise, source, ("Two things",))


TWO_SLIPS: dict[str, Wrong] = {
    "mse-no square, sum for mean": _twice_edited("mse_loss", ("** 2", ""), ("np.mean(losses)", "np.sum(losses)")),
    "huber-no half, sum for mean": _twice_edited(
        "huber_loss", ("e * e / 2", "e * e"), ('"mean": np.mean', '"mean": np.sum')
    ),
    "adam-no root, plus": _twice_edited("adam_step", ("np.sqrt(vh)", "vh"), ("param - lr", "param + lr")),
    "cosine-eta_min lost, T_max minus one": _twice_edited(
        "cosine_annealing", ("eta_min + (lr", "(lr"), ("/ T_max", "/ (T_max - 1)")
    ),
    "gaussian-deviation, no constant": _twice_edited(
        "gaussian_nll_loss", ("    v = np", "    var = var**2\n    v = np"), ("if full", "if False")
    ),
    "triplet-no margin, no hinge": _twice_edited("triplet_margin_loss", ("np.maximum(dp - dn + margin, 0)", "dp - dn")),
    "step-gamma ignored, one early": _twice_edited(
        "step_lr", ("range(steps)", "range(1, steps + 1)"), ("* gamma", "* 0.1")
    ),
    "log softmax-log2, plus": _twice_edited("log_softmax", ("z - np.log(total)", "z + np.log2(total)")),
}

NOBODY_KNOWS: dict[str, Wrong] = {  # wrong in ways that cannot be known: nothing may be named
    "mse-a constant": Wrong("mse_loss", "def mse_loss(input, target, *, reduction='mean'):\n    return 0.5\n", ()),
    "mse-zero": Wrong("mse_loss", "def mse_loss(input, target, *, reduction='mean'):\n    return 0.0\n", ()),
    "mse-NaN": Wrong("mse_loss", "def mse_loss(input, target, *, reduction='mean'):\n    return float('nan')\n", ()),
    "huber-random": Wrong(
        "huber_loss",
        "import numpy as np\ndef huber_loss(input, target, *, delta=1.0, reduction='mean'):\n"
        "    return np.random.default_rng(0).normal(size=np.shape(input)).sum()\n",
        (),
    ),
    "softmax-strange": Wrong(
        "softmax", "import numpy as np\ndef softmax(scores):\n    return np.tanh(scores) * 0.37 + 0.0123\n", ()
    ),
    "adam-strange": Wrong(
        "adam_step",
        "def adam_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):\n"
        "    return param * 0.913 + 0.0171 * grad, "
        "{'step': 1, 'exp_avg': grad * 0.7137, 'exp_avg_sq': param * 0.1937}\n",
        (),
    ),
    "cosine-strange": Wrong(
        "cosine_annealing",
        "import numpy as np\ndef cosine_annealing(steps, lr, *, T_max, eta_min=0.0):\n"
        "    return lr / (1 + 0.3713 * np.arange(steps)) + eta_min\n",
        (),
    ),
}
