"""Pasted PyTorch opens the right lesson with the right values; what cannot be read is named with its line."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from lib.guides.pasted_code import TOPICS, read_code
from lib.lesson.run import check
from lib.refusal import Refusal

TWO = {"input": [1.0, 2.0], "target": [0.0, 0.0]}
X, Y = "torch.tensor([1., 2.])", "torch.tensor([0., 0.])"
SCORES = {"input": [[1.0, 2.0]], "target": [1]}
S = "torch.tensor([[1., 2.]]), torch.tensor([1])"

OPENS: dict[str, tuple[str, dict[str, Any]]] = {
    # code: (slug, values)
    "loss_fn = nn.CrossEntropyLoss(weight=torch.tensor([1., 2.]))": ("cross_entropy_loss", {"weight": [1.0, 2.0]}),
    "w = torch.tensor([1., 2.])\nloss_fn = nn.CrossEntropyLoss(weight=w)": (
        "cross_entropy_loss",
        {"weight": [1.0, 2.0]},
    ),
    f"nn.CrossEntropyLoss(torch.ones(2), label_smoothing=0.1)({S})": (
        "cross_entropy_loss",
        {**SCORES, "weight": [1.0, 1.0], "label_smoothing": 0.1},
    ),
    f'F.cross_entropy({S}, None, None, -100, None, "sum")': ("cross_entropy_loss", {**SCORES, "reduction": "sum"}),
    f"criterion = nn.MSELoss(reduction='none')\nx, y = {X}, {Y}\nloss = criterion(x, y)\nloss.backward()": (
        "mse_loss",
        {**TWO, "reduction": "none"},
    ),
    f"F.mse_loss({X}, {Y})": ("mse_loss", TWO),
    f"F.mse_loss(input={X}, target={Y}, reduction='sum')": ("mse_loss", {**TWO, "reduction": "sum"}),
    f"torch.nn.functional.huber_loss({X}, {Y}, 'mean', 0.5)": ("huber_loss", {**TWO, "delta": 0.5}),
    f"import torch.nn as N\nN.SmoothL1Loss(beta=1/3)({X}, {Y})": ("smooth_l1_loss", {**TWO, "beta": 1 / 3}),
    f"from torch.nn import functional as G\nG.l1_loss({X}, {Y})": ("l1_loss", TWO),
    f"from torch.nn import L1Loss as Mine\nMine()({X}, {Y})": ("l1_loss", TWO),
    f"nn.functional.l1_loss({X}.float().cuda(), {Y})": ("l1_loss", TWO),
    f">>> F.l1_loss({X}, {Y})\ntensor(1.5000)": ("l1_loss", TWO),
    "F.kl_div(torch.tensor([0.3, 0.7]).log(), torch.tensor([0.5, 0.5]), reduction='batchmean')": (
        "kl_div_loss",
        {"input": np.log([0.3, 0.7]), "target": [0.5, 0.5], "reduction": "batchmean"},
    ),
    "F.kl_div(F.log_softmax(torch.tensor([0., 0.]), dim=0), F.softmax(torch.zeros(2), dim=-1))": (
        "kl_div_loss",
        {"input": np.log([0.5, 0.5]), "target": [0.5, 0.5]},
    ),
    "F.binary_cross_entropy_with_logits(a, b, pos_weight=torch.tensor([3.]))": (
        "bce_with_logits_loss",
        {"pos_weight": [3.0]},
    ),
    "F.multilabel_soft_margin_loss(a, b)": ("multi_label_soft_margin_loss", {}),
    "nn.TripletMarginLoss(0.2, swap=True)": ("triplet_margin_loss", {"margin": 0.2, "swap": True}),
    "class Net(nn.Module):\n    def __init__(self):\n        self.loss = nn.CosineEmbeddingLoss(margin=0.5)": (
        "cosine_embedding_loss",
        {"margin": 0.5},
    ),
    "for x, y in loader:\n    loss = nn.PoissonNLLLoss(log_input=False)(model(x), y)": (
        "poisson_nll_loss",
        {"log_input": False},
    ),
    "optim.AdamW(model.parameters(), 1e-3, (0.9, 0.99), weight_decay=1e-2)": (
        "adamw",
        {"lr": 1e-3, "betas": (0.9, 0.99), "weight_decay": 0.01},
    ),
    "torch.optim.SGD([{'params': [w], 'lr': 0.5}], lr=0.1, momentum=0.9, nesterov=True)": (
        "sgd",
        {"lr": 0.5, "momentum": 0.9, "nesterov": True},
    ),
    "w = nn.Parameter(torch.tensor([2.0, 1.0]))\nopt = torch.optim.RMSprop([w], lr=-0.1 + 0.2)": (
        "rmsprop",
        {"start": [2.0, 1.0], "lr": 0.1},
    ),
    "optim.LBFGS(p, line_search_fn='strong_wolfe')": ("lbfgs", {"line_search_fn": "strong_wolfe"}),
    "opt = optim.Adam(p, lr=0.01)\nsch = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=10, eta_min=1e-5)": (
        "cosine_annealing_lr",
        {"lr": 0.01, "T_max": 10, "eta_min": 1e-5},
    ),
    "from torch.optim.lr_scheduler import StepLR\nStepLR(optimizer, 3, 0.5)": (
        "step_lr",
        {"step_size": 3, "gamma": 0.5},
    ),
    "lr_scheduler.MultiStepLR(opt, milestones=[3, 6])": ("multi_step_lr", {"milestones": [3, 6]}),
    "ReduceLROnPlateau(opt, 'max', patience=3)": ("reduce_lr_on_plateau", {"mode": "max", "patience": 3}),
}


@pytest.mark.parametrize(("code", "meant"), OPENS.items(), ids=OPENS)
def test_code_opens_its_lesson_with_its_values(code, meant):
    slug, values = meant
    opened = read_code(code).opened[-1]
    assert opened.lesson.slug == slug
    for name, value in values.items():
        np.testing.assert_array_equal(opened.values[name], value)
    if opened.lesson.tensors and "param" not in {t.name for t in opened.lesson.tensors}:
        check(opened.lesson, opened.values)  # the fields hold something that the lesson takes


NOTES = {
    # code: (line, what is said)
    "F.kl_div(a, b)": (1, "input is a, which is not written out here"),
    "x = 1\nnn.MSELoss(reduction=how)": (2, "reduction is how, which is not written out here"),
    "nn.MSELoss(reduction='avg')": (1, "reduction is 'avg'; expected one of mean, sum, none"),
    "nn.MSELoss(size_average=False)": (1, "size_average and reduce are old; read as reduction='sum'"),
    "nn.MSELoss(reduce=False)": (1, "read as reduction='none'"),
    "nn.MSELoss('sum')": (1, "size_average and reduce are old; read as reduction='mean'"),
    "nn.NLLLoss2d()": (1, "NLLLoss2d is an old name; read as NLLLoss"),
    "nn.CrossEntropy()": (1, "CrossEntropy is not PyTorch's name; read as CrossEntropyLoss"),
    "optim.Adamw(p)": (1, "Adamw is not PyTorch's name; read as AdamW"),
    "F.crossentropy(a, b)": (1, "read as cross_entropy"),
    "nn.FocalLoss()": (1, "FocalLoss is no loss, optimizer or scheduler that has a lesson"),
    "F.mse_loss(torch.randn(3), y)": (1, "torch.randn(3) is drawn at random; write its numbers out"),
    "nn.L1Loss(torch.randn(3), margin=2)": (1, "margin: is no argument"),
    "nn.L1Loss(**settings)": (1, "the argument **settings is not read"),
    "optim.Adam(p, fused=True)": (1, "fused: changes no number, so it is left out"),
    "StepLR(opt, 3, verbose=True)": (1, "verbose: tells what it prints; it is left out"),
    "StepLR(opt, 2.5)": (1, "step_size is 2.5; expected a whole number"),
    "optim.Adam(p, betas=0.9)": (1, "betas is one number; expected several"),
    "LambdaLR(opt, lr_lambda=lambda e: 0.9 ** e)": (1, "lr_lambda is lambda e: 0.9 ** e, which is not written out"),
    "nn.L1Loss()\n!pip install torch": (2, "“!pip install torch” is no Python that can be read"),
    "loss = nn.L1Loss(": (1, "is no Python that can be read"),
    "tf.keras.losses.MSE(a, b)": (1, "tf.keras.losses.MSE is not PyTorch's"),
    "import os\nos.system('ls')": (1, "no loss, optimizer or scheduler of PyTorch stands in it"),
    "nn.Linear(3, 4)": (1, "no loss, optimizer or scheduler"),
    "F.mse_loss(torch.ones(100000), y)": (1, "a shape is not written out"),
}


@pytest.mark.parametrize(("code", "told"), NOTES.items(), ids=NOTES)
def test_what_could_not_be_read_is_said_with_its_line(code, told):
    line, says = told
    notes = read_code(code).notes
    assert any(note.line == line and says in str(note.says) for note in notes), [str(n.says) for n in notes]


def test_lines_around_one_that_is_no_python_are_read():
    code = read_code("$ python train.py\ncriterion = nn.HuberLoss(\n    delta=0.5,\n)\nEpoch 1: 0.3")
    assert [(o.lesson.slug, o.values["delta"], o.line) for o in code.opened] == [("huber_loss", 0.5, 2)]
    assert [note.line for note in code.notes] == [1, 5]


def test_tensors_that_are_not_written_out_come_from_an_example_that_fits():
    (opened,) = read_code("nn.CrossEntropyLoss(weight=torch.ones(10))").opened
    assert np.shape(opened.values["input"]) == (1, 10) and opened.missing == ("input", "target")
    (opened,) = read_code("F.cross_entropy(model(x), torch.zeros(7).long())").opened
    assert opened.missing == ("input", "target")


def test_every_name_of_pytorchs_is_known():
    for topic in TOPICS.values():
        assert read_code(f"{topic.torch_name}()").opened[0].lesson is topic


ENDLESS = {
    "doubled lists": "a=[1,1]\n" + "a=[a,a]\n" * 390,
    "doubled dicts": "a={'x':1}\n" + "a={'x':a,'y':a}\n" * 300,
    "large tensors": "a=torch.ones(9999)\nb=[" + ",".join(["a+a"] * 2000) + "]",
    "signs": "x=" + "-" * 9000 + "1",
    "brackets": "x=" + "(" * 150 + "1" + ")" * 150,
    "attributes": "x=a" + ".b" * 5000,
    "powers": "x=" + "9**" * 100 + "9",
    "repeats": "x=[1]*100000000\ny='a'*100000000",
    "open brackets": "x = [[[\n" * 390,
    "calls": "nn.MSELoss()" + "(1)" * 500,
    "ranges": "torch.arange(1e9)\ntorch.arange(0, 1, 1e-9)\ntorch.ones(10**6, 10**6)",
    "lines": "nn.MSELoss()\n" * 390,
    "too long": "x" * 30_000,
    "nulls": "nn.MSELoss(\0)",
    "surrogates": "nn.MSELoss('\ud800')",
}


@pytest.mark.parametrize("code", ENDLESS.values(), ids=ENDLESS)
def test_whatever_is_pasted_ends_soon(code):
    start = time.perf_counter()
    try:
        read_code(code)
    except Refusal as refusal:
        assert len(str(refusal)) < 250
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("name", ["large tensors", "too long"])
def test_what_would_grow_without_end_is_refused(name):
    with pytest.raises(Refusal):
        read_code(ENDLESS[name])


def test_nothing_is_run(monkeypatch):
    def fail(*_, **__):
        raise AssertionError("it was run")

    monkeypatch.setattr("builtins.eval", fail)
    monkeypatch.setattr("builtins.exec", fail)
    read_code("__import__('os').system('touch /tmp/x')\nexec('1')\neval('2')\nnn.MSELoss()")
