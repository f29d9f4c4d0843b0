"""A student's page: one HTML file that needs nothing else, in words that teach."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lib.grading.classroom.handed_in import Student
from lib.grading.classroom.mark import Mark

STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #2f6b3a; --bad: #a3321f }
@media (prefers-color-scheme: dark) { :root { --good: #8fd19e; --bad: #ff9d8a } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  overflow-wrap: anywhere }
h1 { font-size: 1.5rem }
h2 { font-size: 1.2rem; margin-top: 2rem; border-top: 1px solid var(--line); padding-top: 1rem }
.test { margin: .35rem 0 } p.test { padding-left: 1rem }
summary { cursor: pointer } .passed { color: var(--good) } .failed { color: var(--bad) }
.mistake { border-left: 4px solid var(--bad); padding: .25rem .75rem }
pre { overflow-x: auto; background: #8881; padding: .75rem; border-radius: .4rem; font-size: .85rem }
small { opacity: .8 }
"""


def feedback_page(student: Student, marks: Sequence[Mark]) -> str:
    """The page of one student, with every exercise under its own heading."""
    body = "\n".join(line for mark in marks for line in _exercise(mark))
    name = html.escape(student.name)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Feedback for {name}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>\n'
        f"<body><h1>Feedback for {name}</h1>\n{_total(marks)}{body}\n</body></html>\n"
    )


def _total(marks: Sequence[Mark]) -> str:
    """The sum over several exercises; nothing where one of them has no mark."""
    scores = [mark.score for mark in marks if mark.score is not None]
    if len(marks) < 2 or len(scores) < len(marks):
        return ""
    return (
        f"<p><strong>{sum(scores):g} of {sum(mark.exercise.max_score for mark in marks):g} points in all</strong></p>\n"
    )


def _exercise(mark: Mark) -> Iterator[str]:
    yield f"<h2>{html.escape(mark.exercise.title)}</h2>"
    if mark.grade is None:
        yield f"<p>Not graded: {html.escape(mark.why)}. This is not counted as a zero.</p>"
        return
    grade = mark.grade
    yield f"<p><strong>{grade['score']:g} of {grade['max_score']:g} points</strong> for {html.escape(mark.file)}</p>"
    if grade["problem"]:
        yield f'<p class="mistake">{html.escape(grade["problem"])}</p>'
        return
    for says in grade["mistakes"][:2]:
        yield f'<p class="mistake"><strong>Likely mistake.</strong> {html.escape(says)}</p>'
    first = next((place for place, text in enumerate(grade["details"]) if text), None)
    for place, test in enumerate(grade["tests"]):
        yield _test(test, grade["details"][place], opened=place == first)
    if grade["output"]:
        yield f"<details><summary>What it printed</summary><pre>{html.escape(grade['output'])}</pre></details>"
    versions = ", ".join(f"{name} {version}" for name, version in grade["versions"].items())
    yield f"<p><small>{html.escape(versions)}</small></p>"


def _test(test: Mapping[str, Any], detail: str, *, opened: bool) -> str:
    passed = test["outcome"] == "passed"
    mark, sort = ("✓", "passed") if passed else ("✗", "failed")
    hidden = " (hidden)" if test["hidden"] else ""
    says = f"{html.escape(test['name'])}{hidden}, {test['points']:g} of {test['max_points']:g}"
    kind = "" if passed else f": {html.escape(test['outcome'])}"
    line = f'<span class="{sort}">{mark}</span> {says}{kind}'
    if not detail:
        return f'<p class="test">{line}</p>'
    now = " open" if opened else ""
    return f'<details class="test"{now}><summary>{line}</summary><pre>{html.escape(detail)}</pre></details>'
