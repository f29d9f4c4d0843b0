"""A replayed session is what torch does: its program prints the same, and what is said comes from the difference."""

from __future__ import annotations

import base64
import contextlib
import io
import pickle
import time
import zipfile
import zlib

import numpy as np
import pytest
import torch

from lib.training.session.actions import MOST_ACTIONS, OPTIMIZERS, SetUp, actions_in, as_text
from lib.training.session.prediction import predict
from lib.training.session.replay import replay, session_code
from lib.training.session.sentence import what_happened
from lib.training.session.state_file import StateFileError, pack_file

SESSIONS = {
    "nothing": "",
    "gradients add up": "bbs",
    "None, then zeros": "bszsbsZs",
    "two groups": "bg0.001sl1:0.5bs",
    "a group twice": "g0.1g0.1",
    "frozen": "bf0sf1bu0u1b",
    "saved but not copied": "bsdbsL",
    "saved, copied": "bscl0:0.5bsLbs",
    "other groups": "bscg0.1L",
    "nothing saved": "Lb",
    "no such group": "l1:0.5b",
}


def run_program(text: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(text, {})
    return printed.getvalue()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("actions", SESSIONS.values(), ids=SESSIONS)
def test_the_program_prints_what_the_session_holds(optimizer, actions):
    setup = SetUp(optimizer)
    session = replay(setup, actions_in(actions))
    assert run_program(session_code(setup, session.moments)) == session.printed


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_program_of_a_session_with_a_file_runs_too(optimizer):
    setup = SetUp(optimizer)
    file = replay(setup, actions_in("bg0.01sl0:0.5")).file
    session = replay(setup, actions_in(f"bg0.1sbsU{pack_file(file)}~bs"))
    assert not any(moment.refused for moment in session.moments)
    assert session.moments[5].after.groups[0]["lr"] == 0.5
    assert run_program(session_code(setup, session.moments)) == session.printed


@pytest.mark.parametrize("actions", SESSIONS.values(), ids=SESSIONS)
def test_a_link_holds_the_actions(actions):
    assert as_text(actions_in(actions)) == actions


@pytest.mark.parametrize("lr", [1e-5, 0.25, 1000.0])
def test_a_learning_rate_survives_the_link(lr):
    (action,) = actions_in(f"g{lr!r}")
    assert actions_in(action.token) == (action,) and action.number == lr


@pytest.mark.parametrize("text", ["x", "bs?", "l2:1", "g", "f7", "Uabc", "g1e999", "b" * (MOST_ACTIONS + 1)])
def test_a_broken_link_is_refused_in_words(text):
    with pytest.raises(ValueError, match="the link holds"):
        actions_in(text)


def test_the_numbers_of_the_article():
    session = replay(SetUp("SGD", (("momentum", 0.0),)), actions_in("bs"))
    np.testing.assert_allclose(session.now.params["weight"].value, [[0.5614, 0.1669], [-0.0383, 0.5213]], atol=5e-5)
    assert session.same_object and session.same_id


def test_a_replay_leaves_the_random_numbers_of_others_alone():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    replay(SetUp(), actions_in("bs"))
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    ("actions", "says"),
    [
        pytest.param("bb", "`weight.grad` grew from 1 to 2", id="adds up"),
        pytest.param("bbs", "the sum of 2 backward passes", id="forgotten zero_grad"),
        pytest.param("bz", "`bias.grad` stays 2: zero_grad clears only", id="outside the optimizer"),
        pytest.param("bszs", "`step` skips it and leaves momentum_buffer alone", id="None is skipped"),
        pytest.param("bsZs", "momentum_buffer went 1 → 0.9", id="zeros coast"),
        pytest.param("bf0s", "although it is frozen", id="frozen with a gradient"),
        pytest.param("f0bs", "`weight` stays: its `.grad` is None", id="frozen before"),
        pytest.param("bsdbs", "`saved` changed too", id="saved shares tensors"),
        pytest.param("bsdbsL", "Nothing went back", id="loading what is shared"),
        pytest.param("bscl0:0.5bsL", "lr of group 0 went 0.5 → 0.1.", id="loading brings lr"),
        pytest.param("cbsL", "momentum_buffer of `weight` is gone", id="loading an empty state"),
        pytest.param("bsd", "under the number of the parameter (0)", id="keys of state_dict"),
        pytest.param("g0.5", "`bias` is now in `param_groups[1]` with lr 0.5", id="a group"),
    ],
)
def test_what_is_said(actions, says):
    assert says in what_happened(replay(SetUp(), actions_in(actions)).moments[-1])


def test_weight_decay_is_named_where_it_moves_a_parameter_alone():
    setup = SetUp("SGD", (("momentum", 0.0), ("weight_decay", 0.1)))
    said = what_happened(replay(setup, actions_in("bsZs")).moments[-1])
    assert "weight_decay 0.1 pulls it towards 0" in said and "momentum" not in said


PLAIN = (("momentum", 0.0),)


@pytest.mark.parametrize(
    ("actions", "element", "text", "kind", "says"),
    [
        pytest.param("b", "weight[0, 0]", "0.5614", "right", "", id="right"),
        pytest.param("b", "weight[0, 0]", "0.4", "wrong", "", id="wrong"),
        pytest.param("bsb", "weight[0, 0]", "0.4614", "mistake", "one backward pass", id="forgot the sum"),
        pytest.param("b", "weight[0, 0]", "0.7614", "mistake", "sign", id="sign"),
        pytest.param("bg0.01", "bias[0]", "-0.6519", "mistake", "other group", id="other group's lr"),
        pytest.param("b", "bias[0]", "-0.6519", "mistake", "no group", id="in no group"),
        pytest.param("bf0", "weight[0, 0]", "0.6614", "mistake", "Frozen", id="frozen"),
        pytest.param("bz", "weight[0, 0]", "0.5614", "mistake", "None", id="None"),
        pytest.param("b", "weight[0, 0]", "one", "unreadable", "", id="no number"),
        pytest.param("b", "weight[0, 0]", "[1, 2]", "unreadable", "", id="two numbers"),
    ],
)
def test_a_prediction(actions, element, text, kind, says):
    verdict = predict(SetUp("SGD", PLAIN), actions_in(actions), element, text)
    assert verdict.kind == kind and says in verdict.says


@pytest.mark.parametrize(
    ("actions", "text", "says"),
    [
        pytest.param("bsZ", "0.5614", "A gradient of 0 is not None", id="zeros coast"),
        pytest.param("bsz", "0.4714", "as with a gradient of 0", id="None does not coast"),
        pytest.param("bsb", "0.3614", "its state", id="momentum forgotten"),
    ],
)
def test_a_prediction_with_momentum(actions, text, says):
    verdict = predict(SetUp(), actions_in(actions), "weight[0, 0]", text)
    assert verdict.kind == "mistake" and says in verdict.says


def saved(value: object) -> bytes:
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


class Harmful:
    def __reduce__(self):
        return (print, ("run!",))


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("state/data.pkl", b"\0" * 50_000_000)
    return file.getvalue()


def group(**options: object) -> dict[str, object]:
    return {"state": {}, "param_groups": [{"params": [0], **options}]}


def state_with(buffer: object) -> dict[str, object]:
    return {"state": {0: {"momentum_buffer": buffer}}, "param_groups": []}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "not a PyTorch file", id="empty"),
        pytest.param(pickle.dumps({"state": {}}), "not a PyTorch file", id="bare pickle"),
        pytest.param(saved(Harmful()), "could run a program", id="malicious"),
        pytest.param(bomb(), "unpacks to", id="zip bomb"),
        pytest.param(b"PK" + b"\0" * 300_000, "has 300,002 bytes", id="large"),
        pytest.param(saved(torch.zeros(2)), "holds a Tensor", id="a tensor"),
        pytest.param(saved({"weight": torch.zeros(2)}), "with the keys weight", id="a model's state"),
        pytest.param(saved({"state": [], "param_groups": []}), "'state' is not", id="state is a list"),
        pytest.param(saved(state_with(torch.zeros(1).expand(10**9))), "has shape", id="huge by repetition"),
        pytest.param(saved(state_with(torch.zeros(2, dtype=torch.int64))), "tensor of floats", id="integers"),
        pytest.param(saved(group(lr="fast")), "'lr' is not a number", id="option is a word"),
    ],
)
def test_a_file_that_is_no_state_is_refused_in_words(data, says, capsys):
    with pytest.raises(StateFileError, match=says):
        pack_file(data)
    assert "run!" not in capsys.readouterr().out


def test_a_state_whose_groups_are_one_long_list_again_and_again_is_refused_at_once():
    long = list(range(20_000))
    began = time.thread_time()
    with pytest.raises(StateFileError, match="more than tensors"):
        pack_file(saved({"state": {}, "param_groups": [{"betas": long}] * 3 + [{"betas": long}] * 12}))
    assert time.thread_time() - began < 2


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_state_of_every_optimizer_that_is_offered_comes_back(optimizer):
    data = replay(SetUp(optimizer), actions_in("bsbs")).file
    assert not replay(SetUp(optimizer), actions_in(f"bsU{pack_file(data)}~bs")).moments[2].refused


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text.encode())).decode().rstrip("=")


ODD_LINKS = {
    "endless nesting": packed("[" * 100_000),
    "a bomb": packed('{"state": {"0": {"a": [' + "1," * 10_000_000 + "1]}}}"),
    "a huge number": packed('{"state": {"0": {"a": 1' + "0" * 400 + '}}, "param_groups": []}'),
    "a number too long to read": packed('{"state": {"0": {"a": 1' + "0" * 5000 + '}}, "param_groups": []}'),
    "a huge parameter": packed('{"state": {"1' + "0" * 5000 + '": {"a": 1}}, "param_groups": []}'),
    "many numbers": packed('{"state": {"0": {"a": [' + "1," * 1000 + '1]}}, "param_groups": []}'),
    "a list": packed("[]"),
    "words": packed('{"state": {"0": {"a": "b"}}, "param_groups": []}'),
    "no state": packed('{"state": 7, "param_groups": 7}'),
    "no groups": packed('{"state": {}, "param_groups": 7}'),
    "a group of words": packed('{"state": {}, "param_groups": [7]}'),
}


@pytest.mark.parametrize("text", ODD_LINKS.values(), ids=ODD_LINKS)
def test_a_packed_state_in_a_link_may_be_anything(text):
    session = replay(SetUp(), actions_in(f"bsU{text}~"))
    assert session.moments[-1].refused and len(session.moments[-1].refused) < 300
    assert session_code(SetUp(), session.moments)


def test_a_state_that_torch_cannot_go_on_from_is_torchs_to_refuse():
    state = torch.load(io.BytesIO(replay(SetUp("Adam"), actions_in("bs")).file), weights_only=True)
    state["state"][0]["step"] = torch.tensor(-1.0)
    moments = replay(SetUp("Adam"), actions_in(f"bsU{pack_file(saved(state))}~bs")).moments
    assert not moments[2].refused and "division" in moments[-1].refused


def other_state(change) -> bytes:
    """SGD's own state after a step, changed."""
    state = torch.load(io.BytesIO(replay(SetUp(), actions_in("bs")).file), weights_only=True)
    change(state)
    return saved(state)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(replay(SetUp("Adam"), actions_in("bs")).file, "another optimizer than SGD", id="Adam's"),
        pytest.param(replay(SetUp(), actions_in("g0.1")).file, "2 parameter groups", id="more groups"),
        pytest.param(
            other_state(lambda s: s["state"][0].update(momentum_buffer=torch.zeros(3))), "has shape", id="shapes"
        ),
        pytest.param(other_state(lambda s: s["state"][0].update(extra=torch.zeros(2))), "extra", id="foreign buffer"),
        pytest.param(other_state(lambda s: s["state"].update({7: {}})), "parameter 7", id="foreign parameter"),
        pytest.param(other_state(lambda s: s["param_groups"][0].update(lr=-1.0)), "Invalid", id="negative lr"),
        pytest.param(other_state(lambda s: s["param_groups"][0].update(lr=None)), "torch does not", id="lr is None"),
        pytest.param(other_state(lambda s: s["param_groups"][0].update(params=[5])), "other param", id="other index"),
        pytest.param(other_state(lambda s: s["param_groups"][0].update(differentiable=True)), "different", id="speed"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(data, says):
    moment = replay(SetUp(), actions_in(f"bsU{pack_file(data)}~")).moments[-1]
    assert says in moment.refused
    assert not moment.changes


def test_adams_state_is_not_adamws():
    data = replay(SetUp("AdamW"), actions_in("bs")).file
    assert "decoupled_weight_decay" in replay(SetUp("Adam"), actions_in(f"U{pack_file(data)}~")).moments[-1].refused


def test_a_state_cut_off_in_the_link_is_refused():
    packed = pack_file(replay(SetUp(), actions_in("bs")).file)
    assert "cut" in replay(SetUp(), actions_in(f"U{packed[:40]}~")).moments[-1].refused
