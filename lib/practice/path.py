"""The path through the lessons: what comes in which stage, and what comes next."""

from __future__ import annotations

from lib.catalog import GROUPS, TOPICS
from lib.lesson.spec import Topic

PATH = {
    "What a loss is": ("loss_cost_objective", "self_information", "entropy", "kl_divergence", "cross_entropy"),
    "Losses": (
        "cross_entropy_loss",
        "bce_with_logits_loss",
        "mse_loss",
        "huber_loss",
        "triplet_margin_loss",
        "ctc_loss",
    ),
    "Training": ("gradient_descent", "exponential_averages", "sgd", "adam", "adamw", "cosine_annealing_lr"),
    "All of it together": ("optimizer_object", "train", "exercises"),
}  # stage → slugs of lessons and pages
LEADS_TO = {"kl_div_loss": "cross_entropy_loss"}  # where the nearest in the table of contents is not the most alike
IN_ORDER = tuple(slug for slugs in PATH.values() for slug in slugs)


def next_on_path(slug: str) -> str | None:
    """The page that the path goes on with; from a lesson beside the path, the lesson on it that is most like it.

    None after the last one, and for what is no lesson.
    """
    if slug in IN_ORDER:
        return next(iter(IN_ORDER[IN_ORDER.index(slug) + 1 :]), None)
    return LEADS_TO.get(slug) or (_nearest(TOPICS[slug]) if slug in TOPICS else None)


def _nearest(lesson: Topic) -> str:
    """The lesson on the path whose place in the table of contents is nearest: first its group, then its order."""
    groups = list(GROUPS)
    on_path = [(slug, TOPICS[slug]) for slug in IN_ORDER if slug in TOPICS]

    def how_far(other: Topic) -> tuple[int, float]:
        return abs(groups.index(other.group) - groups.index(lesson.group)), abs(other.order - lesson.order)

    return min(on_path, key=lambda one: how_far(one[1]))[0]
