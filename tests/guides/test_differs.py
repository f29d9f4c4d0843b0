"""A number beside PyTorch's: from code, from bare tensors, from printouts; the slip that gives it is named."""

from __future__ import annotations

import numpy as np
import pytest

from lib.catalog import LOSSES
from lib.guides.differs import compared
from lib.lesson.run import Case
from lib.lesson.working.diagnose import mistaken

CODE = """
logits = torch.tensor([[1., 2.], [3., 1.]])
target = torch.tensor([0, 1])
loss = F.cross_entropy(logits, target)
"""
LISTS = "[[1, 2], [3, 1]]\n[0, 1]"
PRINTED = "tensor([[1., 2.],\n        [3., 1.]], grad_fn=<AddmmBackward0>)\ntensor([0, 1])"
NUMPY = "[[1. 2.]\n [3. 1.]]\n[0 1]"
NAMED = "input: [1, 2]\ntarget: [0, 4]"
BUILT = "loss_fn = nn.MSELoss(reduction='sum')\nloss_fn(torch.tensor([1., 2.]), torch.tensor([0., 4.]))"

# What is pasted, the number, the loss chosen → the loss found, the verdict, the slip.
CASES = {
    "the same": (CODE, "1.7201", "", "cross_entropy_loss", "same", ""),
    "as float32 prints it": (CODE, "1.720094919204712", "", "cross_entropy_loss", "same", ""),
    "no number yet": (CODE, "", "", "cross_entropy_loss", "nothing typed", ""),
    "a slip": (CODE, "3.4402", "", "cross_entropy_loss", "mistake", "sum_for_mean"),
    "no slip": (CODE, "0.8", "", "cross_entropy_loss", "unknown", ""),
    "another shape": (CODE, "[2.3, 1.2]", "", "cross_entropy_loss", "unknown", ""),
    "reduction none": (CODE, "[1.3133, 2.1269]", "", "cross_entropy_loss", "setting", ""),
    "lists": (LISTS, "3.4402", "", "cross_entropy_loss", "mistake", "sum_for_mean"),
    "lists and the loss": (LISTS, "3.4402", "cross_entropy_loss", "cross_entropy_loss", "mistake", "sum_for_mean"),
    "a printout": (PRINTED, "1.7201", "", "cross_entropy_loss", "same", ""),
    "as NumPy prints": (NUMPY, "1.7201", "", "cross_entropy_loss", "same", ""),
    "whole numbers for floats": (NAMED, "1.25", "mse_loss", "mse_loss", "mistake", "halves_the_square"),
    "a loss built first": (BUILT, "2.5", "", "mse_loss", "mistake", "ignores_reduction"),
}


@pytest.mark.parametrize(("text", "number", "loss", "slug", "verdict", "slip"), CASES.values(), ids=CASES)
def test_a_number_is_told_from_torchs(text, number, loss, slug, verdict, slip):
    found = compared(text, number, loss)
    assert (found.lesson.slug, found.verdict) == (slug, verdict)
    assert slip in (*found.names, "")
    assert bool(found.says) == (verdict in ("mistake", "setting"))


REFUSED = {
    "nothing": ("", "1", "", "nothing is pasted"),
    "words": ("hello", "1", "", "no tensors stand in it"),
    "no numbers in the code": ("F.mse_loss(x, y)", "1", "", "not written out"),
    "an optimizer": ("torch.optim.Adam([w])", "1", "", "compared for losses"),
    "no number": (CODE, "abc", "", "expected a number"),
    "what torch refuses": ("F.cross_entropy(torch.tensor([[1., 2.]]), torch.tensor([7]))", "1", "", "holds 7"),
    "one tensor": ("[1, 2]", "1", "mse_loss", "do not fit nn.MSELoss"),
    "too long": ("1\n" * 20_000, "1", "", "characters"),
    "deep": ("[" * 5_000, "1", "", "no tensors stand in it"),
}


@pytest.mark.parametrize(("text", "number", "loss", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_compared_is_refused_in_words(text, number, loss, says):
    with pytest.raises(ValueError, match=says):
        compared(text, number, loss)


@pytest.mark.parametrize("slug", ["cross_entropy_loss", "bce_with_logits_loss", "huber_loss", "kl_div_loss", "l1_loss"])
def test_the_slip_of_any_loss_is_found_from_its_number(slug):
    """On the lesson's first example: the result of its first slip that differs is explained by that slip."""
    lesson = LOSSES[slug]
    asked = {spec.name: lesson.examples[0].values[spec.name] for spec in lesson.tensors if not spec.optional}
    case = Case.of(lesson, asked)
    right = list(case.forward.steps.values())[-1].value
    wrong = {name: mistaken(case, mistake) for name, mistake in lesson.mistakes.items()}
    results = {name: list(one.steps.values())[-1].value for name, one in wrong.items() if one is not None}
    name, value = next((n, v) for n, v in results.items() if np.isfinite(v).all() and not np.allclose(v, right))
    tensors = "\n".join(f"{spec} = {np.asarray(value).tolist()}" for spec, value in asked.items())
    assert name in compared(tensors, f"{float(value):.6f}", slug).names
