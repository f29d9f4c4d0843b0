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

OWN_ROAD = "with this reduction nothing is averaged or put together, so the slip has no place"
NOT_SMOOTHED = "with smoothing every class counts, so the right class's score alone is no longer the road that was left"
OTHER_POWER = "with p = 1 nothing is squared"
NO_CONSTANT = "with full=False there is no constant to get wrong"
NO_DECOUPLED_DECAY = "the decay is in the gradient there, and nothing shrinks"
ANOTHER_DISTANCE = "the slip belongs to one distance; with another p or distance it would be another formula"
NO_COSINE = "the way is straight there, without a cosine"

REASONS = {  # by the mistake, whose guard is the same wherever it is made
    "zero_times_infinity": "where Q leaves the class possible, 0 · log q is 0 in code too",
    "root_mean_square": OWN_ROAD,
    "averages_first": OWN_ROAD,
    "length_of_the_error": "a loss that is kept is no length; MSE's sum has a road of its own in code, without a root",
    "compares_all_with_all": "it takes one axis, once as a column: tables, and losses that are kept, get another shape",
    "pairs_column_and_row": "nothing is stretched there: column and row do not meet",
    "hinge_everywhere": "at targets that are neither 1 nor −1, if_on_the_whole_array tells code that takes it",
    "squares_the_distance": "a target that is neither 1 nor −1 has both branches, and code may square either",
    "averages_each_branch": "nothing is averaged there, or targets that are neither 1 nor −1 belong to no branch",
    "cuts_off_the_mean": "the losses are kept there: there is no mean to cut off",
    "weights_labels_only": "there is no weight; far out, bare 0 · ∞ would stand for it",
    "pos_weight_on_the_no": "there is no pos_weight; far out, bare 0 · ∞ would stand for it",
    "leaves_out_the_constant": NO_CONSTANT,
    "adds_the_constant": "with full=True the constant is right",
    "twice_the_constant": NO_CONSTANT,
    "adds_the_constant_once": f"{NO_CONSTANT}; with a mean, once is right",
    "squares_the_sum": OTHER_POWER,
    "weight_inside_the_square": OTHER_POWER,
    "takes_the_margin_off": "with p = 1 the right class's own term is the margin: taking it off is right",
    "leaves_out_the_root": ANOTHER_DISTANCE,
    "keeps_the_sign": ANOTHER_DISTANCE,
    "measures_along_the_axes": ANOTHER_DISTANCE,
    "takes_the_root": ANOTHER_DISTANCE,
    "averages_the_coordinates": ANOTHER_DISTANCE,
    "cosine_for_distance": ANOTHER_DISTANCE,
    "product_without_lengths": ANOTHER_DISTANCE,
    "nll_of_scores": NOT_SMOOTHED,
    "logarithm_of_the_score": NOT_SMOOTHED,
    "one_minus_the_probability": NOT_SMOOTHED,
    "minus_the_probability": NOT_SMOOTHED,
    "weighs_the_divisor_only": "with smoothing the weights stand in each class's share too: code may leave out either",
    "divides_by_the_weights": "with class indices dividing by the targets' weights is right",
    "ends_in_the_label_only": "an empty target has no last label",
    "always_divides": "with 'mean' dividing by the target's length is right",
    "divides_by_all_labels": "with targets of one label or none, the number of labels is no other divisor than torch's",
    "does_not_know_batchmean": "another reduction than batchmean: its divisor is right",
    "divides_by_those_that_pull": "a sum is not divided",
    "dampens_the_first_gradient": "nothing is dampened, or the buffer is there already",
    "rate_in_every_buffer": "without a buffer from before, putting the rate in is rate_in_the_buffer, or nothing",
    "divides_by_the_old_average": "centered, the old mean square less the new mean's square may be negative: "
    "centers_with_the_old_mean is the slip there",
    "shrinks_after_the_step": NO_DECOUPLED_DECAY,
    "corrected_averages_carried_on": "before the first update there is nothing to carry on",
    "first_size_from_the_gradient": "after the first update each number has a size of its own",
    "full_rate_afterwards": "the line has not ended yet",
    "stays_where_it_began": "the curve has not ended yet",
    "takes_the_largest": OWN_ROAD,
    "takes_the_middle_one": OWN_ROAD,
    "divides_by_one_fewer": "a sum or kept losses are not divided; of two losses one fewer is one",
    "logarithms_added": "where a probability is 0 the logarithm is infinite, and code has a road of its own",
    "logarithm_of_the_mean": "with weights, or without a mean, it is no logarithm of one mean",
    "count_times_the_rate": "without log_input, or with the constant, the product is another slip's",
    "all_yes": "with weights each class pays its own, and 'all yes' would be several slips",
    "all_no": "with weights each class pays its own, and 'all no' would be several slips",
    "adds_the_score_of_yes": "with weights the score would be weighed or not, which are two slips",
    "another_logarithm": "with weights the factor of the logarithm cannot be told from theirs",
    "averages_everything": "kept losses are not averaged; with weights the divisor is theirs",
    "largest_coordinate": ANOTHER_DISTANCE,
    "measures_from_the_positive": "swapped, the smaller of the two distances is taken: this one is right then",
    "normalises_over_the_samples": "in other shapes than a table the samples are no axis to normalise over",
    "halves_the_first_too": "in another mode than triangular2 nothing is halved",
    "gamma_once_a_cycle": "in another mode than exp_range there is no gamma",
    "leaves_out_pi": NO_COSINE,
    "not_halved": NO_COSINE,
    "upside_down": NO_COSINE,
    "threshold_the_other_way": "at first the best is infinite, and every loss is better on either side of it",
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
    unknown = [f"{' / '.join(pair)}: {test}" for pair, test in found if pair[1] not in REASONS]
    assert not unknown, "\n".join(unknown)
    stale = REASONS.keys() - {pair[1] for pair, _ in found}
    assert not stale, f"no guard hides these any more: {', '.join(sorted(stale))}"
