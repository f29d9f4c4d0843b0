"""Addresses from before ids: they held the label of what was chosen, and still open the same view.

The labels stand here as they were then, whatever they are called today.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

import streamlit as st

from lib.catalog import LOSSES
from lib.exercises import EXERCISES

# Name of the parameter (* for any beginning or end) → label → id.
LABELS: Mapping[str, Mapping[str, str]] = {
    "*_view": {
        "Picture": "picture",
        "Gradient": "gradient",
        "Extreme inputs": "extreme_inputs",
        "Pitfalls": "pitfalls",
        "Code": "code",
        "Your own NumPy": "own_numpy",
        "Path": "path",
        "Step-by-step table": "table",
        "Compare": "compare",
        "Sweep": "sweep",
        "Conventions": "conventions",
        "Curve": "curve",
        "Table": "table",
        "Weights and memory": "memory",
        "Momentum": "momentum",
        "SGD's buffer": "buffer",
        "Why ¼": "why",
        "Ten learning rates": "sweep",
        "Directions": "directions",
        "Code and pitfalls": "code",
        "Loss and accuracy": "loss",
        "Learning rate": "rate",
        "Gradient norms": "norms",
        "Look back": "look_back",
        "Take away": "take_away",
    },
    "*_picture": {
        "One number moves": "moves",
        "Two numbers move": "two_move",
        "Share of each loss": "shares",
        "What are we dividing by?": "divisor",
        "Path": "path",
        "Loss per update": "loss",
        "Parameter per update": "parameter",
        "Effective step": "step",
    },
    "self_information_picture": {"Surprise falls as probability grows": "curves"},
    "entropy_picture": {"A coin of every bias": "curves", "What each outcome adds": "bars"},
    "kl_divergence_picture": {
        "KL(P‖Q) as Q moves": "curves",
        "The other way: KL(Q‖P) as Q moves": "curves_2",
        "Beside cross-entropy": "curves_3",
        "What each outcome adds": "bars",
    },
    "cross_entropy_picture": {
        "Cross-entropy and KL divergence as Q moves": "curves",
        "Certain, or not quite": "curves_2",
        "What each outcome adds": "bars",
    },
    "cross_entropy_loss_picture": {"Scores as probabilities": "bars", "One score moves": "curves"},
    "nll_loss_picture": {"The right class's probability moves": "curves", "What the sample predicts": "bars"},
    "bce_loss_picture": {"The probability moves": "curves"},
    "bce_with_logits_loss_picture": {"The score moves": "curves", "Beside a squared error": "curves_2"},
    "multi_margin_loss_picture": {
        "The right score moves": "curves",
        "Beside cross-entropy": "curves_2",
        "Which classes are too close": "bars",
    },
    "multi_label_margin_loss_picture": {"One right class moves": "curves", "What each label costs": "bars"},
    "multi_label_soft_margin_loss_picture": {
        "Probability of each class": "bars",
        "What each class costs": "bars_2",
        "One score of three moves": "curves",
    },
    "soft_margin_loss_picture": {"The score moves": "curves", "The same as BCE with logits": "curves_2"},
    "l1_loss_picture": {"The best single guess is the median": "curves", "L1 against MSE": "curves_2"},
    "mse_loss_picture": {"The best single guess is the mean": "curves", "MSE against L1": "curves_2"},
    "smooth_l1_loss_picture": {"Smooth L1 and Huber against L1 and MSE": "curves", "What beta does": "curves_2"},
    "huber_loss_picture": {"Smooth L1 and Huber against L1 and MSE": "curves", "What delta does": "curves_2"},
    "poisson_nll_loss_picture": {
        "Each count has its best log-rate": "curves",
        "The same against the rate itself": "curves_2",
    },
    "kl_div_loss_picture": {"Parts of the divergence": "bars", "Guessing a half": "curves"},
    "gaussian_nll_loss_picture": {"How sure should it be?": "curves", "Doubt flattens the parabola": "curves_2"},
    "margin_ranking_loss_picture": {"The hinge": "curves"},
    "hinge_embedding_loss_picture": {"Two branches": "curves"},
    "cosine_embedding_loss_picture": {"Two arrows": "vectors", "One vector turns": "curves"},
    "triplet_margin_loss_picture": {"Two distances": "vectors", "The negative moves away": "curves"},
    "triplet_margin_with_distance_loss_picture": {
        "Two distances": "vectors",
        "The negative goes round in a circle": "curves",
    },
    "ctc_loss_picture": {
        "The lattice": "heatmap",
        "The frames": "heatmap_2",
        "One frame makes up its mind": "curves",
    },
    "*_objective": {
        "y = (2x)²": "bowl",
        "Long valley": "quadratic",
        "Long valley with noise": "noisy quadratic",
        "Rosenbrock's banana": "rosenbrock",
        "Beale": "beale",
        "Himmelblau": "himmelblau",
        "Saddle": "saddle",
        "y = |x|": "absolute",
        "Gradients that I type": "typed gradients",
    },
    "sgd_convention": {
        "Keras and TensorFlow: the learning rate inside the buffer": "1",
        "The same with a constant learning rate": "2",
        "Nesterov's look-ahead point": "3",
    },
    "rprop_convention": {"Rprop+ of the 1993 paper: take the step back": "1"},
    "adagrad_convention": {"Keras and optax: epsilon under the root": "1"},
    "rmsprop_convention": {
        "Keras, TensorFlow and optax: epsilon under the root": "1",
        "TensorFlow's momentum: the learning rate inside the buffer": "2",
    },
    "adam_convention": {
        "Keras and TensorFlow: epsilon before the correction": "1",
        "optax: AMSGrad after the correction": "2",
    },
    "adamax_convention": {"Keras: epsilon when dividing": "1"},
    "sparse_adam_convention": {"Adam, with zeros for the absent rows": "1"},
    "adamw_convention": {"The paper: decay by λ alone": "1"},
    "nadam_convention": {
        "optax: the same momentum throughout": "1",
        "Keras: the momentum grows with 0.96ᵗ": "2",
    },
    "radam_convention": {"The paper: from a memory of 4 on": "1"},
    "adafactor_convention": {"The paper and Keras: epsilon inside the squares": "1"},
    "muon_convention": {"Exact: U Vᵀ from a singular value decomposition": "1"},
    "averages_gradients": {"Always 1": "constant", "Your numbers": "own"},
    "descent_sweep": {"0.01 to 0.2": "0.2", "0.01 to 0.3": "0.3", "0.01 to 0.5": "0.5"},
    "train_data": {
        "Moons": "moons",
        "Spirals": "spirals",
        "Circles": "circles",
        "Blobs": "blobs",
        "XOR": "xor",
        "Noisy sine": "sine",
    },
    "clinic_which": {"any loss": "any", **{lesson.torch_name: slug for slug, lesson in LOSSES.items()}},
    "clinic_is_*": {"found it": "found", "not it": "not_it"},
    "choosing_part": {"A loss": "loss", "An optimizer": "optimizer", "Five applications": "applications"},
    "choosing_task": {
        "One class out of several": "one_class",
        "A class for every pixel or every step": "every_pixel",
        "Yes or no": "yes_or_no",
        "Several labels at once": "many_labels",
        "One class is rare": "rare_class",
        "A distribution as the answer": "soft_target",
        "Two distributions alike": "two_distributions",
        "A number": "a_number",
        "A number, with outliers": "outliers",
        "A number, and how sure": "how_sure",
        "A count": "a_count",
        "An order": "an_order",
        "Vectors: pairs that are alike or not": "pairs",
        "Vectors: near to one, far from another": "triplets",
        "A sequence without alignment": "unaligned",
    },
    "choosing_situation": {
        "A deep network, nothing special": "deep_net",
        "A convolutional network, tuned with care": "vision",
        "A transformer": "transformer",
        "Hidden weights that are matrices": "hidden_matrices",
        "Large embeddings, few rows per batch": "sparse",
        "All the data in every step": "full_batch",
        "A small smooth problem": "small_convex",
        "A recurrent network": "recurrent",
        "Memory is tight": "memory",
        "No learning rate to tune": "no_tuning",
    },
    "choosing_application": {
        "Image classification": "image_classification",
        "Image segmentation": "segmentation",
        "Object detection": "detection",
        "Adversarial generation": "adversarial",
        "Recurrent networks": "recurrent",
    },
    "article_status": {
        "still true": "still_true",
        "changed": "changed",
        "no longer runs": "no_longer_runs",
    },
    "exercises_topic": {
        "Every topic": "every",
        "Foundations": "foundations",
        "Losses": "losses",
        "Gradients by hand": "gradients",
        "Optimizers, one update at a time": "optimizers",
        "Learning rates": "schedulers",
        "Find the mistake": "debugging",
        **{
            tag[:1].upper() + tag[1:]: f"tag_{tag.replace(' ', '_')}"
            for exercise in EXERCISES.values()
            for tag in exercise.tags
        },
    },
    "exercises_level": {
        "Every level": "every",
        "Level 1": "1",
        "Level 2": "2",
        "Level 3": "3",
        "Level 4": "4",
        "Level 5": "5",
    },
    "exercises_state": {
        "Every state": "every",
        "Passed": "passed",
        "Solution seen": "solution_seen",
        "Started": "started",
        "New": "new",
    },
}
_COUNTED = re.compile(r":\w+\[(.+)\] \d+")  # the marks of the article stood there with their colour and count


def translate_address() -> None:
    """Puts ids in place of old labels, before anything on the page is drawn."""
    held = st.query_params.to_dict()
    ids = {name: id_of(name, value) for name, value in held.items()}
    if changed := {name: wanted for name, wanted in ids.items() if wanted not in ("", held[name])}:
        st.query_params.update(changed)


def id_of(name: str, value: str) -> str:
    """The id in place of an old label; empty where the value is none."""
    counted = _COUNTED.fullmatch(value)
    label = counted[1] if counted else value
    fitting = (labels[label] for key, labels in LABELS.items() if label in labels and fnmatchcase(name, key))
    return next(fitting, "")
