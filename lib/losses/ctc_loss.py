"""CTC loss: how likely a label sequence is when nobody says which frame belongs to which label."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.budget import Cost
from lib.lesson import cost
from lib.lesson.formula import formula
from lib.lesson.pieces import checks, draw, lattice, reduction
from lib.lesson.pieces.distributions import listed, logs
from lib.lesson.pieces.lattice import (
    first_row,
    forward_again,
    kept,
    last_states,
    lattice_of,
    likelihood_of,
    log_total,
    next_row,
    posterior_of,
    probabilities_of,
    row_before,
    through_states,
)
from lib.lesson.pieces.reduction import REDUCTION, reduce, share, takes_mean
from lib.lesson.pieces.taken import ignoring
from lib.lesson.spec import (
    Curves,
    Example,
    Extremes,
    Heatmap,
    Lesson,
    Mistake,
    Number,
    Pitfall,
    Reference,
    Step,
    Steps,
    Switch,
    Tensor,
    Try,
    question,
)
from lib.refusal import Refusal


def guard(*, log_probs, targets, target_lengths, **_):
    """Labels outside the classes make torch read and write beyond its memory."""
    if log_probs.ndim:
        refuse_foreign_labels(targets, target_lengths, log_probs.shape[-1])


def check(*, log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity):
    checks.need_floats(log_probs=log_probs)
    shape = checks.words(log_probs.shape)
    if log_probs.ndim not in (2, 3):
        raise Refusal(
            "log_probs has shape {shape}; expected (frames, batch, classes) or (frames, classes).", shape=shape
        )
    if log_probs.size == 0:
        raise Refusal("log_probs has shape {shape}; expected at least one number.", shape=shape)
    frames, classes = log_probs.shape[0], log_probs.shape[-1]
    batch = log_probs.shape[1] if log_probs.ndim == 3 else 1
    need_lengths("input_lengths", input_lengths, batch)
    need_at_most(
        frames, input_lengths, "input_lengths holds {length}; expected 0 to {most}: log_probs has that many frames."
    )
    shape = checks.words(targets.shape)
    if targets.ndim not in (1, 2):
        raise Refusal("targets has shape {shape}; expected (batch, labels), or one row.", shape=shape)
    need_lengths("target_lengths", target_lengths, batch)
    if targets.ndim == 2:
        columns = targets.shape[1]
        need_at_most(
            columns,
            target_lengths,
            "target_lengths holds {length}; expected 0 to {most}: targets has that many columns.",
        )
        checks.need_shape("targets", targets, (batch, columns), "one row of labels per sample")
    else:
        need_at_most(np.inf, target_lengths, "target_lengths holds {length}; expected 0 or more.")
        checks.need_shape("targets", targets, (int(target_lengths.sum()),), "one row of sum(target_lengths) labels")
    if not 0 <= blank < classes:
        raise Refusal("blank is {blank}; expected a class from 0 to {last}.", blank=blank, last=classes - 1)
    refuse_foreign_labels(targets, target_lengths, classes)


def need_lengths(name, lengths, batch):
    """One whole number per sample."""
    if lengths.dtype.kind not in "iu":
        raise Refusal("{name} holds {kind} numbers; expected whole numbers.", name=name, kind=lengths.dtype.name)
    if lengths.size != batch:
        raise Refusal(
            "{name} has shape {shape}; expected one length for each of {batch}.",
            name=name,
            shape=checks.words(lengths.shape),
            batch=batch,
        )


def need_at_most(most, lengths, says):
    """Lengths from 0 to `most`; the refusal `says` which `length` is wrong."""
    wrong = lengths[(lengths < 0) | (lengths > most)]
    if wrong.size:
        raise Refusal(says, length=wrong.ravel()[0], most=most)


def refuse_foreign_labels(targets, target_lengths, classes):
    """Every label that counts must be a class. Padding behind a row's length may be anything."""
    used = targets
    if targets.ndim == 2:
        lengths = target_lengths.reshape(-1, 1)
        used = targets[np.arange(targets.shape[1]) < lengths] if len(lengths) == len(targets) else targets[:0]
    labels = np.trunc(np.real(used).astype(np.float64))
    wrong = labels[~((labels >= 0) & (labels < classes))]
    if wrong.size:
        raise Refusal("targets holds {label:g}; expected a class from 0 to {last}.", label=wrong[0], last=classes - 1)


def cost_of_lattice(given):
    """Every frame has two rows of states (twice as many as labels, and one); gathering the states by class goes through
    all classes for each of them."""
    frames, *batch, classes = (1, 1, *cost.shape_of(given["log_probs"]))[-3:]
    targets = cost.shape_of(given["targets"])
    states = 1 + 2 * min(targets[-1] if targets else 1, cost.largest(given["target_lengths"]))
    cells = cost.size(given["log_probs"]) / max(classes, 1)
    rows = Cost(cells * states * 60 + frames * 20 * cost.STEP, cells * states * 30 * cost.BYTES)
    by_class = Cost(cells * states * classes * 10, cells * classes * 20 * cost.BYTES)
    return Cost(rows.numbers + by_class.numbers, rows.bytes + by_class.bytes + frames * cost.OBJECTS)


def by_hand(log_probs, targets, input_lengths, target_lengths, *, blank, reduction, zero_infinity) -> Steps:
    """The forward lattice: one row of probabilities per frame, one column per state; the only logarithm at the end."""
    log_p = yield from probabilities_of(log_probs)
    paths = lattice_of(log_p, targets, input_lengths, target_lengths, blank)
    yield Step(
        "states", r"z = (\text{blank}, y_1, \text{blank}, y_2, \dots, \text{blank})", paths.z, axes="ns", given=True
    )
    row = yield from first_row(paths)
    for t in range(1, paths.frames.max()):
        row = yield from next_row(row, paths, t)
    log_likelihood = yield from likelihood_of(row, paths)
    impossible = zero_infinity & (log_likelihood == -np.inf)
    symbol = "c" if reduction == "mean" else r"\ell"
    each = yield Step(
        "loss_per_sample",
        rf"{symbol}_n = -\ln P_n",
        np.where(impossible, 0.0, -log_likelihood),
        axes="n",
        worked=lambda *n: formula(
            r"-\ln(<likelihood>) \to 0" if impossible[n] else r"-\ln(<likelihood>)",
            likelihood=np.exp(log_likelihood[n]),
        ),
        words="Minus the natural logarithm (0 instead of infinity)."
        if zero_infinity
        else "Minus the natural logarithm.",
    )
    if reduction == "mean":
        each = yield from per_label(each, paths.labels)
    yield from reduce(each, reduction, of="loss_per_label" if reduction == "mean" else "loss_per_sample")


def per_label(losses, labels) -> Steps:
    """What only the mean does, before it averages over the samples."""
    each = yield Step(
        "loss_per_label",
        r"\ell_n = \frac{c_n}{\max(S_n, 1)}",
        losses / np.maximum(labels, 1),
        axes="n",
        worked=lambda *n: formula(
            r"\frac{<loss_per_sample>}{<labels>}", loss_per_sample=losses[n], labels=max(labels[n], 1)
        ),
        given=bool((labels <= 1).all()),
        words="For the mean, divide by the number of labels in the target (by 1 if there are none).",
    )
    return each


def grad_by_hand(s, log_probs, targets, input_lengths, target_lengths, *, blank, reduction, zero_infinity) -> Steps:
    """Probability minus posterior: what the network says of each class in each frame, less what the target wants."""
    log_p = kept(np.moveaxis(log_probs, 0, -2), s["probabilities"])
    paths = lattice_of(log_p, targets, input_lengths, target_lengths, blank)
    alpha = forward_again(s, paths)
    log_likelihood = kept(log_total(last_states(alpha[-1], paths.labels), paths.labels), s["likelihood"])
    beta, through = np.full(paths.z.shape, -np.inf), np.full((*log_p.shape[:-1], paths.z.shape[-1]), -np.inf)
    for t in reversed(range(paths.frames.max())):
        beta = yield from row_before(beta, paths, t)
        through[..., t, :] = through_states(alpha[t], beta, paths, t)
    log_gamma = yield from posterior_of(through, log_likelihood, paths)
    each = np.ones(paths.frames.shape)
    if reduction == "mean":
        each = yield from share_per_label((yield from share(s, reduction)), paths.labels)
    possible = ~(zero_infinity & (log_likelihood == -np.inf))
    counts = (np.arange(log_p.shape[-2]) < paths.frames[..., None]) & possible[..., None]
    parts = np.broadcast_arrays(counts[..., None], each[..., None, None], np.exp(log_p), np.exp(log_gamma))
    counts, each, p, gamma = (np.moveaxis(part, -2, 0) for part in parts)  # frames first, as in log_probs
    yield Step(
        "d_log_probs",
        r"\frac{\partial L}{\partial x_{t,c}} = \frac{\partial L}{\partial c_n} (p_{t,c} - \gamma_{t,c})",
        np.where(counts, (p - gamma) * each, 0.0),
        worked=lambda: listed(
            "<share_per_sample>(<probabilities> - <posterior>)",
            unless=~counts,
            share_per_sample=each,
            probabilities=p,
            posterior=gamma,
        ),
        words="Probability minus posterior, times the share. Frames behind the sample's length get 0.",
    )


def share_per_label(share, labels) -> Steps:
    """How much the mean moves when a sample's loss, not yet divided by its labels, moves by 1."""
    each = yield Step(
        "share_per_sample",
        r"\frac{\partial L}{\partial c_n} = \frac{1}{W \max(S_n, 1)}",
        share / np.maximum(labels, 1),
        axes="n",
        given=bool((labels <= 1).all()),
        worked=lambda *n: formula(r"\frac{<share>}{<labels>}", share=share, labels=max(labels[n], 1)),
        words="The mean divides each loss by the length of its target as well.",
    )
    return each


def naive(*, log_probs, targets, input_lengths, target_lengths, **_):
    """The book's formula for one label in two frames: blank-label, label-blank, label-label, as plain probabilities."""
    p = np.exp(log_probs)
    label = targets[0]
    return -np.log(p[0, 0] * p[1, label] + p[0, label] * p[1, 0] + p[0, label] * p[1, label])


def draw_log_probs(random, shape, drawn):
    """Logarithms of distributions, to three decimals."""
    return np.round(draw.log_distribution(random, shape, drawn), 3)


def draw_targets(random, shape, drawn):
    """Any class but 0, the usual blank."""
    return random.integers(1, drawn["log_probs"].shape[-1], shape)


def draw_input_lengths(random, shape, drawn):
    """All frames, or one less."""
    frames = drawn["log_probs"].shape[0]
    return random.integers(max(frames - 1, 0), frames + 1, shape)


def draw_target_lengths(random, shape, drawn):
    """Up to the number of columns; of labels in one row, all of them dealt out."""
    targets = drawn["targets"]
    if targets.ndim == 2:
        return random.integers(min(1, targets.shape[1]), targets.shape[1] + 1, shape)
    size = int(np.prod(shape))
    return random.multinomial(targets.size, np.full(size, 1 / size)).reshape(shape)


def long_targets(given):
    return takes_mean(given) and bool((given["target_lengths"] > 1).any())


def minus_posterior(given, done):
    each = np.asarray(done.get("share_per_sample", 1.0))
    return np.moveaxis(-done["posterior"] * each[..., None, None], -2, 0)


MISTAKES = {
    **lattice.MISTAKES,
    "ignores_zero_infinity": ignoring(
        "You left infinite costs as they are. zero_infinity=True puts 0 in their place.",
        zero_infinity=False,
        not_finite=True,
    ),
    "uses_every_frame": Mistake(
        {},
        "You used every frame. Of each sample only the first input_lengths[n] frames count.",
        given=lambda given: {"input_lengths": np.full_like(given["input_lengths"], len(given["log_probs"]))},
    ),
    "blank_is_always_0": ignoring(
        "You took class 0 for the blank. The caller says which class it is.",
        blank=0,
    ),
    "always_divides": Mistake(
        {
            "loss_per_sample": lambda given, done: (
                done["loss_per_sample"] / np.maximum(lattice.lattice_in(given).labels, 1)
            )
        },
        "You divided by the length of the target with every reduction. Only 'mean' does; 'none' and 'sum' take the "
        "cost as it is.",
        when=lambda given: not takes_mean(given),
    ),
    "leaves_out_the_minus": Mistake(
        {"loss_per_sample": lambda given, done: -done["loss_per_sample"]},
        "The minus is missing. The loss is minus the logarithm of the likelihood.",
    ),
    "one_minus_the_likelihood": Mistake(
        {"loss_per_sample": lambda given, done: 1 - done["likelihood"]},
        "You took 1 minus the likelihood. The loss is minus its natural logarithm.",
    ),
    "not_divided_by_labels": Mistake(
        {"loss_per_label": lambda given, done: done["loss_per_sample"]},
        "You did not divide by the length of the target. With reduction='mean', PyTorch does that before it averages.",
        when=long_targets,
    ),
    "divides_by_frames": Mistake(
        {
            "loss_per_label": lambda given, done: (
                done["loss_per_sample"] / np.maximum(lattice.lattice_in(given).frames, 1)
            )
        },
        "You divided by the number of frames. PyTorch divides by the number of labels in the target.",
        when=takes_mean,
    ),
    "divides_by_all_labels": Mistake(
        {"divisor": lambda given, done: given["target_lengths"].sum()},
        "You divided by all labels together. PyTorch has already divided each loss by its own length; "
        "now it averages over the batch.",
        when=long_targets,
    ),
    **reduction.MISTAKES,
}

GRAD_MISTAKES = {
    **lattice.GRAD_MISTAKES,
    **reduction.GRAD_MISTAKES,
    "share_not_divided_by_labels": Mistake(
        {
            "share_per_sample": lambda given, done: (
                done["share_per_sample"] * np.maximum(lattice.lattice_in(given).labels, 1)
            )
        },
        "You forgot the length of the target, which the mean divides each loss by.",
        when=long_targets,
    ),
    "other_sign": Mistake(
        {"d_log_probs": lambda given, done: -done["d_log_probs"]},
        "The sign is the other way round: probability minus posterior.",
    ),
    "gradient_of_free_log_probs": Mistake(
        {"d_log_probs": minus_posterior},
        "This is the slope for free log-probabilities. PyTorch gives that of the scores before log-softmax, "
        "so the probability itself is added.",
    ),
}

FIRST = {
    "log_probs": logs([[0.5, 0.3, 0.2], [0.4, 0.4, 0.2], [0.2, 0.3, 0.5]], 3),
    "targets": [1],
    "input_lengths": 3,
    "target_lengths": 1,
}
FOUR_FRAMES = logs([[0.2, 0.6, 0.2], [0.5, 0.3, 0.2], [0.2, 0.6, 0.2], [0.3, 0.3, 0.4]], 3)
BATCH = [[frame, logs([0.5, 0.25, 0.25], 3)] for frame in FOUR_FRAMES]


def one_sure_frame(x):
    """Three frames; in the middle one the label has probability x, the blank has the rest."""
    return {
        "log_probs": np.log([[0.6, 0.4], [1 - x, x], [0.6, 0.4]]),
        "targets": [1],
        "input_lengths": 3,
        "target_lengths": 1,
    }


LESSON = Lesson(
    title="CTC loss",
    torch=nn.CTCLoss,
    group="sequence",
    order=1,
    names=("CTC损失", "连接时序分类", "connectionist temporal classification", "speech recognition loss", "OCR loss"),
    purpose="Teaches a network to spell a sequence of labels without being told in which frame each label stands.",
    use_when="The input is longer than the label sequence and in the same order, as in speech, handwriting and OCR.",
    not_when="Every frame has its own label (use cross-entropy), "
    "or labels may come in another order than the input (use attention with cross-entropy).",
    formula=r"\ell_n = -\ln \sum_{\text{paths } \pi \text{ that spell } y_n} \; \prod_t p_{t, \pi_t}",
    symbols=(
        *lattice.SYMBOLS,
        (r"c_n", "the loss of a sample before the mean divides it by the length of its target, in nats"),
        (r"W", "what the mean divides by: the number of samples"),
    ),
    tensors=(
        Tensor(
            "log_probs",
            "log-probabilities, as log_softmax gives them; frames come first",
            "(frames, batch, classes)",
            draw=draw_log_probs,
        ),
        Tensor(
            "targets",
            "the labels: one padded row per sample, or all in one row",
            "(batch, labels)",
            kind="index",
            differentiable=False,
            draw=draw_targets,
        ),
        Tensor(
            "input_lengths",
            "how many frames of each sample count",
            "(batch,)",
            kind="index",
            differentiable=False,
            draw=draw_input_lengths,
        ),
        Tensor(
            "target_lengths",
            "how many labels of each sample count",
            "(batch,)",
            kind="index",
            differentiable=False,
            draw=draw_target_lengths,
        ),
    ),
    parameters=(
        Number("blank", 0, "The class that stands for no label.", (1,), integer=True),
        REDUCTION,
        Switch("zero_infinity", False, "Count impossible targets as 0 instead of infinity.", rare=True),
    ),
    shapes=(
        {"log_probs": (4, 2, 3), "targets": (2, 2), "input_lengths": (2,), "target_lengths": (2,)},
        {"log_probs": (3, 3), "targets": (1,), "input_lengths": (), "target_lengths": ()},
        {"log_probs": (5, 3), "targets": (3,), "input_lengths": (1,), "target_lengths": (1,)},
        {"log_probs": (5, 4), "targets": (1, 3), "input_lengths": (), "target_lengths": ()},
        {"log_probs": (6, 3, 4), "targets": (7,), "input_lengths": (3,), "target_lengths": (3,)},
        {"log_probs": (7, 3, 4), "targets": (3, 5), "input_lengths": (3,), "target_lengths": (3,)},
        {"log_probs": (3, 2, 2), "targets": (2, 0), "input_lengths": (2,), "target_lengths": (2,)},
        {"log_probs": (3, 2, 2), "targets": (0,), "input_lengths": (2,), "target_lengths": (2,)},
        {"log_probs": (1, 1, 2), "targets": (1, 1), "input_lengths": (1,), "target_lengths": (1,)},
        {"log_probs": (0, 2, 3), "targets": (2, 2), "input_lengths": (2,), "target_lengths": (2,)},
        {"log_probs": (4, 2, 3), "targets": (2, 2), "input_lengths": (1, 2), "target_lengths": (2, 1)},
    ),
    examples=(
        Example(
            "One label, three frames",
            FIRST,
            "Six paths spell the label: it may come early or late, and last for one, two or three frames.",
        ),
        Example(
            "Two labels",
            {"log_probs": FOUR_FRAMES, "targets": [1, 2], "input_lengths": 4, "target_lengths": 2},
            "Between different labels the blank may be left out: watch the way over two states.",
        ),
        Example(
            "The same label twice",
            {"log_probs": FOUR_FRAMES, "targets": [1, 1], "input_lengths": 4, "target_lengths": 2},
            "Without a blank between them, two equal labels would merge into one, so that way is closed.",
        ),
        Example(
            "Impossible",
            {"log_probs": FOUR_FRAMES[:2], "targets": [1, 1], "input_lengths": 2, "target_lengths": 2},
            "Two equal labels need three frames. No path fits into two: the likelihood is 0 and the loss infinite.",
        ),
        Example(
            "Impossible, counted as 0",
            {
                "log_probs": FOUR_FRAMES[:2],
                "targets": [1, 1],
                "input_lengths": 2,
                "target_lengths": 2,
                "zero_infinity": True,
            },
            "zero_infinity=True turns the infinite loss and its NaN gradient into 0.",
        ),
        Example(
            "Two samples",
            {"log_probs": BATCH, "targets": [[1, 2], [2, 0]], "input_lengths": [4, 3], "target_lengths": [2, 1]},
            "The mean divides each loss by the length of its own target, then averages. "
            "The second sample has three frames and one label; the rest of its row is padding.",
        ),
        Example(
            "Targets in one row",
            {
                "log_probs": BATCH,
                "targets": [1, 2, 2],
                "input_lengths": [4, 3],
                "target_lengths": [2, 1],
                "reduction": "sum",
            },
            "The same two targets without padding; the sum divides by nothing.",
        ),
        Example(
            "Nothing to say",
            {"log_probs": FOUR_FRAMES[:2], "targets": [], "input_lengths": 2, "target_lengths": 0},
            "An empty target has one path, all blanks. The mean divides by 1, not by 0.",
        ),
        Example(
            "Probabilities by mistake",
            {**FIRST, "log_probs": [[0.5, 0.3, 0.2], [0.4, 0.4, 0.2], [0.2, 0.3, 0.5]]},
            "PyTorch takes these for logarithms and computes a negative loss, without a word.",
        ),
        Example(
            "Sure of the blank",
            {**FIRST, "log_probs": logs([[0.98, 0.01, 0.01]] * 3, 3)},
            "What networks do early in training: all blanks. The loss is high, because the label hardly ever shows up.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why must a blank stand between two equal labels?",
            (
                "Repeated labels merge into one: without a blank the second would be lost.",
                "That is how a path is read: repeats go first, then the blanks.",
            ),
            ("So that each label lasts for one frame.", "A label may last for many frames."),
            (
                "Because blanks are the most likely.",
                "They often are after training, but the rule is about how a path is read.",
            ),
        ),
        "without_numbers": question(
            "There are fewer frames than labels. The loss is …",
            ("infinite", "No path spells the whole target, so its likelihood is 0. (zero_infinity=True makes it 0.)"),
            (
                "0, since there is nothing to compare",
                "Only with zero_infinity=True. By itself, what cannot happen costs without end.",
            ),
            ("that of the labels that fit in", "A path spells the whole target or does not count."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "Frames first",
            "log_probs is (frames, batch, classes), while most networks give (batch, frames, classes). "
            "Swap the first two axes; where both sizes fit by chance, nothing warns you.",
            error="input_lengths must be of size batch_size",
            values={
                "log_probs": np.zeros((1, 3, 2)),
                "targets": np.array([[1]]),
                "input_lengths": np.array([3]),
                "target_lengths": np.array([1]),
            },
        ),
        Pitfall(
            "More frames than there are",
            "Networks that shorten their input (strides, pooling) shorten the lengths as well.",
            error="Expected input_lengths to have value at most 3, but got value 6",
            values={
                "log_probs": np.zeros((3, 1, 2)),
                "targets": np.array([[1]]),
                "input_lengths": np.array([6]),
                "target_lengths": np.array([1]),
            },
        ),
        Pitfall(
            "Lengths that are not whole numbers",
            "Lengths must be integers; a division such as lengths / 2 makes floats of them. Use //.",
            error="input_lengths must be integral",
            values={
                "log_probs": np.zeros((3, 1, 2)),
                "targets": np.array([[1]]),
                "input_lengths": np.array([3.0]),
                "target_lengths": np.array([1]),
            },
        ),
        Pitfall(
            "A label outside the classes",
            "PyTorch does not check labels here: on the CPU it reads (and in the gradient writes) "
            "memory beyond its own. You get rubbish or a crash. "
            "This app refuses such labels instead of handing them on.",
        ),
        Pitfall(
            "The blank as a label",
            "The class of the blank must not occur in a target. PyTorch accepts it, counts the path states wrongly, "
            "and its gradient for the last frame leaves one of two ways out.",
        ),
        Pitfall(
            "Log-probabilities, not scores and not probabilities",
            "Feed the output of log_softmax. Anything else gives a number without a warning, "
            "and the gradient assumes log_softmax: it is probability minus posterior.",
        ),
        Pitfall(
            "NaN gradients",
            "A target that does not fit into its frames has an infinite loss and a gradient of NaN. "
            "With zero_infinity=True both are 0. A log-probability of −inf has a gradient of NaN either way.",
        ),
        Pitfall(
            "The mean is a mean per label",
            "reduction='mean' divides each loss by the length of its target (at least 1) "
            "and then averages over the batch. No other loss does that; "
            "compare with other programs by reduction='sum'.",
        ),
    ),
    references=(
        Reference(
            "Graves et al., Connectionist Temporal Classification (2006)",
            "https://www.cs.toronto.edu/~graves/icml_2006.pdf",
        ),
        Reference("Hannun, Sequence Modeling with CTC (2017)", "https://distill.pub/2017/ctc/"),
    ),
    tries=(
        Try("What if only two of the frames count?", {"input_lengths": 2}),
        Try("What if there is nothing to say?", {"targets": [], "target_lengths": 0}),
        Try("What if two labels must be spelled?", {"targets": [1, 2], "target_lengths": 2}),
        Try("What if two equal labels must be spelled?", {"targets": [1, 1], "target_lengths": 2}),
    ),
    extremes=Extremes(
        values=lambda x: {
            "log_probs": [[-1.0, x], [-1.0, x]],
            "targets": [1],
            "input_lengths": 2,
            "target_lengths": 1,
        },
        naive=naive,
        says="Products of probabilities underflow to 0 after some hundred frames, and the logarithm of 0 is −∞. "
        "PyTorch keeps the whole lattice in logarithms and shifts by the largest before it adds.",
    ),
    pictures=(
        Heatmap(
            "The lattice",
            "Each row is a frame, each column a state. Probability flows down and to the right, "
            "by one state at a time or over a blank.",
            "alpha",
            x="state",
            y="frame",
        ),
        Heatmap("The frames", "What the network says in each frame.", "probabilities", x="class", y="frame"),
        Curves(
            "One frame makes up its mind",
            "Three frames. The more probable the label is in the middle frame, the lower the loss for one label. "
            "To spell the label twice, that frame must be the blank between them, so there the loss rises.",
            values=one_sure_frame,
            low=0.01,
            high=0.99,
            x="probability of the label in the middle frame",
            settings={"one label": {}, "twice the label": {"targets": [1, 1], "target_lengths": 2}},
        ),
    ),
    check=check,
    cost=cost_of_lattice,
    guard=guard,
    not_a_slope={
        "log_probs": "PyTorch assumes that log_probs comes from log_softmax, "
        "and gives the gradient for the scores before it: probability minus posterior. "
        "The slope for log_probs alone would be minus the posterior."
    },
)
