"""KL divergence loss: how far the predicted distribution is from the true one."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.formula import formula, of
from lib.lesson.pieces import checks, distributions, draw
from lib.lesson.pieces.difference import gathered
from lib.lesson.pieces.distributions import logs
from lib.lesson.pieces.reduction import OLD_ARGUMENTS, reduce, share
from lib.lesson.pieces.taken import ignoring
from lib.lesson.spec import (
    Bars,
    Choice,
    Curves,
    Example,
    Extremes,
    Lesson,
    Mistake,
    Pitfall,
    Reference,
    Step,
    Steps,
    Switch,
    Tensor,
    Try,
    question,
)


def check(*, input, target, reduction, log_target):
    checks.need_floats(input=input, target=target)
    checks.need_broadcastable(input=input, target=target)


def sum_or_mean(reduction, input):
    """batchmean is a mean with another divisor; without a batch, torch leaves the sum as it is."""
    if reduction != "batchmean":
        return reduction
    return "mean" if input.ndim else "sum"


def by_hand(input, target, *, reduction, log_target) -> Steps:
    """From log-probabilities and a target distribution to the divergence, in nats."""
    x, t = np.broadcast_arrays(input, target)
    each = yield from (with_log_target(x, t) if log_target else with_target(x, t))
    yield from reduce(
        each,
        sum_or_mean(reduction, input),
        of="loss_per_element",
        divisor=input.shape[0] if reduction == "batchmean" and input.ndim else None,
        divisor_words="Count the samples: the size of the first axis."
        if reduction == "batchmean"
        else "Count the elements.",
        letter="i",
    )


def with_target(x, t) -> Steps:
    """Targets are probabilities."""
    log_t = yield Step(
        "log_of_target",
        r"g_i = \ln t_i",
        np.log(t),
        axes="i",
        worked=lambda *i: formula(r"\ln(<target>)", target=t[i]),
        words="The natural logarithm of the target. (The input is a logarithm already.)",
    )
    own = np.where(t == 0, 0.0, t * log_t)
    each = yield Step(
        "loss_per_element",
        r"\ell_i = t_i (g_i - x_i)",
        own - t * x,
        axes="i",
        worked=lambda *i: formula(
            r"<target> \cdot (<log_of_target> - <input>)" if t[i] else r"0 - 0 \cdot <input>",
            target=t[i],
            log_of_target=log_t[i],
            input=x[i],
        ),
        words="The target's probability times (its logarithm minus the input). A target of 0 gives 0.",
    )
    return each


def with_log_target(x, t) -> Steps:
    """Targets are logarithms of probabilities."""
    p = yield Step(
        "target_probability",
        r"p_i = e^{t_i}",
        np.exp(t),
        axes="i",
        worked=lambda *i: formula("e^{<target>}", target=t[i]),
        words="With log_target=True the target is a logarithm: raise e to it.",
    )
    each = yield Step(
        "loss_per_element",
        r"\ell_i = p_i (t_i - x_i)",
        p * (t - x),
        axes="i",
        worked=lambda *i: formula(
            r"<target_probability> \cdot (<target> - <input>)", target_probability=p[i], target=t[i], input=x[i]
        ),
        words="The probability times (target minus input).",
    )
    return each


def grad_by_hand(s, input, target, *, reduction, log_target) -> Steps:
    """Minus the target's probability for the input; the product rule for the target."""
    x, t = np.broadcast_arrays(input, target)
    each = yield from share(s, sum_or_mean(reduction, input), "i")
    if log_target:
        p, name, symbol = s["target_probability"], "target_probability", "p_i"
        of_target = gathered(each * p, target.shape) + gathered(each * (t - x), target.shape) * np.exp(target)
        latex, in_numbers = r"p_i (t_i - x_i + 1)", r"<share> \cdot e^{<target>} \cdot (<target> - <input> + 1)"
    else:
        p, name, symbol = t, "target", "t_i"
        of_log = gathered(np.where(t == 0, 0.0, each * s["log_of_target"]), target.shape)
        of_own = gathered(np.full(t.shape, each), target.shape) * target / target  # 1 each, but NaN at 0
        of_target = of_log + of_own - gathered(each * x, target.shape)
        latex, in_numbers = r"\ln t_i + 1 - x_i", r"<share> \cdot (\ln(<target>) + 1 - <input>)"
    at_zero = r"<share> \cdot (\ln(<target>) + \frac{<target>}{<target>} - <input>)"
    yield Step(
        "d_input",
        rf"\frac{{\partial L}}{{\partial x_i}} = -\frac{{\partial L}}{{\partial \ell_i}}\, {symbol}",
        gathered(-(each * p), input.shape),
        axes="i" if input.shape == t.shape else "",
        worked=(lambda *i: formula(r"-<share> \cdot <weight>", share=each, weight=of(name, p[i])))
        if input.shape == t.shape
        else None,
        words="The input is only multiplied by minus the target's probability.",
    )
    yield Step(
        "d_target",
        rf"\frac{{\partial L}}{{\partial t_i}} = \frac{{\partial L}}{{\partial \ell_i}} ({latex})",
        of_target,
        axes="i" if target.shape == t.shape else "",
        worked=(lambda *i: formula(in_numbers if log_target or t[i] else at_zero, share=each, target=t[i], input=x[i]))
        if target.shape == t.shape
        else None,
        words="The target stands twice, so both places count (product rule). PyTorch has NaN at 0.",
    )


def naive(*, input, target, **_):
    """The book's formula, term by term."""
    return (target * (np.log(target) - input)).mean()


def draw_input(random, shape, drawn):
    """Logarithms of a distribution, to four decimals."""
    return np.round(draw.log_distribution(random, shape, drawn), 4)


def probabilities(given):
    return not given["log_target"]


def divides(given):
    """Whether the sum is divided: batchmean does so only where there is a batch."""
    return sum_or_mean(given["reduction"], given["input"]) == "mean"


def divides_by_elements(given):
    return given["reduction"] == "mean" and given["input"].ndim > 0


def divides_by_samples(given):
    return given["reduction"] == "batchmean" and given["input"].ndim > 0


def prediction(given):
    """The input, stretched to the target."""
    return np.broadcast_arrays(given["input"], given["target"])[0]


def truth(given):
    """The target, stretched to the input."""
    return np.broadcast_arrays(given["input"], given["target"])[1]


def logarithm(given, done):
    """The logarithm of the target."""
    return done["log_of_target"] if probabilities(given) else truth(given)


def own_part(t):
    """t log t, and 0 where there is no such logarithm."""
    return t * np.log(np.where(t > 0, t, 1))


def probability(given, done):
    """The target's probabilities."""
    return truth(given) if probabilities(given) else done["target_probability"]


MISTAKES = {
    "leaves_out_the_logarithm": Mistake(
        {"log_of_target": lambda given, done: truth(given)},
        "You left out the target's logarithm. Only the input comes as a logarithm.",
        when=probabilities,
    ),
    "positive_logarithm": Mistake(
        {"log_of_target": lambda given, done: -done["log_of_target"]},
        "The sign is the other way round: logarithms of probabilities are negative.",
        when=probabilities,
    ),
    "weighs_by_the_logarithm": Mistake(
        {"target_probability": lambda given, done: truth(given)},
        "With log_target=True the target is a logarithm. Raise e to it before multiplying.",
        when=lambda given: given["log_target"],
    ),
    "takes_the_logarithm": Mistake(
        {"loss_per_element": lambda given, done: truth(given) * (done["log_of_target"] - np.log(prediction(given)))},
        "You took the logarithm of the input. "
        "PyTorch does not: it expects log-probabilities and uses them as they are. "
        "Your value is what was meant; to get it from PyTorch, pass input.log().",
        when=lambda given: probabilities(given) and bool((given["input"] > 0).any()),
    ),
    "back_to_probability": Mistake(
        {
            "loss_per_element": lambda given, done: (
                probability(given, done) * (logarithm(given, done) - np.exp(prediction(given)))
            )
        },
        "You turned the input back into probabilities. Subtract the log-probabilities themselves.",
    ),
    "distributions_swapped": Mistake(
        {
            "loss_per_element": lambda given, done: (
                np.exp(prediction(given)) * (prediction(given) - logarithm(given, done))
            )
        },
        "You swapped the two distributions. "
        "PyTorch weighs by the target, the second argument, and the divergence is not symmetric.",
    ),
    "cross_entropy": Mistake(
        {"loss_per_element": lambda given, done: -probability(given, done) * prediction(given)},
        "This is the cross-entropy: minus target times input. Add target times its own logarithm.",
    ),
    "unweighted": Mistake(
        {"loss_per_element": lambda given, done: logarithm(given, done) - prediction(given)},
        "You forgot to multiply by the target's probability.",
    ),
    "weighs_by_the_input": Mistake(
        {
            "loss_per_element": lambda given, done: (
                np.exp(prediction(given)) * (logarithm(given, done) - prediction(given))
            )
        },
        "You weighed by what was predicted. The target says how often a class comes up.",
    ),
    "parts_without_sign": Mistake(
        {"loss_per_element": lambda given, done: np.abs(done["loss_per_element"])},
        "You dropped the minus signs. Single parts are negative where less is true than was predicted.",
    ),
    "zero_times_infinity": Mistake(
        {"loss_per_element": lambda given, done: np.where(truth(given) == 0, np.nan, done["loss_per_element"])},
        "You multiplied 0 by the logarithm of 0, which gives NaN. A target of 0 costs 0.",
        when=lambda given: probabilities(given) and bool((given["target"] == 0).any()),
        not_finite=True,
    ),
    "ignores_log_target": Mistake(
        {"loss_per_element": lambda given, done: own_part(truth(given)) - truth(given) * prediction(given)},
        "You treated the target as probabilities also with log_target=True. Then it holds logarithms: raise e to it.",
        when=lambda given: given["log_target"],
    ),
    "always_log_target": ignoring(
        "You treated the target as logarithms. Without log_target it holds probabilities: take their logarithm.",
        log_target=True,
    ),
    "ignores_reduction": ignoring(
        "You always took the mean over the elements. reduction has three other values: 'none', 'sum' and 'batchmean'.",
        reduction="mean",
    ),
    "difference_turned_round": Mistake(
        {"loss_per_element": lambda given, done: -done["loss_per_element"]},
        "The sign is the other way round: target's logarithm minus input.",
    ),
    "mean_as_batchmean": Mistake(
        {"divisor": lambda given, done: given["input"].shape[0]},
        "You divided by the number of samples. That is reduction='batchmean'; 'mean' divides by all elements.",
        when=divides_by_elements,
    ),
    "batchmean_as_mean": Mistake(
        {"divisor": lambda given, done: done["loss_per_element"].size},
        "You divided by the number of elements. "
        "That is reduction='mean'; 'batchmean' divides by the number of samples.",
        when=divides_by_samples,
    ),
    "sum_for_mean": Mistake(
        {"loss": lambda given, done: done["loss"] * done["divisor"]},
        "This is the sum. With this reduction, divide it.",
        when=divides,
    ),
}

GRAD_MISTAKES = {
    "gradient_of_the_sum": Mistake(
        {"share": lambda given, done: 1.0},
        "This is the gradient of the sum. The mean divides each element's share.",
        when=divides,
    ),
    "always_divides": ignoring(
        "You divided by the number of elements always. 'batchmean' divides by the number of samples, "
        "'sum' and 'none' by nothing.",
        reduction="mean",
    ),
    "batchmean_as_mean": Mistake(
        {"share": lambda given, done: np.divide(1.0, truth(given).size)},
        "You treated 'batchmean' as 'mean'. It divides by the number of samples only, the size of the first axis.",
        when=divides_by_samples,
    ),
    "mean_as_batchmean": Mistake(
        {"share": lambda given, done: np.divide(1.0, given["input"].shape[0])},
        "You divided the mean by the number of samples. That is 'batchmean'; PyTorch's 'mean' counts all elements.",
        when=divides_by_elements,
    ),
    "does_not_know_batchmean": Mistake(
        {"share": lambda given, done: 1.0},
        "You left reduction='batchmean' undivided. It divides by the number of samples, the size of the first axis.",
        when=divides_by_samples,
    ),
    "ignores_log_target": ignoring(
        "You used the target as it came. With log_target=True it holds logarithms: raise e to it.", log_target=False
    ),
    "target_over_prediction": Mistake(
        {"d_input": lambda given, done: done["d_input"] / np.exp(given["input"])},
        "You divided by the predicted probability: that is the slope with respect to the probability. "
        "The input is its logarithm.",
    ),
    "other_sign": Mistake(
        {"d_input": lambda given, done: -done["d_input"]},
        "The sign is the other way round: raising a log-probability that the target wants lowers the loss.",
    ),
    "gradient_of_the_score": Mistake(
        {
            "d_input": lambda given, done: (
                done["d_input"] + gathered(done.get("share", 1.0) * np.exp(prediction(given)), given["input"].shape)
            )
        },
        "This is the gradient for scores before log_softmax. "
        "For the log-probabilities themselves it is minus the target.",
    ),
    "logarithm_held_fixed": Mistake(
        {
            "d_target": lambda given, done: (
                done["d_target"] - gathered(np.full(truth(given).shape, done.get("share", 1.0)), given["target"].shape)
            )
        },
        "You forgot that the target also stands inside the logarithm: that adds 1.",
        when=probabilities,
    ),
}

PREDICTED = [[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]]
TRUE = [[0.9, 0.05, 0.05], [0.1, 0.7, 0.2]]


TWO = {"input": logs(PREDICTED), "target": TRUE}


def coin(x):
    """A coin that shows heads with probability x, and the network's guess of a half."""
    return {"input": np.log([[0.5, 0.5]]), "target": [[x, 1 - x]], "reduction": "batchmean"}


LESSON = Lesson(
    title="KL divergence loss",
    torch=nn.KLDivLoss,
    group="distributions",
    order=1,
    names=("KL散度", "相对熵", "KL散度损失", "Kullback-Leibler divergence", "relative entropy", "distillation loss"),
    purpose="Measures how many nats are lost when the predicted distribution stands in for the true one.",
    use_when="The target is a whole distribution: knowledge distillation, soft labels, variational methods.",
    not_when="The target is one class (cross-entropy gives the same gradient with less work), "
    "or you need a distance that is the same both ways.",
    formula=r"\ell_i = t_i (\ln t_i - x_i), \qquad D(t \,\|\, q) = \sum_i t_i \ln \frac{t_i}{q_i}, \quad x_i = \ln q_i",
    symbols=(
        (r"x_i", "the input: the logarithm of the predicted probability"),
        (r"t_i", "the target: the true probability (with log_target=True its logarithm)"),
        (r"q_i", "the predicted probability"),
        (r"g_i", "the logarithm of the target"),
        (r"p_i", "the target's probability, when the target is a logarithm"),
        (r"D", "the KL divergence: the sum over one distribution"),
        (r"W", "what the result is divided by: all elements (mean) or the samples (batchmean)"),
        (r"\ell_i", "the part of element i, in nats; it may be negative, the sum over a distribution may not"),
    ),
    tensors=(
        Tensor("input", "log-probabilities of the prediction, as log_softmax gives them", "any", draw=draw_input),
        Tensor(
            "target",
            "true probabilities (or their logarithms, with log_target)",
            "same as input",
            draw=draw.distribution,
        ),
    ),
    parameters=(
        Choice(
            "reduction",
            "mean",
            ("mean", "sum", "none", "batchmean"),
            "How the parts become one number. batchmean is the divergence per sample; "
            "mean also divides by the classes.",
        ),
        Switch("log_target", False, "The target holds logarithms of probabilities."),
    ),
    shapes=(
        {"input": (2, 3), "target": (2, 3)},
        {"input": (3,), "target": (3,)},
        {"input": (), "target": ()},
        {"input": (2, 3, 4), "target": (2, 3, 4)},
        {"input": (2, 3), "target": (3,)},
        {"input": (3,), "target": (2, 3)},
        {"input": (1, 3), "target": (2, 1)},
        {"input": (2, 2, 2, 3), "target": (2, 1, 3)},
        {"input": (0, 3), "target": (0, 3)},
        {"input": (2, 0), "target": (2, 0)},
        {"input": (1, 3), "target": (0, 3)},
    ),
    examples=(
        Example(
            "Two distributions",
            TWO,
            "The input is ln of 0.5, 0.3, 0.2 and of 0.2, 0.3, 0.5. "
            "Single parts may be negative, each row's sum is not.",
        ),
        Example(
            "The divergence itself",
            {**TWO, "reduction": "batchmean"},
            "batchmean divides by the 2 samples and is the mean KL divergence. mean divides by all 6 numbers.",
        ),
        Example(
            "As in older articles: probabilities",
            {"input": PREDICTED, "target": TRUE},
            "Here the logarithm was forgotten. "
            "PyTorch takes the probabilities for logarithms and prints −0.3335 without a complaint about them. "
            "A divergence is never negative: that is how you notice.",
        ),
        Example(
            "Equal distributions",
            {"input": np.log([[0.5, 0.25, 0.25]]).tolist(), "target": [[0.5, 0.25, 0.25]]},
            "Nothing is lost: the divergence is 0.",
        ),
        Example(
            "A class that never happens",
            {"input": logs([[0.5, 0.3, 0.2]]), "target": [[0.7, 0.3, 0.0]]},
            "A target of 0 counts as 0, whatever was predicted. Its own gradient is NaN, though.",
        ),
        Example(
            "Confident and wrong",
            {"input": [[-0.0001, -9.2103]], "target": [[0.1, 0.9]]},
            "Almost no probability where the target has most of it: the divergence has no upper bound.",
        ),
        Example(
            "Targets as logarithms",
            {"input": logs([[0.5, 0.3, 0.2]]), "target": logs([[0.9, 0.05, 0.05]]), "log_target": True},
            "log_target=True saves computing the logarithm of a softmax, which can underflow.",
        ),
        Example(
            "No batch axis",
            {"input": logs([0.5, 0.3, 0.2]), "target": [0.9, 0.05, 0.05], "reduction": "batchmean"},
            "batchmean divides by the first axis, and here that is the classes: "
            "the result is a third of the divergence.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why is reduction='batchmean' the one to take?",
            (
                "The divergence of a sample is a sum over its classes; only samples are to be averaged.",
                "'mean' divides by the number of classes too.",
            ),
            ("Because 'mean' is refused.", "It is even the default. PyTorch only warns."),
            ("Because it weighs large samples more.", "All samples count alike."),
        ),
        "without_numbers": question(
            "The two distributions change places, each written as it has to be. The loss …",
            ("is in general another number", "The target weighs the terms: the divergence is no distance."),
            ("stays the same", "A distance would. Here the target weighs, and the weights have changed."),
            ("changes its sign", "Summed over the classes it is never negative, either way round."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "Probabilities as input",
            "The input must be log-probabilities: F.log_softmax(scores, dim=-1). Probabilities give a number as well, "
            "often a negative one, and no warning. Older articles print such numbers.",
        ),
        Pitfall(
            "mean is not the divergence",
            "reduction='mean', the default, divides by all elements and warns about it. Say reduction='batchmean'. "
            "The warning announces that mean will change; in torch 2.13 it has not.",
        ),
        Pitfall(
            "Whole numbers",
            "Class indices or integer tensors are refused; a one-hot target must be made of floats.",
            error="kl_div: Integral inputs not supported.",
            values={"input": np.array([-1.0, -1.0]), "target": np.array([0, 1])},
        ),
        Pitfall(
            "The order of the arguments",
            "Prediction first, target second: KLDivLoss(input, target) is D(target ‖ prediction), "
            "the other way round than the formula is read.",
        ),
        Pitfall(
            "Zeros in the target",
            "The loss counts them as 0, but the gradient for the target itself is NaN there. "
            "It matters only if the target is learned too. "
            "An input of −inf makes even the loss NaN (0 times infinity).",
        ),
        Pitfall(
            "nn.logsoftmax does not exist",
            "Older articles write nn.logsoftmax(). The class is nn.LogSoftmax, the function F.log_softmax.",
        ),
        OLD_ARGUMENTS,
    ),
    references=(
        distributions.KULLBACK_LEIBLER,
        Reference(
            "Hinton et al., Distilling the Knowledge in a Neural Network (2015)",
            "https://arxiv.org/abs/1503.02531",
        ),
    ),
    tries=(
        Try("What if it is the divergence per sample?", {"reduction": "batchmean"}),
        Try("What if the parts are only added up?", {"reduction": "sum"}),
        Try("What if the logarithm is forgotten?", {"input": PREDICTED}),
        Try("What if the target is one class each?", {"target": [[1, 0, 0], [0, 1, 0]]}),
    ),
    extremes=Extremes(
        values=lambda x: {"input": [x, -0.5], "target": [0.0, 1.0]},
        naive=naive,
        says="The formula as printed takes 0 · ln 0 = 0 · (−∞) = NaN for every class that the target rules out. "
        "PyTorch counts such a class as 0.",
    ),
    pictures=(
        Bars(
            "Parts of the divergence", "What each element adds, beside the target.", "loss_per_element", beside="target"
        ),
        Curves(
            "Guessing a half",
            "A coin shows heads with probability x. "
            "A network that always says one half loses nothing at a fair coin, and ln 2 = 0.693 at most; "
            "one that says 0.9 loses more when it is wrong.",
            values=coin,
            low=0.0,
            high=1.0,
            x="true probability of heads",
            settings={"predicts 0.5": {}, "predicts 0.9": {"input": np.log([[0.9, 0.1]])}},
        ),
    ),
    check=check,
    cost=of_stretched("input", "target"),
)
