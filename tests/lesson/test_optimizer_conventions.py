"""Where other frameworks' updates part from torch's: first update, first buffer, and how far they end apart."""

from __future__ import annotations

import numpy as np
import pytest

from lib.catalog import OPTIMIZERS
from lib.lesson import run
from lib.lesson.run.set_up import in_torchs_terms, set_up
from lib.lesson.run.trace import first_parting

PARTINGS = [
    ("sgd", "Keras and TensorFlow: the learning rate inside the buffer", (11, "momentum_buffer"), 0.0587),
    ("sgd", "The same with a constant learning rate", None, 0.0),
    ("sgd", "Nesterov's look-ahead point", (11, "momentum_buffer"), 0.013),
    ("rprop", "Rprop+ of the 1993 paper: take the step back", (10, "param"), 0.000138),
    ("adagrad", "Keras and optax: epsilon under the root", (1, "param"), 0.197),
    ("rmsprop", "Keras, TensorFlow and optax: epsilon under the root", (1, "param"), 0.43),
    ("rmsprop", "TensorFlow's momentum: the learning rate inside the buffer", (11, "momentum_buffer"), 0.668),
    ("adam", "Keras and TensorFlow: epsilon before the correction", (1, "param"), 0.352),
    ("adam", "optax: AMSGrad after the correction", (2, "param"), 0.297),
    ("adamax", "Keras: epsilon when dividing", (1, "exp_inf"), 0.0428),
    ("sparse_adam", "Adam, with zeros for the absent rows", (1, "param"), 0.0709),
    ("adamw", "The paper: decay by λ alone", (1, "param"), 0.261),
    ("nadam", "optax: the same momentum throughout", (1, "param"), 0.379),
    ("nadam", "Keras: the momentum grows with 0.96ᵗ", (1, "mu_product"), 0.0519),
    ("radam", "The paper: from a memory of 4 on", (5, "param"), 0.0554),
    ("adafactor", "The paper and Keras: epsilon inside the squares", (1, "param"), 0.255),
    ("muon", "Exact: U Vᵀ from a singular value decomposition", (1, "param"), 0.0893),
]


def test_every_convention_is_in_the_table():
    named = {(slug, c.name) for slug, lesson in OPTIMIZERS.items() for c in lesson.conventions}
    assert named == {(slug, name) for slug, name, _, _ in PARTINGS}


@pytest.mark.parametrize(("slug", "name", "parting", "apart"), PARTINGS, ids=[f"{s}-{n}" for s, n, _, _ in PARTINGS])
def test_convention_parts_at_its_update_and_buffer(slug, name, parting, apart):
    lesson = OPTIMIZERS[slug]
    convention = next(c for c in lesson.conventions if c.name == name)
    ready = set_up(lesson, convention.values)
    arguments = (ready.param, ready.grads, ready.values, ready.updates)
    ours = run.trace_by_hand(lesson, *arguments)
    others = run.trace_by_hand(lesson, *arguments, way=convention.by_hand)
    found = first_parting(ours, in_torchs_terms(lesson, convention, ready, others))
    assert (found and (found.update, found.buffer)) == parting
    assert np.max(np.abs(ours[-1].param - others[-1].param)) == pytest.approx(apart, rel=0.02, abs=1e-12)
