"""Everything that the pages have computed is computed within a budget: a walk over what is written there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("pages", "lib/ui", "lib/plots", "lib/guides")
BOUNDED = {  # what takes a budget, by the module or class in front of it, where the name alone could be another's
    "by_hand": "run",
    "grad_by_hand": "",
    "by_torch": "run",
    "torch_result": "",
    "of": "Case",
    "table": "lib.lesson.run.extremes",
    "slopes": "",
    "judge": "working",
    "judge_trace": "",
    "of_updates": "",
    "of_epochs": "",
    "trace_by_hand": "",
    "trace_by_torch": "",
    "torch_up_to": "",
    "lr_by_hand": "",
    "lr_by_torch": "",
    "schedule_by_hand": "",
    "groups_by_torch": "",
    "final_losses": "",
    "rivals": "",
    "best_rate": "",
    "live": "",
    "worked": "lib.guides.applications",
    "moving": "",
    "contour": "",
    "shares": "lib.plots.reduction",
    "divisor": "",
    "own_picture": "",
    "bars": "lib.plots.steps",
    "heatmap": "",
    "curves": "",
    "all_steps": "",
    "loss_at": "",
    "loss_and_gradient": "",
    "loss_and_slope": "",
    "affordable": "",
    "notebook": "lib.lesson.code.loss",
    "pytorch_lines": "lib.lesson.code.loss",
    "advance": "",
}
WITHOUT = {  # file: function that calls without one, and why it may
    ("lib/guides/article/claim.py", "torch_result"): "the article's own small numbers, the same for everybody",
}


def imported_from(tree: ast.Module) -> dict[str, str]:
    """Which module a name was imported from."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {alias.asname or alias.name: node.module for alias in node.names}
    return found


def unbounded_calls(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of each call that could take a budget and is given none."""
    tree = ast.parse(source)
    modules = imported_from(tree)
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(name):
                owner = modules.get(name, "" if name in defined else "?")
            case ast.Attribute(value=ast.Name(owner), attr=name):
                pass
            case ast.Attribute(value=ast.Attribute(attr=owner), attr=name):
                pass
            case _:
                continue
        wanted = BOUNDED.get(name)
        if wanted is None or (wanted and owner not in (wanted, "")):
            continue
        if owner != "?" and not any(keyword.arg == "budget" for keyword in node.keywords):
            yield node.lineno, name


FILES = [path.relative_to(ROOT).as_posix() for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("file", FILES)
def test_whatever_a_page_computes_has_a_budget(file):
    found = [(line, name) for line, name in unbounded_calls((ROOT / file).read_text()) if (file, name) not in WITHOUT]
    assert not found, f"{file}: called without budget=: " + ", ".join(f"{name} in line {line}" for line, name in found)


def test_an_exception_that_nobody_needs_is_none():
    for file, name in WITHOUT:
        assert name in [called for _, called in unbounded_calls((ROOT / file).read_text())], f"{file}: {name}"


@pytest.mark.parametrize(
    "source",
    [
        "from lib.lesson import run\nrun.by_hand(lesson, values)",
        "from lib.lesson.run.trace import trace_by_hand\ntrace_by_hand(lesson, param, grads, values, way=way)",
        "from lib.lesson import run\nrun.Case.of(lesson, values)",
        "from lib.lesson.run import Case\nCase.of(lesson, values).forward",
        "runs.torch_up_to(3)",
    ],
)
def test_a_call_without_one_is_found(source):
    assert list(unbounded_calls(source))
    *_, last = source.splitlines()
    bounded = last.replace(")", ", budget=budget)", 1)
    assert not list(unbounded_calls(source.replace(last, bounded)))
