"""Every optimizer's page opens, recomputes and shows no exception; what is typed into it is answered."""

from __future__ import annotations

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib.catalog import OPTIMIZERS
from lib.lesson import run
from lib.lesson.code.optimizer import notebook, numpy_program, pytorch_lines
from lib.lesson.objectives import OBJECTIVES, TYPED
from lib.lesson.run.set_up import set_up
from lib.lesson.run.trace import divergence, params_of
from lib.lesson.working.trace import judge_trace
from lib.plots.path import leaves_after, losses, paths
from lib.tensors.read import read
from lib.ui.update_views.conventions import look_the_same
from pages.optimizer import VIEWS
from tests.pages.test_every_page import field, healthy, open_page, torch_number

SLUGS = list(OPTIMIZERS)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_view_opens_and_every_example_fills_the_fields(slug):
    app = open_page(slug)
    for view in VIEWS:
        healthy(app.button_group(key=f"{slug}_view").set_value(view).run())
    for example in OPTIMIZERS[slug].examples:
        healthy(app.selectbox(key=f"{slug}_example").set_value(example.title).run())
        assert app.selectbox(key=f"{slug}_example").value == example.title
        assert not app.error, [e.value for e in app.error]


@pytest.mark.parametrize("slug", SLUGS)
def test_garbage_in_the_start_is_answered_in_words_and_kept(slug):
    app = open_page(slug)
    for garbage in ("[[1, 2", "two", "[nan, 1]", "[]", "💥"):
        healthy(field(app, slug, "start").set_value(garbage).run())
        assert field(app, slug, "start").value == garbage
        assert app.error or app.info


@pytest.mark.parametrize("slug", SLUGS)
def test_every_objective_can_be_chosen(slug):
    app = open_page(slug)
    for objective in [*OBJECTIVES, TYPED]:
        healthy(app.selectbox(key=f"{slug}_objective").set_value(objective).run())


@pytest.mark.parametrize("slug", SLUGS)
def test_the_working_of_an_update_is_judged_and_every_hint_can_be_shown(slug):
    app = open_page(slug)
    healthy(app.toggle(key=f"{slug}_whole_forward").set_value(True).run())
    healthy(app.number_input(key=f"{slug}_at").set_value(1).run())
    number = torch_number(app)
    row = next(t for t in app.text_input if t.key == f"{slug}_update_1_param")
    healthy(row.set_value(number.replace("[", "").replace("]", "")).run())
    assert any("✓ right" in m.value for m in app.markdown) or "[" in number


def test_entries_belong_to_their_update():
    app = open_page("sgd")
    assert app.number_input(key="sgd_at").value == 1
    healthy(app.number_input(key="sgd_at").set_value(2).run())
    healthy(app.text_input(key="sgd_update_2_momentum_buffer").set_value("29.12").run())
    assert any("✓ right" in m.value for m in app.markdown)
    healthy(app.number_input(key="sgd_at").set_value(3).run())
    assert app.text_input(key="sgd_update_3_momentum_buffer").value == ""
    healthy(app.number_input(key="sgd_at").set_value(2).run())
    assert app.text_input(key="sgd_update_2_momentum_buffer").value == "29.12"


def test_a_likely_mistake_is_named_in_the_working():
    app = open_page("adam")
    healthy(app.number_input(key="adam_at").set_value(2).run())
    healthy(app.text_input(key="adam_update_2_m_hat").set_value("0.37").run())
    assert any("forgot the bias correction" in m.value for m in app.markdown)


def test_what_an_example_shows_stands_there_as_long_as_its_numbers_do():
    app = open_page("adam")
    shows = OPTIMIZERS["adam"].examples[0].shows
    assert any(m.value == shows for m in app.markdown)
    healthy(app.number_input(key="adam_lr").set_value(0.2).run())
    assert not any(m.value == shows for m in app.markdown)


def conventions():
    for slug, lesson in OPTIMIZERS.items():
        for convention in lesson.conventions:
            yield pytest.param(lesson, convention, id=f"{slug}-{convention.name}")


@pytest.mark.parametrize(("lesson", "convention"), list(conventions()))
def test_a_conventions_own_run_shows_in_the_picture(lesson, convention):
    ready = set_up(lesson, convention.values)
    arguments = (lesson, ready.param, ready.grads, ready.values, ready.updates)
    ours, others = run.trace_by_hand(*arguments), run.trace_by_hand(*arguments, way=convention.by_hand)
    first = [np.array([update.param.flat[0] for update in updates]) for updates in (ours, others)]
    assert look_the_same(*first) != convention.parts


@pytest.mark.parametrize(("updates", "stride"), [(3, 1), (50, 1), (51, 2), (100, 2), (250, 5), (1000, 20)])
def test_the_sliders_steps_are_round_numbers_and_end_with_the_last_update(updates, stride):
    frames = paths(OBJECTIVES["bowl"], {"path": np.linspace(2, 0, updates + 1)[:, None]}, playable=True).frames
    numbers = [int(frame.name) for frame in frames]
    assert numbers[:2] == [0, stride]
    assert numbers[-1] == updates
    assert all(number % stride == 0 for number in numbers[:-1])


@pytest.mark.parametrize(("points", "last"), [([2, 1, 0], None), ([2, 1, 100, 0], 1), ([100, 0], None)])
def test_the_update_after_which_a_path_leaves_its_picture(points, last):
    assert leaves_after(OBJECTIVES["bowl"], np.array(points, dtype=float)[:, None]) == last


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([14, 2], ["1", "2", "5", "10", "20", "50"]),
        ([1e-20, 1], ["10<sup>−20</sup>"]),
        ([1, 1e308 * 1.5], ["10<sup>0</sup>"]),
    ],
)
def test_a_logarithmic_axis_names_numbers_that_can_be_read(values, ticks):
    texts = losses({"loss": np.array(values, dtype=float)}, logarithmic=True).layout.yaxis.ticktext
    assert list(texts[: len(ticks)]) == ticks
    assert len(texts) <= 12


def test_what_torch_refuses_shows_our_sentence_and_torchs_own():
    app = open_page("sgd")
    app.number_input(key="sgd_momentum").set_value(0.0)
    healthy(app.toggle(key="sgd_nesterov").set_value(True).run())
    assert "nesterov=True came with momentum 0" in app.error[0].value
    assert any("Nesterov momentum requires a momentum" in c.value for c in app.code)


def test_divergence_is_said_with_its_update():
    app = open_page("sgd")
    healthy(app.selectbox(key="sgd_example").set_value("It explodes").run())
    assert any("Diverged at update" in w.value for w in app.warning)


OWN = [
    ("[[1.84], [1.5488]]", "all 2 updates right"),
    ("[[1.84]]", "✓ right"),
    ("[[1.84], [1.5487]]", "all 2 updates right"),
    ("[[2.0], [1.84], [1.5488]]", "begins with the parameter before update 1"),
    ("[[1.84], [1.6]]", "Update 2 parts"),
    ("[[2.16], [2.5]]", "Update 1 parts"),
    ("[1.84, 1.5488]", "expected"),
    ("[[1.84], [1.8136]]", "left the old buffer out"),
]


@pytest.mark.parametrize(("text", "says"), OWN, ids=[s for _, s in OWN])
def test_the_learners_own_parameter_values_are_judged(text, says):
    lesson = OPTIMIZERS["sgd"]
    ready = set_up(lesson, lesson.examples[0].values)
    if says == "left the old buffer out":  # the second step along the gradient alone
        second = 1.84 - 0.01 * 8 * 1.84
        text = f"[[1.84], [{second:.4f}]]"
    truth = run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, ready.updates)
    assert says in " ".join(judge_trace(lesson, ready, truth, read(text)))


RUNS = [("bowl", 0.3, "million"), ("bowl", 0.1, ""), ("saddle", 0.5, "Falls without end")]


@pytest.mark.parametrize(("objective", "lr", "says"), RUNS, ids=[f"{o} {lr}" for o, lr, _ in RUNS])
def test_divergence(objective, lr, says):
    lesson = OPTIMIZERS["sgd"]
    ready = set_up(
        lesson, {"objective": objective, "start": list(OBJECTIVES[objective].start), "updates": 60, "lr": lr}
    )
    updates = run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, ready.updates)
    params = params_of(ready.param, updates)
    found = divergence(params, ready.losses(params))
    assert (found is None) == (says == "")
    if found:
        assert says in found.says
        before = params[: found.update]
        assert divergence(before, ready.losses(before)) is None


def programs():
    for slug, lesson in OPTIMIZERS.items():
        for example in lesson.examples:
            yield pytest.param(lesson, example, id=f"{slug}-{example.title}")


def printed_parameters(program, capsys):
    """The last parameter that a program prints."""
    exec(compile(program, "program", "exec"), {"__name__": "__main__"})
    return np.array(
        json.loads(capsys.readouterr().out.strip().splitlines()[-1].partition(" ")[2].replace("nan", "NaN"))
    )


@pytest.mark.parametrize(("lesson", "example"), list(programs()))
def test_programs_run_and_print_the_same_parameter(lesson, example, capsys):
    ready = set_up(lesson, example.values)
    expected = run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, ready.updates)[-1].param
    for program in (pytorch_lines(lesson, ready), numpy_program(lesson, ready)):
        np.testing.assert_allclose(printed_parameters(program, capsys), expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_notebook_runs_from_top_to_bottom(slug, capsys):
    lesson = OPTIMIZERS[slug]
    cells = json.loads(notebook(lesson, set_up(lesson, lesson.examples[0].values)))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    exec(compile(code, "notebook", "exec"), {"__name__": "__main__"})
    assert "agree" in capsys.readouterr().out


@pytest.mark.parametrize("name", list(OBJECTIVES))
def test_an_objectives_gradient_is_its_slope_and_its_expression_its_value(name):
    objective = OBJECTIVES[name]
    for seed in range(5):
        p = np.random.default_rng(seed).normal(0, 1, objective.size) + 0.3
        names = dict(zip("xy", p, strict=False))
        assert np.isclose(eval(objective.expression, names), objective.value(p))
        moves = 1e-6 * np.eye(objective.size)
        slope = [(objective.value(p + move) - objective.value(p - move)) / 2e-6 for move in moves]
        if not objective.noise:
            np.testing.assert_allclose(objective.gradient(p, 0), slope, rtol=1e-5, atol=1e-6)
    for lowest in objective.lowest:
        assert abs(objective.value(np.array(lowest))) < 1e-9


def test_a_slip_made_in_every_update_is_named():
    app = open_page("adagrad")
    healthy(app.number_input(key="adagrad_at").set_value(3).run())
    place, total = np.array([2.0]), np.zeros(1)  # its first example: the bowl from 2, with a learning rate of 0.5
    for update in range(3):
        grad = OBJECTIVES["bowl"].gradient(place, update)
        total = total + grad**2
        place = place + 0.5 * grad / np.sqrt(total)
    healthy(app.text_input(key="adagrad_update_3_param").set_value(f"{place[0]:.6g}").run())
    assert any("made in every update" in m.value and "wrong way" in m.value for m in app.markdown)


def test_lbfgs_opens_on_its_first_step():
    app = open_page("lbfgs")
    assert app.number_input(key="lbfgs_at").value == 1
    assert [t.key for t in app.text_input if str(t.key).startswith("lbfgs_update_1_")][:2] == [
        "lbfgs_update_1_direction[1]",
        "lbfgs_update_1_slope[1]",
    ]


def test_an_update_that_moves_nothing_is_passed_over_and_said():
    app = AppTest.from_file("../../lib/router.py", default_timeout=30)
    app.session_state["goto"] = "sgd"
    for name, value in {"objective": TYPED, "grads": "[[0], [0], [1]]", "start": "[2]"}.items():
        app.session_state[f"sgd_{name}"] = value
    healthy(app.run())
    assert app.number_input(key="sgd_at").value == 3
    assert any("first update that moves" in m.value for m in app.markdown)


def test_rivals_have_learning_rates_of_their_own_and_it_is_said():
    app = open_page("adam")
    healthy(app.button_group(key="adam_view").set_value("compare").run())
    assert any("tuned" in c.value for c in app.caption)
    assert sum("best of 13" in m.value for m in app.markdown) == 1


def test_a_row_says_what_a_learner_knows_and_torchs_name_beside_it():
    app = open_page("adam")
    assert app.text_input(key="adam_update_1_exp_avg").label == "1 average of gradients"
    assert any(":gray[average of gradients] `exp_avg`" in m.value for m in app.markdown)
