"""The first example parts the mistakes: any two that show at its result give two numbers there.

Of an optimizer that is the update, of a scheduler the epoch, on which its page opens. Those that cannot be parted there
are listed, and where the learner sees them apart is tested too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pytest

from lib.catalog import ENTROPY, LOSSES, OPTIMIZERS, SCHEDULERS
from lib.lesson.optimizer import Optimizer
from lib.lesson.run import Case
from lib.lesson.run.schedule import schedule_by_hand
from lib.lesson.run.set_up import set_up
from lib.lesson.run.trace import trace_by_hand
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Topic
from lib.lesson.working.diagnose import mistaken

Seen = Literal["at an earlier row", "in another update", "nowhere"]

ROW: Seen = "at an earlier row"
LATER: Seen = "in another update"  # or epoch, of the same example
NOWHERE: Seen = "nowhere"
SEEN: Mapping[str, Mapping[tuple[str, ...], Seen]] = {
    "kl_divergence": {
        ("distributions_swapped", "the_other_way"): ROW,
    },
    "bce_with_logits_loss": {
        ("exponent_without_minus", "logarithms_swapped"): ROW,  # 1 − σ(x) is σ(−x)
    },
    "margin_ranking_loss": {
        ("second_minus_first", "leaves_out_the_minus"): ROW,
    },
    "ctc_loss": {
        ("starts_anywhere", "ends_anywhere"): ROW,  # the same paths, from the other end
    },
    "sgd": {
        ("buffer_forgotten", "steps_along_the_bare_gradient"): ROW,
    },
    "rprop": {
        ("never_shrinks", "takes_the_step_back"): ROW,
        ("never_grows", "steps_by_the_old_size"): ROW,
        ("never_grows", "steps_by_lr"): ROW,
        ("steps_by_the_old_size", "steps_by_lr"): LATER,
        ("keeps_the_turned_gradient", "steps_after_the_flip"): ROW,
    },
    "adam": {
        ("square_average_weights_swapped", "square_average_adds_all"): ROW,  # a thousandth of the square parts them
        ("square_average_squares_the_weight", "divides_by_the_old_average"): ROW,
        ("bias_correction_1_counts_from_0", "bias_correction_1_without_the_power"): LATER,  # t − 1 is 1 at t = 2
        ("bias_correction_2_counts_from_0", "bias_correction_2_without_the_power"): LATER,
        ("corrections_count_from_0", "does_not_count"): ROW,
    },
    "adamax": {
        ("size_does_not_fade", "averages_the_size"): ROW,
        ("forgets_the_old_size", "smaller_of_the_two"): NOWHERE,  # in a bowl no gradient is larger than the last
        ("does_not_count", "bias_correction_1_counts_from_0"): ROW,
        ("does_not_count", "bias_correction_1_without_the_power"): ROW,
        ("bias_correction_1_counts_from_0", "bias_correction_1_without_the_power"): LATER,
    },
    "sparse_adam": {
        ("gradient_for_the_average", "steps_along_the_gradient"): ROW,
        ("square_average_weights_swapped", "square_average_adds_all"): ROW,
        ("no_correction", "steps_by_the_bare_rate"): ROW,
        ("rate_without_the_power", "rate_counts_from_0"): LATER,
    },
    "lbfgs": {
        ("goes_up", "stays_where_it_was"): ROW,
        ("old_minus_new", "gradient_for_the_change", "point_for_the_move"): ROW,
    },
    "adamw": {
        ("square_average_weights_swapped", "square_average_adds_all"): ROW,
        ("square_average_squares_the_weight", "divides_by_the_old_average"): ROW,
        ("bias_correction_1_counts_from_0", "bias_correction_1_without_the_power"): LATER,
        ("bias_correction_2_counts_from_0", "bias_correction_2_without_the_power"): LATER,
        ("counts_from_0", "does_not_count"): ROW,
    },
    "nadam": {
        ("everything_counts_from_0", "does_not_count"): ROW,
        ("everything_counts_from_0", "bias_correction_2_counts_from_0"): ROW,
        ("everything_counts_from_0", "bias_correction_2_without_the_power"): ROW,
        ("does_not_count", "bias_correction_2_counts_from_0"): ROW,
        ("does_not_count", "bias_correction_2_without_the_power"): ROW,
        ("bias_correction_2_counts_from_0", "bias_correction_2_without_the_power"): LATER,
        ("product_starts_at_0", "mixed_without_correction"): ROW,
        ("square_average_weights_swapped", "square_average_adds_all"): ROW,
        ("square_average_squares_the_weight", "divides_by_the_old_average"): ROW,
    },
    "radam": {
        ("bias_correction_1_counts_from_0", "bias_correction_1_without_the_power"): LATER,
        ("bias_correction_1_counts_from_0", "counts_from_0"): LATER,
        ("bias_correction_1_counts_from_0", "does_not_count"): ROW,
        ("bias_correction_1_without_the_power", "counts_from_0"): LATER,
        ("bias_correction_1_without_the_power", "does_not_count"): ROW,
        ("counts_from_0", "does_not_count"): ROW,
        ("bias_correction_1_one_update_ahead", "one_update_ahead"): LATER,
        ("m_hat_not_corrected", "warm_up_without_correction"): ROW,
        ("memory_after_endless_updates", "always_divides"): ROW,
        ("memory_without_t", "memory_without_the_2"): LATER,
    },
    "adafactor": {
        ("pace_without_the_size", "steps_by_lr"): ROW,
    },
    "muon": {
        ("average_weights_swapped", "direction_weights_swapped"): ROW,
        ("root_mean_square", "forgets_the_root"): ROW,  # what follows divides by the length anyway
        ("columns_over_rows", "leaves_out_the_ratio"): ROW,  # of a tall matrix both leave 1
    },
    "cosine_annealing_lr": {
        ("degrees", "one_epoch_behind"): LATER,
        ("whole_wave", "one_epoch_ahead"): LATER,  # 2t is t + 1 at t = 1
    },
    "chained_scheduler": {
        ("last_schedule_alone", "smallest_factor"): ROW,
        ("smallest_rate", "first_schedule_alone"): ROW,
    },
    "reduce_lr_on_plateau": {
        ("epoch_not_counted", "patience_counts_one_more"): ROW,
        ("epoch_not_counted", "threshold_the_other_way"): ROW,
        ("epoch_not_counted", "leaves_the_rate"): ROW,
        ("patience_counts_one_more", "threshold_the_other_way"): ROW,
        ("patience_counts_one_more", "leaves_the_rate"): NOWHERE,  # each puts the drop off; whole runs part them
        ("threshold_the_other_way", "leaves_the_rate"): ROW,
    },
    "cosine_annealing_warm_restarts": {
        ("one_epoch_ahead", "whole_wave"): ROW,
    },
}


def cases(lesson: Topic) -> Iterator[Case]:
    """The first example as its page opens, then its other updates or epochs."""
    form = lesson.examples[0].values
    if isinstance(lesson, Optimizer):
        ready = set_up(lesson, form)
        trace = trace_by_hand(lesson, ready.param, ready.grads, ready.values, min(ready.updates, 40))
        for update in (2, *(u for u in range(1, len(trace) + 1) if u != 2)):
            before = {"param": ready.param, "state": {}} if update == 1 else vars(trace[update - 2])
            given = {"param": before["param"], "state": before["state"], "grad": trace[update - 1].grad}
            yield Case.of(lesson, {**ready.values, **given})
    elif isinstance(lesson, Scheduler):
        values = {name: value for name, value in form.items() if name not in ("steps", "metrics")}
        schedule = schedule_by_hand(lesson, values, form["steps"], form.get("metrics"))
        changes = [e for e in range(1, len(schedule)) if schedule[e].lr != schedule[e - 1].lr]
        for epoch in (changes[0], *(e for e in range(len(schedule)) if e != changes[0])):
            yield Case.of(lesson, schedule[epoch].given)
    else:
        yield Case.of(lesson, form)


def shown(lesson: Topic, case: Case) -> dict[str, dict[str, np.ndarray]]:
    """By mistake, the numbers of the rows, of those whose result is another one than the right one."""
    last = list(case.forward.sent)[-1]
    found = {}
    for name, mistake in lesson.mistakes.items():
        wrong = mistaken(case, mistake)
        if wrong is None or not np.isfinite(wrong.sent[last]).all():
            continue
        if not alike(wrong.sent[last], case.forward.sent[last]):
            found[name] = wrong.sent
    return found


def alike(a: Any, b: Any) -> bool:
    """Whether two values are the same to the digits that are typed."""
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=5e-5, atol=1e-12, equal_nan=True)


def twins(lesson: Topic, case: Case) -> Iterator[tuple[str, str]]:
    last = list(case.forward.sent)[-1]
    for (one, a), (other, b) in combinations(shown(lesson, case).items(), 2):
        if alike(a[last], b[last]):
            yield one, other


def listed(slug: str) -> dict[frozenset[str], Seen]:
    return {frozenset(pair): seen for group, seen in SEEN.get(slug, {}).items() for pair in combinations(group, 2)}


ALL = [pytest.param(x, id=slug) for slug, x in {**ENTROPY, **LOSSES, **OPTIMIZERS, **SCHEDULERS}.items()]


@pytest.mark.parametrize("lesson", ALL)
def test_mistakes_differ_at_the_result_of_the_first_example(lesson):
    found = {frozenset(pair) for pair in twins(lesson, next(cases(lesson)))}
    assert found == set(listed(lesson.slug)), "those that coincide, and those that are listed"


PAIRS = [
    pytest.param(slug, pair, seen, id="-".join([slug, *sorted(pair)]))
    for slug in SEEN
    for pair, seen in listed(slug).items()
]


@pytest.mark.parametrize(("slug", "pair", "seen"), PAIRS)
def test_those_that_coincide_are_seen_apart(slug, pair, seen):
    lesson = {**ENTROPY, **LOSSES, **OPTIMIZERS, **SCHEDULERS}[slug]
    opened, *others = cases(lesson)
    if seen == LATER:
        assert any(
            pair <= shown(lesson, case).keys() and pair not in map(frozenset, twins(lesson, case)) for case in others
        )
    if seen == ROW:
        one, other = (shown(lesson, opened)[name] for name in pair)
        assert any(not alike(one[row], other[row]) for row in one if row in other)
