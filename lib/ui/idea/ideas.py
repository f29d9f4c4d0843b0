"""Which lesson is drawn how."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lib.ui.idea import answers, classes, distributions, errors, lattice, margins, vectors
from lib.ui.idea.rates import SCHEDULES
from lib.ui.idea.shown import Bar, Bars, Strip
from lib.ui.idea.updates import UPDATES
from lib.ui.idea.view import View
from lib.ui.text import say

Idea = Callable[[View], Strip]


def in_steps(view: View) -> Strip:
    """A lesson that has no picture of its own yet: its last steps as bars."""
    names = [name for name, step in view.steps.items() if not step.given and view.of(name).size == 1][-4:]
    bars = (Bars(view.steps[name].label, (Bar(view.one(name), view.number(name)),)) for name in names)
    return Strip(tuple(bars), (say(view.lesson.purpose),))


IDEAS: Mapping[str, Idea] = {
    "self_information": distributions.self_information,
    "entropy": distributions.entropy,
    "cross_entropy": distributions.cross_entropy,
    "kl_divergence": distributions.kl_divergence,
    "cross_entropy_loss": classes.cross_entropy,
    "nll_loss": classes.nll,
    "bce_loss": answers.bce,
    "bce_with_logits_loss": answers.bce_with_logits,
    "soft_margin_loss": answers.soft_margin,
    "multi_label_soft_margin_loss": answers.multi_label_soft_margin,
    "multi_margin_loss": margins.multi_margin,
    "multi_label_margin_loss": margins.multi_label_margin,
    "margin_ranking_loss": margins.margin_ranking,
    "hinge_embedding_loss": margins.hinge_embedding,
    "l1_loss": errors.kind(errors.L1),
    "mse_loss": errors.kind(errors.MSE),
    "smooth_l1_loss": errors.kind(errors.SMOOTH_L1),
    "huber_loss": errors.kind(errors.HUBER),
    "poisson_nll_loss": errors.poisson,
    "gaussian_nll_loss": errors.gaussian,
    "kl_div_loss": distributions.kl_div_loss,
    "cosine_embedding_loss": vectors.cosine_embedding,
    "triplet_margin_loss": vectors.triplet,
    "triplet_margin_with_distance_loss": vectors.triplet,
    "ctc_loss": lattice.ctc,
    **UPDATES,
    **SCHEDULES,
}
