"""A student's page: one HTML file that needs nothing else, in words that teach."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lib.grading.classroom.causes import faults_of, is_one_cause, whole_file
from lib.grading.classroom.mark import Mark
from lib.grading.classroom.people import Student
from lib.grading.classroom.pieces import pieces_of
from lib.grading.classroom.points import AS_THEY_ARE, Points
from lib.sandbox.cells import cells_of, lines_of, place_in

MOST_CODE = 80  # lines that are shown whole; of more, those near what is marked
NEAR = 6

STYLE = """
:root { color-scheme: light dark; --text: #1d2430; --soft: #566072; --line: #d9dee7; --card: #f6f8fb;
  --good: #1f6b3a; --bad: #a32a17; --mark: #fde3df; --page: #fff }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ef; --soft: #a3adbd; --line: #353c48; --card: #1c212a;
  --good: #86d19b; --bad: #ffa08f; --mark: #4a231d; --page: #12151b } }
* { box-sizing: border-box }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 48rem;
  margin: 0 auto; padding: 2rem 1rem 4rem; overflow-wrap: anywhere }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 }
h3 { font-size: .9rem; color: var(--soft); font-weight: 600; margin: 1.25rem 0 .4rem }
p { margin: .5rem 0 }
section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1.5rem }
.head { display: flex; flex-wrap: wrap; gap: .1rem 1rem; align-items: baseline; justify-content: space-between }
.points { font-weight: 600; white-space: nowrap; font-variant-numeric: tabular-nums }
.soft { color: var(--soft); font-size: .9rem }
table { border-collapse: collapse; width: 100%; margin-top: 1.25rem }
td { padding: .4rem 0; border-top: 1px solid var(--line) } td + td { text-align: right; padding-left: 1rem }
tr:last-child td { border-bottom: 1px solid var(--line) }
a { color: inherit; text-underline-offset: .2em }
.say { border-left: 4px solid var(--bad); background: var(--card); padding: .6rem .9rem; margin: .75rem 0;
  border-radius: 0 .4rem .4rem 0 }
.say strong:first-child { display: block; font-size: .8rem; color: var(--bad) }
.full { border-color: var(--good) }
ul { list-style: none; margin: 0; padding: 0 }
li { padding: .3rem 0 } li + li { border-top: 1px solid var(--line) }
.test { display: flex; flex: 1; gap: .6rem; align-items: baseline } .test > span:nth-child(2) { flex: 1 }
li > .test { padding-left: 1.35rem }
li summary { display: flex; align-items: baseline; list-style: none; padding: 0 }
li summary::-webkit-details-marker { display: none }
li summary::before { content: "▸"; width: 1.35rem; flex: none; color: var(--soft) }
li details[open] > summary::before { content: "▾" }
li details > :not(summary) { margin-left: 1.35rem }
.passed { color: var(--good) } .failed { color: var(--bad) }
.kind { color: var(--soft) }
summary { cursor: pointer; padding: .2rem 0 } summary:focus-visible { outline: 2px solid; outline-offset: 2px }
pre { overflow-x: auto; background: var(--card); padding: .75rem; border-radius: .4rem; font-size: .85rem;
  line-height: 1.5; margin: .4rem 0 .6rem; overflow-wrap: normal; tab-size: 4 }
pre.code { padding: .6rem 0 }
pre.code > span { display: block; width: max-content; min-width: 100%; padding: 0 .75rem }
pre.code i { font-style: normal; color: var(--soft); user-select: none }
pre.code .here { background: var(--mark) }
pre.code .why { color: var(--bad); white-space: pre-wrap; width: auto; padding-left: 3.6rem;
  font-family: system-ui, sans-serif }
"""


def feedback_page(student: Student, marks: Sequence[Mark], points: Points = AS_THEY_ARE) -> str:
    """The page of one student, with every exercise under its own heading."""
    parts = _of_the_file(marks) or (line for place, mark in enumerate(marks) for line in _exercise(mark, place))
    body = "\n".join(parts)
    name = html.escape(student.name)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Feedback for {name}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>\n'
        f"<body><h1>Feedback for {name}</h1>\n{_total(marks, points)}{body}\n</body></html>\n"
    )


def _total(marks: Sequence[Mark], points: Points) -> str:
    """The sum over several exercises, and a table of them; no sum where one of them has no mark."""
    if len(marks) < 2:
        return ""
    total = points.total(marks)
    most = points.most([mark.exercise for mark in marks])
    told = f"<p><strong>{total} of {most} points in all</strong></p>\n" if total else ""
    titles = [html.escape(mark.exercise.title) for mark in marks]
    if not _of_the_file(marks):
        titles = [f'<a href="#e{place}">{title}</a>' for place, title in enumerate(titles)]
    scores = [f'<td class="points">{_score(mark)}</td>' for mark in marks]
    rows = "".join(f"<tr><td>{title}</td>{score}</tr>" for title, score in zip(titles, scores, strict=True))
    said = f'<p class="soft">{html.escape(points.says)}</p>\n' if points.says else ""
    return f"{told}{said}<table>{rows}</table>\n"


def _score(mark: Mark) -> str:
    return f"{mark.grade['score']:g} of {mark.grade['max_score']:g}" if mark.grade else "not graded"


def _of_the_file(marks: Sequence[Mark]) -> list[str]:
    """Where the file as a whole is the matter, for all exercises alike: one sentence, and the line. Else nothing."""
    said = {whole_file(mark) for mark in marks}
    first = marks[0]
    if len(marks) < 2 or len(said) > 1 or not whole_file(first) or first.grade is None:
        return []
    return [
        _said(f"All of {html.escape(first.file)}", whole_file(first)),
        *_code(first, first.grade),
        _made_with(first),
    ]


def _said(head: str, says: str) -> str:
    return f'<p class="say"><strong>{head}</strong> {html.escape(says)}</p>\n'


def _exercise(mark: Mark, place: int) -> Iterator[str]:
    yield f'<section id="e{place}"><div class="head"><h2>{html.escape(mark.exercise.title)}</h2>'
    yield f'<span class="points">{_score(mark)}{" points" if mark.grade else ""}</span></div>'
    if mark.grade is None:
        yield f"<p>Not graded: {html.escape(_for_its_author(mark.why))}. This is not counted as a zero.</p></section>"
        return
    grade = mark.grade
    function = html.escape(mark.function or mark.exercise.function)
    yield f'<p class="soft"><code>{function}</code> in {html.escape(mark.file)}</p>'
    yield from _what_is_wrong(mark, grade)
    yield from _left_out(grade)
    if not is_one_cause(mark):
        yield from _tests(grade)
    yield from _code(mark, grade)
    if grade["output"]:
        yield f"<details><summary>What it printed</summary><pre>{html.escape(grade['output'])}</pre></details>"
    yield f"{_made_with(mark)}</section>"


def _made_with(mark: Mark) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in (mark.grade or {}).get("versions", {}).items())
    return f'<p class="soft">Graded with {html.escape(versions)}.</p>'


def _for_its_author(why: str) -> str:
    """What went wrong on our side is nothing that a student can mend: that it did is enough."""
    return "something failed on our side" if why.startswith("our fault") else why


def _what_is_wrong(mark: Mark, grade: Mapping[str, Any]) -> Iterator[str]:
    for says in grade["mistakes"][:2]:
        yield _said("Likely mistake.", says)
    if is_one_cause(mark) and (says := whole_file(mark)):
        yield _said("The file as a whole" if grade["problem"] else "In every test", says)
    if all(test["outcome"] == "passed" for test in grade["tests"]):
        yield '<p class="say full">Every test passed.</p>'


def _left_out(grade: Mapping[str, Any]) -> Iterator[str]:
    """What of the file did not run, and why."""
    said = grade.get("left_out_says", ())
    if said:
        rows = "".join(f"<li>{html.escape(one)}</li>" for one in said)
        count = len({(one["cell"], one["cell"] or one["line"]) for one in grade["left_out"]})
        places = f"{count} place{'' if count == 1 else 's'}"
        yield f"<details><summary>The file without {places} that did not run</summary><ul>{rows}</ul></details>"


def _tests(grade: Mapping[str, Any]) -> Iterator[str]:
    """What failed first, the first of it open; then what passed, in one line that opens."""
    told = list(zip(grade["tests"], grade["details"], strict=True))
    failed = [one for one in told if one[0]["outcome"] != "passed"]
    passed = [one for one in told if one[0]["outcome"] == "passed"]
    first = next((detail for _, detail in failed if detail), None)
    if failed:
        yield f"<h3>{len(failed)} of {len(told)} tests failed</h3><ul>"
        yield from (
            f"<li>{_test(test, detail, opened=detail is not None and detail is first)}</li>" for test, detail in failed
        )
        yield "</ul>"
    if passed:
        rows = "".join(f"<li>{_test(test, None, opened=False)}</li>" for test, _ in passed)
        count = f"{len(passed)} test{'' if len(passed) == 1 else 's'} passed"
        yield f"<details><summary>{count}</summary><ul>{rows}</ul></details>"


def _test(test: Mapping[str, Any], detail: Mapping[str, str] | None, *, opened: bool) -> str:
    passed = test["outcome"] == "passed"
    mark, sort = ("✓", "passed") if passed else ("✗", "failed")
    hidden = ' <span class="kind">(hidden)</span>' if test["hidden"] else ""
    kind = "" if passed else f'<span class="kind">: {html.escape(test["outcome"])}</span>'
    line = (
        f'<span class="test"><span class="{sort}" role="img" aria-label="{sort}">{mark}</span>'
        f"<span>{html.escape(test['name'])}{hidden}{kind}</span>"
        f'<span class="points">{test["points"]:g} of {test["max_points"]:g}</span></span>'
    )
    if not detail:
        return line
    now = " open" if opened else ""
    hint = f"<p><strong>Hint:</strong> {html.escape(detail['hint'])}</p>" if detail["hint"] else ""
    says, computed = html.escape(detail["says"]), html.escape(detail["computed"])
    return f'<details{now}><summary>{line}</summary><p>{says}</p><pre tabindex="0">{computed}</pre>{hint}</details>'


def _code(mark: Mark, grade: Mapping[str, Any]) -> Iterator[str]:
    """The student's function, with the lines marked at which something was raised, and what it was below them."""
    raised = _raised(grade)
    lines = lines_of(mark.text)
    own = pieces_of(mark.text, mark.function or mark.exercise.function)
    shown = {line for first, last in own.shown for line in range(first, last + 1)} | set(raised)
    if len(shown) > MOST_CODE or not own.shown:
        shown = {line for at in raised for line in range(at - NEAR, at + NEAR + 1)}
    shown = {line for line in shown if 0 < line <= len(lines)}
    if not shown or all(test["outcome"] == "passed" for test in grade["tests"]):
        return
    rows = "".join(_rows(lines, sorted(shown), raised, mark.text))
    yield f"<details{' open' if raised else ''}><summary>Your code</summary>"
    yield f'<pre class="code" tabindex="0">{rows}</pre></details>'


def _raised(grade: Mapping[str, Any]) -> dict[int, str]:
    """Lines of the program → what was raised there."""
    said: dict[int, dict[str, int]] = {}
    for fault in faults_of(grade):
        if fault["line"]:
            says = f"{fault['type']}: {fault['message']}" if fault["type"] else fault["message"]
            of_line = said.setdefault(fault["line"], {})
            of_line[says] = of_line.get(says, 0) + 1
    return {line: "; ".join(list(of_line)[:2]) for line, of_line in said.items()}


def _rows(lines: Sequence[str], shown: Sequence[int], raised: Mapping[int, str], text: str) -> Iterator[str]:
    """Each line with its number as the student sees it: within its cell, under the cell's number."""
    cells = cells_of(text)
    before, cell_before = None, 0
    for line in shown:
        cell, number = place_in(cells, line)
        if cell != cell_before:
            yield f"<span><i>Cell {cell}</i></span>"
        elif before and line > before + 1:
            yield "<span><i>…</i></span>"
        before, cell_before = line, cell
        if number > 0:
            here = ' class="here"' if line in raised else ""
            yield f"<span{here}><i>{number:>4} </i> {html.escape(lines[line - 1])}</span>"
        if line in raised:
            yield f'<span class="here why">{html.escape(raised[line])}</span>'
