"""Why a loss is sick: causes to test one by one, each with a few lines of Python for one's own training loop."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from lib.guides.finding import FOCAL, WEIGHTED, Finding

AFTER_LOSS = "after the loss is computed"
BEFORE_STEP = "between backward() and step()"
FOR_STEP = "in place of optimizer.step()"

LOOP = """for x, y in loader:
    optimizer.zero_grad()
    output = model(x)
    loss = loss_fn(output, y)
    # ← after the loss is computed
    loss.backward()
    # ← between backward() and step()
    optimizer.step()  # ← in place of optimizer.step()
"""


@dataclass(frozen=True, eq=False)
class Cause:
    """One thing that may be wrong.

    `code` is at most five lines for one's own loop, at `place`; it uses the names of LOOP and prints "found it" or
    "not it" first. `signs` are the kinds of number that it shows itself by (see lib.guides.finding), `losses` the slugs
    of the only losses that it concerns (none: any).
    """

    slug: str
    title: str
    why: str
    code: str
    mend: str
    signs: tuple[str, ...]
    place: str = AFTER_LOSS
    losses: tuple[str, ...] = ()
    lesson: str = ""
    example: str = ""
    values: Mapping[str, Any] | None = None


CLASS_LOSSES = ("cross_entropy_loss", "nll_loss")
BINARY_LOSSES = ("bce_loss", "bce_with_logits_loss")
ERROR_LOSSES = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")

CAUSES = (
    Cause(
        "softmax_twice",
        "Softmax is applied twice",
        "Cross-entropy loss takes raw scores and applies softmax itself. "
        "After a softmax in the network the scores are squeezed between 0 and 1, and the loss cannot come near 0.",
        """\
totals = output.detach().sum(1)
twice = (output >= 0).all() and torch.allclose(totals, torch.ones_like(totals), atol=1e-3)
print("found it" if twice else "not it", "- each row of the output adds up to", totals[:4])""",
        "Remove the softmax at the end of the network; apply it only where you need probabilities to show.",
        ("twice", "guess", "stuck"),
        losses=("cross_entropy_loss",),
        lesson="cross_entropy_loss",
        values={"input": [[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]], "target": [0]},
    ),
    Cause(
        "sigmoid_twice",
        "Sigmoid is applied twice",
        "BCE with logits takes raw scores and applies the sigmoid itself. "
        "A score between 0 and 1 can only become a probability between 0.5 and 0.73.",
        """\
low, high = output.min().item(), output.max().item()
twice = low >= 0 and high <= 1
print("found it" if twice else "not it", f"- the scores go from {low:.3f} to {high:.3f}")""",
        "Remove the sigmoid at the end of the network, or use nn.BCELoss (less safe with large scores).",
        ("twice", "guess", "stuck"),
        losses=("bce_with_logits_loss",),
        lesson="bce_with_logits_loss",
        values={"input": [1, 0, 1], "target": [1, 0, 1]},
    ),
    Cause(
        "not_held",
        "The optimizer holds other parameters",
        "An optimizer holds the tensors that it was given. If the model, or a layer of it, was replaced afterwards, "
        "the optimizer goes on moving the old ones.",
        """\
held = {id(p) for group in optimizer.param_groups for p in group["params"]}
missing = [name for name, p in model.named_parameters() if id(p) not in held]
print("found it" if missing else "not it", "- not held by the optimizer:", missing[:4])""",
        "Build the model first, then the optimizer; after adding a layer call optimizer.add_param_group.",
        ("guess", "shares", "stuck", "collapsed", "clamped", "mean"),
        lesson="sgd",
    ),
    Cause(
        "no_gradient",
        "Some parameters get no gradient",
        "detach(), .item(), no_grad, requires_grad=False or a dead ReLU cuts the way back; "
        "what stands before the cut never learns.",
        """\
silent = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
print("found it" if silent else "not it", "- without a gradient:", silent[:4])""",
        "Look at the layer after the last silent one: there the way back is cut.",
        ("guess", "shares", "stuck", "collapsed", "clamped", "mean"),
        place=BEFORE_STEP,
    ),
    Cause(
        "tiny_step",
        "The updates are too small",
        "A learning rate far too small, a scheduler that has reached 0, or a gradient scaled away: "
        "the weights stay where they are.",
        """\
before = [p.detach().clone() for p in model.parameters()]
optimizer.step()
moved = max(((p - b).norm() / b.norm().clamp(min=1e-12)).item() for p, b in zip(model.parameters(), before))
print("found it" if moved < 1e-6 else "not it", f"- this update moved the weights by {moved:.1e} of their size")""",
        "Print optimizer.param_groups[0]['lr'] and multiply it by 10 until the loss moves.",
        ("guess", "shares", "stuck", "clamped", "mean"),
        place=FOR_STEP,
        lesson="sgd",
    ),
    Cause(
        "large_step",
        "The learning rate is too large",
        "The step goes downhill and beyond the valley: on the very batch that it was made for, "
        "the loss is higher after it. The loss then wanders, explodes, or ends at NaN.",
        """\
before = loss.item()
optimizer.step()
after = loss_fn(model(x), y).item()
print("found it" if not after < before else "not it", f"- before {before:.4f}, after {after:.4f}")""",
        "Divide the learning rate by 10 (dropout makes this test noisy: watch several batches).",
        ("guess", "stuck", "nan", "infinite", "collapsed", "clamped", "mean", "rising", "swinging"),
        place=FOR_STEP,
        lesson="sgd",
    ),
    Cause(
        "stale_gradients",
        "Gradients of earlier batches add up",
        "backward() adds to .grad. Without zero_grad() every update is made of all the batches so far.",
        """\
stale = [name for name, p in model.named_parameters() if p.grad is not None and p.grad.any()]
print("found it" if stale else "not it", "- before backward() these already hold a gradient:", stale[:4])""",
        "Call optimizer.zero_grad() once per batch, before backward().",
        ("guess", "stuck", "nan", "infinite", "rising", "swinging"),
    ),
    Cause(
        "same_input",
        "The inputs hardly differ",
        "Scaled twice (divided by 255, and again), or filled with one value: "
        "the network sees the same thing for every sample.",
        """\
spread = x.flatten(1).float().std(0).max().item()
print("found it" if spread < 0.01 else "not it", f"- the inputs differ by at most {spread:.2g} (std)")""",
        "Scale each input to a mean of 0 and a standard deviation of 1, once.",
        ("guess", "shares", "stuck", "collapsed", "mean"),
    ),
    Cause(
        "same_output",
        "The model answers every sample alike",
        "Dead units, weights of 0, or an embedding that has collapsed: whatever comes in, the same comes out.",
        """\
spread = output.detach().flatten(1).std(0).max().item()
print("found it" if spread < 1e-5 else "not it", f"- the outputs differ by {spread:.2g} between samples")""",
        "Start again from PyTorch's own random weights with a smaller learning rate; look for a layer that gives 0.",
        ("guess", "shares", "stuck", "collapsed", "clamped", "mean"),
        lesson="triplet_margin_loss",
        example="Everything in one point",
    ),
    Cause(
        "majority",
        "The model always names the largest class",
        "Where one class has most of the samples, always naming it is right most of the time, "
        "and the loss rests near the entropy of the shares.",
        """\
guess, most = output.argmax(1), y.mode().values
only = bool((guess == most).all()) and bool((y != most).any())
print("found it" if only else "not it", f"- named: {guess.unique().tolist()}, there are: {y.unique().tolist()}")""",
        "Give the rare classes a larger weight, or draw them more often.",
        ("shares", "stuck"),
        losses=CLASS_LOSSES,
        lesson="cross_entropy_loss",
        example="Weights 1 and 2",
    ),
    Cause(
        "broadcast",
        "Output and target have different shapes",
        "(N, 1) against (N,) is stretched to (N, N): every answer is compared with every target, "
        "and the best answer is the mean of all targets.",
        """\
apart = output.shape != y.shape
print("found it" if apart else "not it", "- output", tuple(output.shape), "target", tuple(y.shape))""",
        "Use output.squeeze(1), or y.unsqueeze(1); PyTorch only warns about it.",
        ("stuck", "mean"),
        losses=ERROR_LOSSES,
        lesson="mse_loss",
        example="A column against a row",
    ),
    Cause(
        "summed",
        "The losses are summed, not averaged",
        "With reduction='sum' the number grows with the batch; ln C and the other known numbers hold for the mean.",
        """\
kind = getattr(loss_fn, "reduction", "mean")
print("found it" if kind == "sum" else "not it", f"- {kind}; divided by the samples: {loss / len(x):.4f}")""",
        "Use reduction='mean', or divide by the number of samples before you compare.",
        ("stuck",),
    ),
    Cause(
        "cannot_learn",
        "The model cannot learn even one batch",
        "A network that works learns a single batch by heart. If it does, "
        "the fault is in the data or in the optimizer; if not, in the model or in the loss.",
        """\
import copy
twin = copy.deepcopy(model)
adam = torch.optim.Adam(twin.parameters(), 0.01)
for _ in range(300): adam.zero_grad(); trial = loss_fn(twin(x), y); trial.backward(); adam.step()
print("found it" if trial > 0.5 * loss else "not it", f"- from {loss:.4f} to {trial:.4f} on one batch")""",
        "Make the model smaller until one batch can be learnt, then add parts back one at a time.",
        ("guess", "shares", "stuck", "twice", "collapsed", "mean"),
    ),
    Cause(
        "bad_numbers",
        "There is NaN or inf in the data",
        "One missing value is enough: from the first batch that holds it, every weight becomes NaN.",
        """\
bad = [name for name, t in (("x", x), ("y", y)) if not t.isfinite().all()]
print("found it" if bad else "not it", "- NaN or inf in:", bad)""",
        "Fill or drop missing values when the data is loaded.",
        ("nan", "infinite"),
    ),
    Cause(
        "broken_weights",
        "The weights are NaN already",
        "NaN stays: after one bad update every batch gives NaN, also the healthy ones. The cause is then earlier.",
        """\
broken = [name for name, p in model.named_parameters() if not p.isfinite().all()]
print("found it" if broken else "not it", "- NaN or inf in:", broken[:4])""",
        "Start again from the last good weights, and stop at the first batch whose loss is not finite.",
        ("nan", "infinite"),
    ),
    Cause(
        "all_ignored",
        "Every target of a batch is ignored",
        "The mean divides by the number of targets that count. Where all of them are ignore_index that is 0/0.",
        """\
counted = (y != loss_fn.ignore_index).sum().item()
print("found it" if counted == 0 else "not it", f"- {counted} targets count")""",
        "Skip such a batch, or use reduction='sum' and divide by max(1, number of targets).",
        ("nan",),
        losses=CLASS_LOSSES,
        lesson="cross_entropy_loss",
        values={"input": [[1, 2], [1, 3]], "target": [-100, -100]},
    ),
    Cause(
        "zero_weights",
        "The classes of the batch have weight 0",
        "The mean divides by the weights of the targets. If all of them are 0 that is 0/0 as well.",
        """\
weight = loss_fn.weight
total = 1.0 if weight is None else weight[y[y != loss_fn.ignore_index]].sum().item()
print("found it" if total == 0 else "not it", f"- the weights of this batch's targets add up to {total:g}")""",
        "Give a class that should not count a small weight, or leave its samples out.",
        ("nan",),
        losses=CLASS_LOSSES,
        lesson="cross_entropy_loss",
        values={"input": [[1, 2], [1, 3]], "target": [0, 0], "weight": [0, 1]},
    ),
    Cause(
        "exploding",
        "The gradient explodes",
        "A gradient of thousands throws the weights far away: the loss jumps, then overflows.",
        """\
size = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None]).norm().item()
print("found it" if not size < 1e3 else "not it", f"- its length is {size:.3g}")""",
        "Call torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0) before step(), and lower the learning rate.",
        ("nan", "infinite", "stuck", "rising"),
        place=BEFORE_STEP,
    ),
    Cause(
        "infinite_scores",
        "A score is infinite",
        "Softmax subtracts the largest score. If that is inf, then inf − inf = NaN.",
        """\
count = (~output.isfinite()).sum().item()
print("found it" if count else "not it", f"- {count} scores are NaN or infinite, largest {output.abs().max():.3g}")""",
        "Lower the learning rate; with float16 scale the loss (torch.amp.GradScaler).",
        ("nan", "infinite"),
        lesson="cross_entropy_loss",
        values={"input": [[float("inf"), 1]], "target": [0]},
    ),
    Cause(
        "log_of_zero",
        "Your own formula takes log of 0",
        "In float32 a softmax is exactly 0 from a distance of 104 on. Then log 0 = −inf, and 0 · log 0 = NaN.",
        """\
smallest = output.detach().softmax(-1).min().item()
print("found it" if smallest == 0 else "not it", f"- the smallest probability is {smallest:.3g}")""",
        "Use log_softmax, or a loss that takes scores, in place of log(softmax(x)).",
        ("nan", "infinite"),
        lesson="kl_divergence",
        example="Q rules out what happens",
    ),
    Cause(
        "exp_overflow",
        "Your own formula overflows in e^x",
        "In float32 e^x is infinite from 88.8 on (float16: 11.1). Then inf/inf or inf − inf gives NaN.",
        """\
largest = output.detach().max()
print("found it" if largest.exp().isinf() else "not it", f"- the largest score is {largest:.4g}")""",
        "Subtract the largest score first, as torch.logsumexp does.",
        ("nan", "infinite"),
        lesson="cross_entropy_loss",
        example="Confident and wrong",
    ),
    Cause(
        "infinite_slope",
        "The loss is finite but its slope is not",
        "sqrt, norm and x**0.5 have no finite slope at 0, and torch.where passes on the NaN of the branch not taken.",
        """\
bad = [name for name, p in model.named_parameters() if p.grad is not None and not p.grad.isfinite().all()]
print("found it" if bad and loss.isfinite() else "not it", f"- loss {loss:.4f}, not finite: {bad[:3]}")""",
        "Add a small number under the root; torch.autograd.detect_anomaly() names the line.",
        ("nan",),
        place=BEFORE_STEP,
    ),
    Cause(
        "too_long",
        "The target is longer than the input allows",
        "CTC needs a frame for each label, and a blank between two equal ones.",
        """\
twins = torch.stack([(t[1:n] == t[: n - 1]).sum() for t, n in zip(y, target_lengths)])
short = (input_lengths < target_lengths + twins).nonzero().flatten().tolist()
print("found it" if short else "not it", "- samples with too few frames:", short)""",
        "Shrink the time axis less, cut the target, or set zero_infinity=True to leave such samples out.",
        ("infinite", "nan"),
        losses=("ctc_loss",),
        lesson="ctc_loss",
        example="Impossible",
    ),
    Cause(
        "ruled_out",
        "Something happens that the model rules out",
        "A log-probability of −inf where the target is above 0 costs infinitely much.",
        """\
count = ((y > 0) & output.isneginf()).sum().item()
print("found it" if count else "not it", f"- {count} places with target above 0 and log-probability −inf")""",
        "Use log_softmax rather than log of rounded or masked probabilities.",
        ("infinite",),
        losses=("kl_div_loss",),
        lesson="kl_divergence",
        example="Q rules out what happens",
    ),
    Cause(
        "not_logs",
        "The input holds no log-probabilities",
        "NLL and KL divergence loss want logarithms. e to the power of each row must add up to 1.",
        """\
totals = output.detach().exp().sum(1)
wrong = not torch.allclose(totals, torch.ones_like(totals), atol=1e-3)
print("found it" if wrong else "not it", "- e^output of each row adds up to", totals[:4])""",
        "End the network with nn.LogSoftmax(dim=1), or use nn.CrossEntropyLoss on the scores.",
        ("negative", "stuck"),
        losses=("nll_loss", "kl_div_loss"),
        lesson="nll_loss",
        example="Raw scores by mistake",
    ),
    Cause(
        "target_range",
        "Targets lie outside 0 and 1",
        "BCE with logits does not check them. Labels −1 and 1, or 1 and 2, let the loss fall without end.",
        """\
low, high = y.min().item(), y.max().item()
print("found it" if low < 0 or high > 1 else "not it", f"- the targets go from {low:g} to {high:g}")""",
        "Map the labels to 0 and 1; for −1 and 1 use nn.SoftMarginLoss.",
        ("negative", "stuck"),
        losses=BINARY_LOSSES,
        lesson="bce_with_logits_loss",
        values={"input": [1, 2, 2], "target": [2, -1, 1]},
    ),
    Cause(
        "density",
        "Nothing is wrong: a density above 1",
        "Gaussian NLL is minus the log of a density (without its constant). "
        "With a variance below 1 it may be negative.",
        """\
mean, var = output
print("found it" if var.min() < 1 else "not it", f"- the smallest variance is {var.min():.3g}")""",
        "Leave it; but watch the smallest variance, which should not run towards 0.",
        ("negative",),
        losses=("gaussian_nll_loss",),
        lesson="gaussian_nll_loss",
        example="Sure and right",
    ),
    Cause(
        "left_out_term",
        "Nothing is wrong: Poisson's constant is left out",
        "log(target!) does not depend on the model, so PyTorch leaves it out, and what remains may be negative.",
        """\
left_out = not loss_fn.full
print("found it" if left_out else "not it", f"- full={loss_fn.full}, largest count {y.max():g}")""",
        "Leave it, or set full=True for numbers that can be compared between data sets.",
        ("negative",),
        losses=("poisson_nll_loss",),
        lesson="poisson_nll_loss",
        example="With Stirling's term",
    ),
    Cause(
        "no_distance",
        "The input is no distance",
        "Hinge embedding loss wants distances, 0 or more. It does not check them.",
        """\
lowest = output.min().item()
print("found it" if lowest < 0 else "not it", f"- the smallest input is {lowest:.4g}")""",
        "Hand it F.pairwise_distance(a, b), or use nn.CosineEmbeddingLoss on the vectors.",
        ("negative",),
        losses=("hinge_embedding_loss",),
        lesson="hinge_embedding_loss",
        example="Input that is no distance",
    ),
    Cause(
        "certain_and_wrong",
        "A probability is exactly 0 or 1, and wrong",
        "From a score of about 17 on, float32's sigmoid is exactly 1. BCE loss then counts 100.",
        """\
count = (output == 1 - y).sum().item()
print("found it" if count else "not it", f"- {count} of {y.numel()} answers are certain and wrong")""",
        "Leave the sigmoid out and use nn.BCEWithLogitsLoss: it stays exact, and its gradient does not vanish.",
        ("clamped", "stuck"),
        losses=("bce_loss",),
        lesson="bce_loss",
        example="Sure and wrong",
    ),
    Cause(
        "one_output",
        "Softmax over a single output",
        "With one output the softmax is always 1, and the loss is 0 whatever the network says.",
        """\
outputs = output.shape[1]
print("found it" if outputs == 1 else "not it", f"- the network has {outputs} outputs")""",
        "Two outputs for two classes, or one output with nn.BCEWithLogitsLoss.",
        ("zero",),
        losses=("cross_entropy_loss",),
        lesson="cross_entropy_loss",
        values={"input": [[2], [-1]], "target": [0, 0]},
    ),
    Cause(
        "leak",
        "The target stands among the inputs",
        "A column of the inputs that is the target makes any model perfect, until it meets new data.",
        """\
columns = x.flatten(1).T
same = [i for i, column in enumerate(columns) if torch.allclose(column, y.to(column.dtype).flatten())]
print("found it" if same else "not it", "- input columns that equal the target:", same)""",
        "Drop that column, and look how it got into the data.",
        ("zero",),
    ),
    Cause(
        "margin_kept",
        "Every margin is kept",
        "A hinge costs nothing from the margin on. Easy pairs or triplets then teach nothing.",
        """\
each = loss_fn(output, y).detach().flatten()
idle = (each == 0).float().mean().item()
print("found it" if idle == 1 else "not it", f"- {idle:.0%} of the losses are exactly 0")""",
        "Choose harder pairs (mining), or a larger margin.",
        ("zero",),
        losses=("hinge_embedding_loss", "triplet_margin_loss", "margin_ranking_loss", "multi_margin_loss"),
        lesson="hinge_embedding_loss",
        example="Unlike and far apart",
    ),
)


def causes_for(found: Collection[Finding], loss: str = "") -> tuple[Cause, ...]:
    """The causes that fit what was recognised, in the order to test them; only those of the loss, where it is known."""
    signs = {finding.sign for finding in found}
    alike = {WEIGHTED: ("cross_entropy_loss",), FOCAL: CLASS_LOSSES}.get(loss, (loss,))
    return tuple(
        c for c in CAUSES if signs.intersection(c.signs) and (not loss or not c.losses or set(alike) & set(c.losses))
    )
