"""Links that ask for too much: within two seconds and 200 MB there is a sentence where the learner stands."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib.catalog import LESSONS
from lib.lesson.pieces.draw import draw_values
from lib.lesson.spec import Tensor
from lib.ui.kept import Kept, bytes_of
from tests.pages.any_address import script
from tests.pages.test_addresses import at_address
from tests.pages.test_every_page import healthy

ROOT = Path(__file__).parents[2]
SECONDS, MEGABYTES = 3.0, 200  # of the processor: two, and the page itself

LARGE = {"adam_objective": "quadratic", "adam_start": "zeros(500, 2)", "adam_updates": "1000", "adam_drop_at": "2"}
NO_END = {"lbfgs_tolerance_grad": "0", "lbfgs_tolerance_change": "0"}
LINKS = {  # page, query, what is said (nothing: it is computed)
    "a history of a thousand million": ("lbfgs", {"lbfgs_history_size": "1000000000"}, "MB of memory"),
    "turns without end": ("lbfgs", {"lbfgs_max_iter": "1000000000", **NO_END}, "numbers; here it may be"),
    "evaluations without end": ("lbfgs", {"lbfgs_max_eval": "1000000000"}, "numbers; here it may be"),
    "many turns": ("lbfgs", {"lbfgs_max_iter": "150", "lbfgs_objective": "noisy quadratic", **NO_END}, ""),
    "many numbers, many updates": ("adam", LARGE, ""),
    "a map of them": ("adam", {**LARGE, "adam_view": "sweep"}, "numbers; here it may be"),
    "a table of them": ("adam", {**LARGE, "adam_view": "table"}, "numbers; here it may be"),
    "others beside them": ("adam", {**LARGE, "adam_view": "compare"}, ""),
    "matrices evened often": ("muon", {"muon_objective": "quadratic", "muon_start": "zeros(500, 2)",
                              "muon_updates": "1000", "muon_ns_steps": "99"}, "numbers; here it may be"),
    "epochs without end": ("step_lr", {"step_lr_steps": "1000000000"}, "expected 1 to 1000"),
    "a column beside a row": ("mse_loss", {"mse_loss_input": "zeros(10000, 1)", "mse_loss_target": "zeros(1, 10000)"},
                              "numbers; here it may be"),
    "many classes, many labels": ("multi_label_margin_loss", {"multi_label_margin_loss_input": "zeros(10000)",
                                  "multi_label_margin_loss_target": "zeros(10000)"}, "numbers; here it may be"),
    "frames without end": ("ctc_loss", {"ctc_loss_log_probs": "zeros(3000, 1, 3)", "ctc_loss_targets": "[[1]]",
                           "ctc_loss_input_lengths": "[3000]", "ctc_loss_target_lengths": "[1]"}, "Stopped after 2 s"),
    "training that remembers all": ("train", {"train_optimizer": "LBFGS", "train_layers": "64, 64, 64, 64",
                                    "train_LBFGS_history_size": "1000000", "train_LBFGS_max_iter": "1000"},
                                    "MB of memory"),
}  # fmt: skip


@pytest.mark.parametrize(("slug", "query", "says"), LINKS.values(), ids=LINKS)
def test_a_link_that_asks_for_much_gets_a_page(slug, query, says):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent = time.process_time()
    app = at_address(slug, **query)
    spent = time.process_time() - spent
    said = " ".join(error.value for error in app.error)
    assert says in said if says else not said, said
    assert spent < SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000 < MEGABYTES


def test_an_update_without_end_ends_the_training():
    endless = {"max_iter": "100000", "line_search_fn": "None", "tolerance_grad": "0", "tolerance_change": "0"}
    query = {f"train_LBFGS_{name}": value for name, value in endless.items()}
    app = at_address("train", train_optimizer="LBFGS", train_batch_size="500", train_epochs="1", **query)
    app = healthy(app.button(key="train_start").click().run())
    (run,) = app.session_state["train_runs"]
    assert (run.state, run.update) == ("failed", 0)
    assert "Stopped after 2 s" in run.problem


def with_file(slug: str) -> dict[str, np.ndarray]:
    """A million numbers in every tensor that can hold them, in the lesson's first shapes."""
    lesson = LESSONS[slug]
    shapes = lesson.shapes[0]
    first = next(iter(shapes.values()))
    rows = 1_000_000 // int(np.prod(first[1:]))
    times = {name: (rows, *shape[1:]) if shape[:1] == first[:1] else shape for name, shape in shapes.items()}
    values = draw_values(lesson, times, seed=0)
    return {spec.name: values[spec.name] for spec in lesson.fields if isinstance(spec, Tensor) and spec.name in times}


@pytest.mark.parametrize("slug", LESSONS)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_million_numbers_from_files_get_a_page(slug):
    app = AppTest.from_function(script, default_timeout=60, kwargs={"slug": slug})
    files = with_file(slug)
    for name, array in files.items():
        app.session_state[f"{slug}_{name}_file"] = array
    app.query_params[f"{slug}_view"] = "gradient"
    spent = time.process_time()
    healthy(app.run())
    assert time.process_time() - spent < SECONDS


IN_LITTLE_MEMORY = """
import json, resource, sys
import torch
from tests.pages.test_addresses import at_address
at_address("lbfgs")
held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (held + 300_000_000, held + 300_000_000))
said = {}
for name, (slug, query) in json.loads(sys.argv[1]).items():
    said[name] = [error.value for error in at_address(slug, **query).error]
print(json.dumps(said))
"""


def test_no_link_needs_more_than_a_little_memory():
    asked = {name: (slug, query) for name, (slug, query, says) in LINKS.items() if "memory" in says or "may be" in says}
    command = [sys.executable, "-W", "ignore", "-c", IN_LITTLE_MEMORY, json.dumps(asked)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert all(LINKS[name][2] in " ".join(said[name]) for name in asked), said


def test_what_all_share_stays_within_its_bytes():
    kept, made = Kept(1_000_000), []

    def make(size):
        made.append(size)
        return {"array": np.zeros(size), "view": (np.zeros(2),)}

    for key in range(20):
        kept(key, lambda: make(10_000))
        assert kept.bytes <= 1_000_000
    assert 800_000 < kept.bytes
    assert len(made) == 20
    kept(19, lambda: make(10_000))
    assert len(made) == 20, "the latest is still there"
    kept(0, lambda: make(10_000))
    assert len(made) == 21, "the first has gone"
    before = kept.bytes
    for _ in range(2):
        kept("too large", lambda: make(1_000_000))
    assert len(made) == 23 and kept.bytes == before


def test_what_a_function_brought_along_is_counted():
    array = np.zeros(100_000)
    assert bytes_of(lambda: array) > 800_000
    assert bytes_of([array, array]) < 900_000
