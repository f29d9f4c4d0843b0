"""Where a mistake's `when` gives the right answer on a visible test in which the slip would show, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from lib.exercises import EXERCISES
from lib.grading.expected import lesson_mistakes, mistaken_parts, torch_parts
from lib.grading.judge import fits
from lib.grading.trial import answered
from lib.lesson.spec import always

OTHER_UNIT = "with another unit it is the unit's own logarithm"
AFTER_THE_FIRST = "without the power it is the first update's correction, which later updates share with other slips"
ANOTHER_DISTANCE = "the slip belongs to one distance; with another p or distance it would be another formula"
ONE_WAY_ONLY = "the constant can be left out where it is asked for, and added where it is not"
NOTHING_AVERAGED = "without a mean nothing is averaged first, nor rooted"
NOT_HERE = "with these arguments the formula has no such step, or the lesson's file says where it is made"

REMAIN = {
    ("self_information", "logarithm_to_base_2"): OTHER_UNIT,
    ("entropy", "logarithm_to_base_2"): OTHER_UNIT,
    ("cross_entropy_of_distributions", "logarithm_to_base_2"): OTHER_UNIT,
    ("cross_entropy_of_distributions", "zero_times_infinity"): NOT_HERE,
    ("kl_divergence", "logarithm_to_base_2"): OTHER_UNIT,
    ("mse_loss", "root_mean_square"): NOTHING_AVERAGED,
    ("mse_loss", "averages_first"): NOTHING_AVERAGED,
    ("l1_loss", "averages_first"): NOTHING_AVERAGED,
    ("smooth_l1_loss", "keeps_the_sign"): NOT_HERE,
    ("bce_loss", "leaves_out_the_no"): NOT_HERE,
    ("bce_loss", "logarithms_swapped"): NOT_HERE,
    ("poisson_nll_loss", "adds_the_log_rate"): NOT_HERE,
    ("kl_div_loss", "cross_entropy"): NOT_HERE,
    ("hinge_embedding_loss", "hinge_everywhere"): NOT_HERE,
    ("bce_with_logits_loss", "leaves_out_the_no"): NOT_HERE,
    ("bce_with_logits_loss", "ignores_pos_weight"): NOT_HERE,
    ("nll_loss", "counts_the_ignored"): NOT_HERE,
    ("multi_label_soft_margin_loss", "leaves_out_the_no"): NOT_HERE,
    ("gaussian_nll_loss", "leaves_out_the_constant"): ONE_WAY_ONLY,
    ("gaussian_nll_loss", "adds_the_constant"): ONE_WAY_ONLY,
    ("multi_margin_loss", "leaves_out_the_square"): NOT_HERE,
    ("multi_margin_loss", "squares_the_sum"): NOT_HERE,
    ("triplet_margin_loss", "leaves_out_the_root"): ANOTHER_DISTANCE,
    ("triplet_margin_loss", "keeps_the_sign"): ANOTHER_DISTANCE,
    ("triplet_margin_loss", "measures_along_the_axes"): ANOTHER_DISTANCE,
    ("triplet_margin_with_distance_loss", "leaves_out_the_root"): ANOTHER_DISTANCE,
    ("triplet_margin_with_distance_loss", "keeps_the_sign"): ANOTHER_DISTANCE,
    ("triplet_margin_with_distance_loss", "takes_the_root"): ANOTHER_DISTANCE,
    ("triplet_margin_with_distance_loss", "averages_the_coordinates"): ANOTHER_DISTANCE,
    ("triplet_margin_with_distance_loss", "cosine_for_distance"): ANOTHER_DISTANCE,
    ("cross_entropy_loss", "nll_of_scores"): NOT_HERE,
    ("cross_entropy_loss", "ignores_weight"): NOT_HERE,
    ("cross_entropy_loss", "divides_by_the_weights"): NOT_HERE,
    ("ctc_loss", "ends_in_the_label_only"): NOT_HERE,
    ("ctc_loss", "divides_by_all_labels"): NOT_HERE,
    ("sgd_momentum_step", "dampens_the_first_gradient"): NOT_HERE,
    ("adam_step", "bias_correction_1_without_the_power"): AFTER_THE_FIRST,
    ("adam_step", "bias_correction_2_without_the_power"): AFTER_THE_FIRST,
    ("amsgrad_step", "bias_correction_1_without_the_power"): AFTER_THE_FIRST,
    ("amsgrad_step", "bias_correction_2_without_the_power"): AFTER_THE_FIRST,
    ("adamw_step", "bias_correction_1_without_the_power"): AFTER_THE_FIRST,
    ("adamw_step", "bias_correction_2_without_the_power"): AFTER_THE_FIRST,
    ("adamax_step", "bias_correction_1_without_the_power"): AFTER_THE_FIRST,
    ("rprop_step", "leaves_out_the_bounds"): NOT_HERE,
    ("nadam_step", "bias_correction_2_without_the_power"): AFTER_THE_FIRST,
    ("radam_step", "bias_correction_1_without_the_power"): AFTER_THE_FIRST,
    ("cyclic_lr", "halves_the_first_too"): NOT_HERE,
    ("one_cycle_lr", "upside_down"): NOT_HERE,
    ("find_the_mistake_in_cross_entropy", "nll_of_scores"): NOT_HERE,
    ("find_the_mistake_in_kl", "cross_entropy"): NOT_HERE,
}


def hidden_by_guards() -> Iterator[tuple[tuple[str, str], str]]:
    """Exercise and mistake, and a visible test in which only the guard makes the answer right."""
    for exercise in EXERCISES.values():
        for mistake in lesson_mistakes(exercise) if exercise.expected == "lesson" else ():
            for test in exercise.visible if mistake.when is not always else ():
                try:
                    given = test.args()
                    with np.errstate(all="ignore"):
                        guarded, bare = (
                            answered(mistaken_parts(exercise, one, given))
                            for one in (mistake, replace(mistake, when=always))
                        )
                        right = answered(torch_parts(exercise, given))
                except (
                    ArithmeticError,
                    LookupError,
                    TypeError,
                    ValueError,
                    AttributeError,
                ):  # without its guard it cannot be made
                    continue
                if fits(test, guarded, right) and not fits(test, bare, right):
                    yield (exercise.slug, mistake.name), test.name


@pytest.mark.long
def test_guards_hide_no_slip_without_a_reason():
    found = list(hidden_by_guards())
    unknown = [f"{' / '.join(pair)}: {test}" for pair, test in found if pair not in REMAIN]
    assert not unknown, "\n".join(unknown)
