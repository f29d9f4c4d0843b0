"""What a step is called on the screen: a name that a learner knows, and torch's own name where it has one.

A step's own name (`exp_avg`) is a key: exercises, links and mistakes carry it. What is read is the name here, under the
step's base name; a lesson in which the same base name means something else says so in its Step (`called`, `torch`).
"""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "acc_delta": "average of squared steps",
    "agreement": "answer times score",
    "all_classes_part": "part of all classes",
    "average": "running average",
    "alpha": "probability of getting here",
    "ax": "average of parameters",
    "beta": "probability of the rest of the path",
    "bias_correction_1": "weight of all gradients so far",
    "bias_correction_2": "weight of all squares so far",
    "border": "border to beat",
    "clipped_pace": "step size, cut back",
    "col_var": "averages of squares by column",
    "corrected": "corrected average",
    "cost_of_label": "cost of each label",
    "cross_entropy": "cross-entropy",
    "cycle": "number of the cycle",
    "cycle_length": "length of the cycle",
    "decay": "gamma to the power of the epoch",
    "decayed": "gradient with weight decay",
    "delta": "step before the learning rate",
    "denominator": "usual size of the gradient",
    "difference": "difference of the scores",
    "divisor": "number to divide by",
    "drops": "number of drops so far",
    "entropy_plus_kl": "entropy plus KL divergence",
    "eta": "rate of the next update",
    "eta_now": "rate of this update",
    "evened": "evened matrix",
    "exp_avg": "average of gradients",
    "exp_avg_sq": "average of squared gradients",
    "exp_inf": "largest gradient, fading",
    "factors": "factors of the schedules",
    "fit": "squared error in variances",
    "grad_avg": "average of gradients",
    "gradient_change": "change of the gradient",
    "height": "height in the cycle",
    "information": "self-information",
    "is_wrong_class": "1 for each wrong class",
    "kl_divergence": "KL divergence",
    "largest": "largest average of squares so far",
    "likelihood": "probability of all paths",
    "log_no": "logarithm for “no”",
    "log_of_target": "logarithm of the target",
    "log_rate": "logarithm of the rate",
    "log_sum_exp": "log of the sum of eˣ",
    "log_variance": "logarithm of the variance",
    "log_yes": "logarithm for “yes”",
    "losses_tried": "losses tried",
    "lr": "learning rate",
    "m_hat": "corrected average of gradients",
    "max_exp_avg_sq": "largest average of squares so far",
    "memory": "gradients remembered",
    "metric": "number watched",
    "momentum_buffer": "gathered momentum",
    "move": "move of the last turn",
    "mu": "share for the next average",
    "mu_next": "momentum of the next update",
    "mu_product": "product of all momenta",
    "nearer_distance": "smaller of the negative's distances",
    "negative_distance": "distance of the negative",
    "negative_slope": "slope of the negative's distance",
    "negative_slope_back": "same slope, seen from the negative",
    "new_rows": "new rows of the parameter",
    "new_share": "share of the new squares",
    "norm": "length of the matrix",
    "num_bad_epochs": "epochs in vain",
    "own_epoch": "epoch of the schedule whose turn it is",
    "pace": "step size for this parameter",
    "param": "new parameter",
    "part": "part of the phase",
    "point": "new point",
    "positive_distance": "distance of the positive",
    "positive_slope": "slope of the positive's distance",
    "positive_slope_back": "same slope, seen from the positive",
    "posterior": "share of the paths through each class",
    "prev": "gradient to compare with next time",
    "ratio": "learning rate for this shape",
    "rectification": "trust in the division",
    "right_class_part": "part of the right class",
    "right_log_probability": "right class's log-probability",
    "right_score": "right class's score",
    "row_average": "average of gradients, by row",
    "row_gradient": "gradient of the rows",
    "row_square_average": "average of squared gradients, by row",
    "row_var": "averages of squares by row",
    "rows": "rows with a gradient",
    "scaled": "scaled gradient",
    "self_information": "self-information",
    "share": "share of each loss",
    "share_per_class": "share of each class",
    "share_per_sample": "share of each sample",
    "shortfall": "what is lacking",
    "shrunk": "parameter after weight decay",
    "since_restart": "epochs since the restart",
    "singular_values_after": "singular values afterwards",
    "size": "size of the error",
    "softmax": "probabilities of the classes",
    "square_avg": "average of squared gradients",
    "squared_length1": "squared length of the first vector",
    "squared_length2": "squared length of the second vector",
    "states": "states of the lattice",
    "step": "number of the update",
    "step_size": "size of the step",
    "stirling": "Stirling's term",
    "sum": "sum of squared gradients",
    "surprise": "surprise at each outcome",
    "swap_distance": "distance of negative and positive",
    "swap_slope": "slope of their distance",
    "target_probability": "target as a probability",
    "target_pull": "target as probabilities",
    "term": "part of each outcome",
    "the_other_way": "KL divergence the other way round",
    "time_left": "part of the time that is left",
    "tried": "step lengths tried",
    "turn": "schedule whose turn it is",
    "uphill": "gradient, turned round",
    "v_hat": "corrected average of squares",
    "variance_estimate": "estimated mean square",
    "wave": "where the cosine stands",
    "way": "part of the way",
    "weighted": "surprise times probability",
}

# Names that say the same to a learner as to whoever wrote them: only the underscores go.
PLAIN = frozenset(
    "cosine curvature direction dot_product entropy error factor gradient logarithm loss loss_per_class "
    "loss_per_element loss_per_label loss_per_pair loss_per_sample loss_per_triplet momentum next_x probabilities "
    "probability pull push push_apart singular_values slope step_length times_too_high times_too_low total_weight "
    "variance velocity".split()
)

# Torch's buffers and functions behind a step of this name.
TORCH: Mapping[str, str] = {
    **{
        name: name
        for name in (
            "acc_delta ax col_var eta exp_avg exp_avg_sq exp_inf grad_avg lr max_exp_avg_sq momentum_buffer "
            "mu mu_product num_bad_epochs prev row_var square_avg step step_size sum"
        ).split()
    },
    "row_average": "exp_avg",
    "row_square_average": "exp_avg_sq",
    "log_sum_exp": "torch.logsumexp",
    "softmax": "torch.softmax",
}

_GRADIENT = "d_"  # d_input is what torch keeps in input.grad


def name_of(base: str) -> str:
    """The name to read for a step's base name."""
    if base.startswith(_GRADIENT):
        return f"gradient of {base.removeprefix(_GRADIENT)}"
    return NAMES.get(base, base.replace("_", " "))


def torch_name_of(base: str) -> str:
    """Torch's name for it; empty where torch has none."""
    return f"{base.removeprefix(_GRADIENT)}.grad" if base.startswith(_GRADIENT) else TORCH.get(base, "")
