"""CTC loss: how likely a label sequence is when nobody says which frame belongs to which label."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.pieces import checks, draw
from lib.lesson.pieces.latex import joined, num
from lib.lesson.pieces.lattice import (
    by_class,
    emitted,
    first_row,
    kept,
    last_states,
    log_total,
    next_row,
    products,
    row_before,
    rows_by_log,
    states,
    through_states,
    ways,
    ways_back,
    whole,
    written,
)
from lib.lesson.pieces.reduction import REDUCTION, reduce, share
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
)


def guard(*, log_probs, targets, target_lengths, **_):
    """Labels outside the classes make torch read and write beyond its memory."""
    refuse_foreign_labels(targets, target_lengths, log_probs.shape[-1:])


def check(*, log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity):
    checks.need_floats(log_probs=log_probs)
    if log_probs.ndim not in (2, 3):
        shape = checks.words(log_probs.shape)
        raise ValueError(f"log_probs has shape {shape}; expected (frames, batch, classes) or (frames, classes).")
    if log_probs.size == 0:
        raise ValueError(f"log_probs has shape {checks.words(log_probs.shape)}; expected at least one number.")
    frames, classes = log_probs.shape[0], log_probs.shape[-1]
    batch = log_probs.shape[1] if log_probs.ndim == 3 else 1
    need_lengths("input_lengths", input_lengths, batch, frames, "log_probs has that many frames")
    if targets.ndim not in (1, 2):
        raise ValueError(f"targets has shape {checks.words(targets.shape)}; expected (batch, labels), or one row.")
    if targets.ndim == 2:
        need_lengths("target_lengths", target_lengths, batch, targets.shape[1], "targets has that many columns")
        checks.need_shape("targets", targets, (batch, targets.shape[1]), "one row of labels per sample")
    else:
        need_lengths("target_lengths", target_lengths, batch, None, "")
        checks.need_shape("targets", targets, (int(target_lengths.sum()),), "one row of sum(target_lengths) labels")
    if not 0 <= blank < classes:
        raise ValueError(f"blank is {blank}; expected a class from 0 to {classes - 1}.")
    refuse_foreign_labels(targets, target_lengths, (classes,))


def need_lengths(name, lengths, batch, most, why):
    """One whole number per sample, from 0 to `most`."""
    if lengths.dtype.kind not in "iu":
        raise ValueError(f"{name} holds {lengths.dtype.name} numbers; expected whole numbers.")
    if lengths.size != batch:
        raise ValueError(f"{name} has shape {checks.words(lengths.shape)}; expected one length for each of {batch}.")
    wrong = lengths[(lengths < 0) | (lengths > most if most is not None else False)]
    if wrong.size:
        limit = "0 or more" if most is None else f"0 to {most}: {why}"
        raise ValueError(f"{name} holds {wrong.ravel()[0]}; expected {limit}.")


def refuse_foreign_labels(targets, target_lengths, classes):
    """Every label that counts must be a class. Padding behind a row's length may be anything."""
    used = targets
    if targets.ndim == 2:
        lengths = target_lengths.reshape(-1, 1)
        used = targets[np.arange(targets.shape[1]) < lengths] if len(lengths) == len(targets) else targets[:0]
    labels = np.trunc(np.real(used).astype(np.float64))
    wrong = labels[~((labels >= 0) & (labels < np.prod(classes)))]
    if wrong.size:
        raise ValueError(f"targets holds {wrong[0]:g}; expected a class from 0 to {classes[0] - 1}.")


def by_hand(log_probs, targets, input_lengths, target_lengths, *, blank, reduction, zero_infinity) -> Steps:
    """The forward lattice: one row of probabilities per frame, one column per state.

    Every row is written in probabilities, which add and multiply on paper, and the only logarithm comes at the end.
    Behind each number its logarithm is carried, so that thousands of frames do not underflow.
    """
    frames, labels = whole(input_lengths, log_probs), whole(target_lengths, log_probs)
    log_p = yield from written(
        "probabilities",
        r"p_{t,c} = e^{\text{log\_probs}_{t,c}}",
        np.moveaxis(log_probs, 0, -2),
        axes="ntc",
        worked=lambda *n: joined((rf"e^{{{num(x)}}}" for x in np.moveaxis(log_probs, 0, -2)[n].ravel()), r",\; "),
        words="Raise e to every log-probability: one row per frame.",
    )
    z = states(log_probs, targets, target_lengths, blank)
    yield Step("states", r"z = (\text{blank}, y_1, \text{blank}, y_2, \dots, \text{blank})", z, axes="ns", given=True)
    row = first_row(log_p, z, frames)
    row = yield from written(
        "alpha[0]",
        r"\alpha_{0,s} = p_{0,z_s} \text{ for the first two states, else } 0",
        row,
        axes="ns",
        worked=lambda *n: joined((num(np.exp(a)) for a in first_row(log_p, z, frames)[n]), r",\; "),
        words="A path may start in the first blank or in the first label: their probabilities in frame 0, else 0.",
    )
    for t in range(1, frames.max()):
        row = yield from written(
            f"alpha[{t}]",
            rf"\alpha_{{{t},s}} = (\alpha_{{{t - 1},s}} + \alpha_{{{t - 1},s-1}} "
            rf"+ [z_s \neq z_{{s-2}}]\, \alpha_{{{t - 1},s-2}})\, p_{{{t},z_s}}",
            next_row(row, log_p, z, t, frames),
            axes="ns",
            worked=products(ways(row, z), emitted(log_p, z, t), t < frames, row),
            words="For each state: stay, or come from the left, or (if the label there is a different one) from two to "
            "the left. Add these, then multiply by the probability of the state's label in this frame.",
        )
    ends = last_states(row, labels)
    log_likelihood = yield from written(
        "likelihood",
        r"P_n = \alpha_{T-1,2S} + \alpha_{T-1,2S-1}",
        log_total(ends, labels),
        axes="n",
        worked=lambda *n: " + ".join(num(np.exp(a)) for a in ends[:, *n]),
        words="A path may end in the last blank or in the last label. Add these two.",
    )
    cost = np.where(zero_infinity & (log_likelihood == -np.inf), 0.0, -log_likelihood)
    symbol = "c" if reduction == "mean" else r"\ell"
    each = yield Step(
        "loss_per_sample",
        rf"{symbol}_n = -\ln P_n",
        cost,
        axes="n",
        worked=lambda *n: (
            rf"-\ln({num(np.exp(log_likelihood[n]))})" + (r" \to 0" if cost[n] != -log_likelihood[n] else "")
        ),
        words="Minus the natural logarithm" + (" (0 instead of infinity)." if zero_infinity else "."),
    )
    if reduction == "mean":
        each = yield Step(
            "loss_per_label",
            r"\ell_n = \frac{c_n}{\max(S_n, 1)}",
            each / np.maximum(labels, 1),
            axes="n",
            worked=lambda *n, cost=each: rf"\frac{{{num(cost[n])}}}{{{num(max(labels[n], 1))}}}",
            given=bool((labels <= 1).all()),
            words="Only the mean does this: divide by the number of labels in the target (by 1 if there are none).",
        )
    yield from reduce(each, reduction)


def grad_by_hand(s, log_probs, targets, input_lengths, target_lengths, *, blank, reduction, zero_infinity) -> Steps:
    """Probability minus posterior: what the network says of each class in each frame, less what the target wants."""
    frames, labels = whole(input_lengths, log_probs), whole(target_lengths, log_probs)
    log_p = kept(np.moveaxis(log_probs, 0, -2), s["probabilities"])
    z, classes = s["states"].astype(np.int64), log_probs.shape[-1]
    alpha = rows_by_log(s, log_p, z, frames)
    log_likelihood = kept(log_total(last_states(alpha[-1], labels), labels), s["likelihood"])
    beta, through = np.full(z.shape, -np.inf), np.full((*log_p.shape[:-1], z.shape[-1]), -np.inf)
    for t in range(frames.max() - 1, -1, -1):
        row = row_before(beta, log_p, z, t, frames, labels)
        beta = yield from written(
            f"beta[{t}]",
            rf"\beta_{{{t},s}} = (\beta_{{{t + 1},s}} + \beta_{{{t + 1},s+1}} "
            rf"+ [z_s \neq z_{{s+2}}]\, \beta_{{{t + 1},s+2}})\, p_{{{t},z_s}}"
            if t < frames.max() - 1
            else rf"\beta_{{{t},s}} = p_{{{t},z_s}} \text{{ for the last two states, else }} 0",
            row,
            axes="ns",
            worked=products(ways_back(beta, z), emitted(log_p, z, t), t < frames - 1, row),
            words="The lattice from the end. In the last frame the last two states have their probabilities. Before "
            "that: stay, or go right, or go two to the right over a blank; times the probability in this frame.",
        )
        through[..., t, :] = through_states(alpha[t], beta, z, t, frames, labels)
    counts = np.arange(log_probs.shape[0]) < frames[..., None]
    paths = by_class(through, z[..., None, :], classes)
    gamma = yield from written(
        "posterior",
        r"\gamma_{t,c} = \frac{1}{P_n\, p_{t,c}} \sum_{s:\, z_s = c} \alpha_{t,s}\, \beta_{t,s}",
        np.where(counts[..., None], paths + (-log_likelihood)[..., None, None] - log_p, -np.inf),
        axes="ntc",
        worked=lambda *n: joined(
            (
                rf"\frac{{{num(a)}}}{{{num(np.exp(log_likelihood[n]))} \cdot {num(p)}}}"
                for a, p in zip(np.exp(paths[n]).ravel(), np.exp(log_p[n]).ravel(), strict=True)
            ),
            r",\; ",
        ),
        words="For each frame and class: alpha times beta, added over the states with this class. "
        "Divide by the likelihood and once by the class's probability, which both lattices contain.",
    )
    each = np.ones(frames.shape)
    if reduction == "mean":
        whole_share = yield from share(s, reduction)
        each = yield Step(
            "share_per_sample",
            r"\frac{\partial L}{\partial c_n} = \frac{1}{W \max(S_n, 1)}",
            whole_share / np.maximum(labels, 1),
            axes="n",
            given=bool((labels <= 1).all()),
            worked=lambda *n: rf"\frac{{{num(whole_share)}}}{{{num(max(labels[n], 1))}}}",
            words="The mean divides each loss by the length of its target as well.",
        )
    counts &= ~(zero_infinity & (log_likelihood == -np.inf))[..., None]
    gradient = (np.exp(log_p) - np.exp(gamma)) * each[..., None, None]
    yield Step(
        "d_log_probs",
        r"\frac{\partial L}{\partial x_{t,c}} = \frac{\partial L}{\partial c_n} (p_{t,c} - \gamma_{t,c})",
        np.moveaxis(np.where(counts[..., None], gradient, 0.0), -2, 0),
        worked=lambda: joined(
            (
                rf"{num(each[n[:-2]])}({num(np.exp(log_p[n]))} - {num(np.exp(gamma[n]))})" if counts[n[:-1]] else "0"
                for n in np.ndindex(gamma.shape)
            ),
            r",\; ",
        ),
        words="Probability minus posterior, times the share of the sample. Frames behind a sample's length get 0.",
    )


def naive(*, log_probs, targets, input_lengths, target_lengths, **_):
    """The book's formula for one label in two frames: blank-label, label-blank, label-label, as plain probabilities."""
    p = np.exp(log_probs)
    label = targets[0]
    return -np.log(p[0, 0] * p[1, label] + p[0, label] * p[1, 0] + p[0, label] * p[1, label])


def draw_log_probs(random, shape, drawn):
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


# Likely mistakes: how a row of the lattice comes out when one of its ways is added or left out


def lattice(given):
    z = states(given["log_probs"], given["targets"], given["target_lengths"], given["blank"])
    return z, whole(given["input_lengths"], given["log_probs"]), whole(given["target_lengths"], given["log_probs"])


def turn(done, loop):
    """Which turn of the loop is being answered."""
    return sum(name.startswith(f"{loop}[") for name in done) - 1


def came_over(done, which, z):
    """What reaches each state from two to the left: where labels differ ("other") or are equal ("same")."""
    t = turn(done, "alpha")
    before, p = done[f"alpha[{t - 1}]"], done["probabilities"][..., t, :]
    two_left = np.zeros_like(before)
    two_left[..., 2:] = before[..., :-2]
    other = np.zeros(z.shape, bool)
    other[..., 2:] = z[..., 2:] != z[..., :-2]
    wanted = other if which == "other" else ~other & (np.arange(z.shape[-1]) % 2 == 1)
    return np.where(wanted & (z >= 0), two_left, 0.0) * np.take_along_axis(p, np.maximum(z, 0), -1)


def with_way(sign, which):
    def row(given, done):
        z, frames, _ = lattice(given)
        t = turn(done, "alpha")
        if t == 0:
            return done["alpha"]
        return done["alpha"] + np.where((t < frames)[..., None], sign * came_over(done, which, z), 0.0)

    return row


def without_staying(given, done):
    z, frames, _ = lattice(given)
    t = turn(done, "alpha")
    if t == 0:
        return done["alpha"]
    p = np.take_along_axis(done["probabilities"][..., t, :], np.maximum(z, 0), -1)
    return done["alpha"] - np.where((t < frames)[..., None], done[f"alpha[{t - 1}]"] * p, 0.0)


def without_probability(given, done):
    z, frames, _ = lattice(given)
    t = turn(done, "alpha")
    if t == 0:
        return done["alpha"]
    p = np.take_along_axis(done["probabilities"][..., t, :], np.maximum(z, 0), -1)
    return np.where((t < frames)[..., None] & (p > 0), done["alpha"] / p, done["alpha"])


def only_first_blank(given, done):
    if turn(done, "alpha") > 0:
        return done["alpha"]
    return np.where(np.arange(done["alpha"].shape[-1]) == 0, done["alpha"], 0.0)


def everywhere(given, done):
    """The first row filled with every state's probability."""
    z, _, _ = lattice(given)
    if turn(done, "alpha") > 0:
        return done["alpha"]
    p = np.take_along_axis(done["probabilities"][..., 0, :], np.maximum(z, 0), -1)
    return np.where(z < 0, 0.0, p)


def last_two(given, done):
    return last_states(done["alpha"], lattice(given)[2])


def backward_from_last_blank(given, done):
    z, frames, labels = lattice(given)
    t = frames.max() - 1 - turn(done, "beta")
    is_label = np.arange(z.shape[-1]) == (2 * labels - 1)[..., None]
    return np.where(is_label & (t == frames - 1)[..., None], 0.0, done["beta"])


def minus_posterior(given, done):
    each = np.asarray(done.get("share_per_sample", 1.0))
    return np.moveaxis(-done["posterior"] * each[..., None, None], -2, 0)


def is_mean(given):
    return given["reduction"] == "mean"


def long_targets(given):
    return is_mean(given) and bool((given["target_lengths"] > 1).any())


MISTAKES = (
    Mistake(
        {"probabilities": lambda given, done: np.moveaxis(given["log_probs"], 0, -2)},
        "These are the log-probabilities themselves. Raise e to each of them to get probabilities.",
    ),
    Mistake(
        {"alpha": only_first_blank},
        "You started in the first blank only. A path may also start in the first label.",
    ),
    Mistake(
        {"alpha": everywhere},
        "You filled every state of the first row. A path can start in the first two states only; all else is 0.",
    ),
    Mistake(
        {"alpha": with_way(-1, "other")},
        "You forgot the skip: between two different labels, the path may leave out the blank.",
    ),
    Mistake(
        {"alpha": with_way(1, "same")},
        "You skipped the blank between two equal labels. PyTorch closes that way: without a blank they merge into one.",
    ),
    Mistake(
        {"alpha": without_staying},
        "You left out staying in the same state. A label may last for several frames.",
    ),
    Mistake(
        {"alpha": without_probability},
        "You added up the ways in and stopped. Multiply by the probability of the state's label in this frame.",
    ),
    Mistake(
        {"likelihood": lambda given, done: last_two(given, done)[0]},
        "You took the last blank only. A path may also end in the last label, so add the last two states.",
    ),
    Mistake(
        {"likelihood": lambda given, done: last_two(given, done)[1]},
        "You took the last label only. A path may also end in the blank after it, so add the last two states.",
        when=lambda given: bool((given["target_lengths"] > 0).all()),
    ),
    Mistake(
        {"likelihood": lambda given, done: done["alpha"].sum(-1)},
        "You added up the whole last row. Only paths that end in the last two states have spelled the whole target.",
    ),
    Mistake(
        {"loss_per_sample": lambda given, done: -done["loss_per_sample"]},
        "The minus is missing. The loss is minus the logarithm of the likelihood.",
    ),
    Mistake(
        {"loss_per_sample": lambda given, done: 1 - done["likelihood"]},
        "You took 1 minus the likelihood. The loss is minus its natural logarithm.",
    ),
    Mistake(
        {"loss_per_label": lambda given, done: done["loss_per_sample"]},
        "You did not divide by the length of the target. With reduction='mean', PyTorch does that before it averages.",
        when=long_targets,
    ),
    Mistake(
        {
            "loss_per_label": lambda given, done: (
                done["loss_per_sample"] / np.maximum(whole(given["input_lengths"], given["log_probs"]), 1)
            )
        },
        "You divided by the number of frames. PyTorch divides by the number of labels in the target.",
        when=is_mean,
    ),
    Mistake(
        {"divisor": lambda given, done: given["target_lengths"].sum()},
        "You divided by all labels together. PyTorch has already divided each loss by its own length; "
        "now it averages over the batch.",
        when=long_targets,
    ),
    Mistake(
        {"loss": lambda given, done: done["loss"] * done["divisor"]},
        "This is the sum. With reduction='mean', divide it by the number of samples.",
        when=is_mean,
    ),
)

GRAD_MISTAKES = (
    Mistake(
        {"beta": backward_from_last_blank},
        "You let the paths end in the last blank only. They may also end in the last label.",
    ),
    Mistake(
        {"posterior": lambda given, done: done["posterior"] * np.exp(np.moveaxis(given["log_probs"], 0, -2))},
        "You did not divide by the class's probability. Alpha and beta both contain it, so it is counted twice.",
    ),
    Mistake(
        {"d_log_probs": lambda given, done: -done["d_log_probs"]},
        "The sign is the other way round: probability minus posterior.",
    ),
    Mistake(
        {"d_log_probs": minus_posterior},
        "This is the slope for free log-probabilities. PyTorch gives that of the scores before log-softmax, "
        "so the probability itself is added.",
    ),
    Mistake(
        {"share_per_sample": lambda given, done: done["share_per_sample"] * np.maximum(lattice(given)[2], 1)},
        "You forgot the length of the target, which the mean divides each loss by.",
        when=long_targets,
    ),
)


def logs(*rows):
    """Logarithms of friendly probabilities, to three decimals."""
    return np.round(np.log(rows), 3).tolist()


FIRST = {
    "log_probs": logs([0.5, 0.3, 0.2], [0.4, 0.4, 0.2], [0.2, 0.3, 0.5]),
    "targets": [1],
    "input_lengths": 3,
    "target_lengths": 1,
}
FOUR_FRAMES = logs([0.2, 0.6, 0.2], [0.5, 0.3, 0.2], [0.2, 0.6, 0.2], [0.3, 0.3, 0.4])
BATCH = [[FOUR_FRAMES[t], logs([0.5, 0.25, 0.25])[0]] for t in range(4)]


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
    not_when="Every frame has its own label (use cross-entropy), or labels may come in another order than the input "
    "(use attention with cross-entropy).",
    formula=r"\ell_n = -\ln \sum_{\text{paths } \pi \text{ that spell } y_n} \; \prod_t p_{t, \pi_t}",
    symbols=(
        (r"p_{t,c}", "the probability of class c in frame t: e to the log-probability"),
        (r"\pi", "a path: one class for every frame; merging repeats, then dropping blanks, spells a sequence"),
        (r"y_n", "the target of sample n"),
        (r"z_s", "the states: the target with a blank before, between and after its labels"),
        (r"\alpha_{t,s}", "the probability of all path beginnings that stand in state s after frame t"),
        (r"\beta_{t,s}", "the probability of all path endings from state s in frame t (gradient)"),
        (r"\gamma_{t,c}", "the posterior: how much of the likelihood goes through class c in frame t (gradient)"),
        (r"P_n", "the likelihood: the probability of all paths that spell the target"),
        (r"S_n", "the length of the target, T the number of frames"),
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
            {**FIRST, "log_probs": logs([0.98, 0.01, 0.01], [0.98, 0.01, 0.01], [0.98, 0.01, 0.01])},
            "What networks do early in training: all blanks. The loss is high, because the label hardly ever shows up.",
        ),
    ),
    by_hand=by_hand,
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
            "PyTorch does not check labels here: on the CPU it reads (and in the gradient writes) memory beyond its "
            "own. "
            "You get rubbish or a crash. This app refuses such labels instead of handing them on.",
        ),
        Pitfall(
            "The blank as a label",
            "The class of the blank must not occur in a target. PyTorch accepts it, counts the path states wrongly, "
            "and its gradient for the last frame leaves one of two ways out.",
        ),
        Pitfall(
            "Log-probabilities, not scores and not probabilities",
            "Feed the output of log_softmax. Anything else gives a number without a warning, and the gradient assumes "
            "log_softmax: it is probability minus posterior.",
        ),
        Pitfall(
            "NaN gradients",
            "A target that does not fit into its frames has an infinite loss and a gradient of NaN. With "
            "zero_infinity=True both are 0. A log-probability of −inf has a gradient of NaN either way.",
        ),
        Pitfall(
            "The mean is a mean per label",
            "reduction='mean' divides each loss by the length of its target (at least 1) and then averages over the "
            "batch. No other loss does that; compare with other programs by reduction='sum'.",
        ),
    ),
    references=(
        Reference(
            "PyTorch documentation: CTCLoss",
            "https://docs.pytorch.org/docs/2.13/generated/torch.nn.CTCLoss.html",
        ),
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
            "Three frames. The more probable the label is in the middle frame, the lower the loss for one label. To "
            "spell "
            "the label twice, that frame must be the blank between them, so there the loss rises.",
            values=one_sure_frame,
            low=0.01,
            high=0.99,
            x="probability of the label in the middle frame",
            settings={"one label": {}, "twice the label": {"targets": [1, 1], "target_lengths": 2}},
        ),
    ),
    check=check,
    guard=guard,
    not_a_slope={
        "log_probs": "PyTorch assumes that log_probs comes from log_softmax and gives the gradient for the scores "
        "before "
        "it: probability minus posterior. The slope for log_probs alone would be minus the posterior."
    },
)
