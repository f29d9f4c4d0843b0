"""The page on which two functions that are alike stand side by side. It is for whoever teaches, not for students."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from lib.exercises import Exercise
from lib.grading.classroom.preflight import Job
from lib.grading.classroom.similarity import Alike, Written, alike, written

MOST_SHOWN = 100  # pairs of people
MOST_PUBLISHED = 60  # lines of a published text that are shown whole
_END_OF_LINE = re.compile(r"\r\n|\r|\n")  # as Python counts them; splitlines knows more of them

STYLE = """
:root { color-scheme: light dark; --line: #8884; --mark: #ffe08a; --soft: #666 }
@media (prefers-color-scheme: dark) { :root { --mark: #5c4a00; --soft: #aaa } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem;
  overflow-wrap: anywhere }
h1 { font-size: 1.5rem }
h2 { font-size: 1.2rem; border-top: 1px solid var(--line); padding-top: 1rem; margin-top: 2rem }
h3 { font-size: 1rem; margin: 1rem 0 .25rem }
p { max-width: 46rem; margin: .5rem 0 }
.both { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem }
@media (max-width: 50rem) { .both { grid-template-columns: 1fr } }
.both > div { min-width: 0 }
.who { font-weight: 600; font-size: .9rem } small, .soft { color: var(--soft) }
pre { overflow-x: auto; background: #8881; padding: .75rem 0; border-radius: .4rem; font-size: .85rem;
  margin: .25rem 0 }
pre span { display: block; width: max-content; min-width: 100%; padding: 0 .75rem; box-sizing: border-box }
pre i { font-style: normal; color: var(--soft); user-select: none }
pre .alike { background: var(--mark) }
"""

SAYS = """<p>These functions share more than what nearly everybody writes. <strong>That is no verdict, and no mark
depends on it</strong>: people learn from the same book, and work together. Look at the two, and ask.</p>
<p>Names, comments, prints and the order of statements make no difference here. What the starter gave does not count,
and what many in this class have, or what the exercise's solution and its typical mistakes have, counts for little.
Functions of three or four lines say too little to stand here. Marked are the lines with what hardly anybody else
has.</p>"""


def answers_of(jobs: Iterable[Job]) -> dict[Exercise, list[Written]]:
    """What the students of a class wrote, by exercise. Students of one name are told apart by their number."""
    answered = [(job, job.source) for job in jobs if job.source is not None]
    named = Counter(name for name, _ in {(job.student.name, job.student) for job, _ in answered})
    answers: dict[Exercise, list[Written]] = {}
    for job, source in answered:
        student = job.student
        who = student.name if named[student.name] == 1 else f"{student.name} ({student.id or student.key})"
        one = written(job.exercise, who, source.name, source.text, job.function)
        answers.setdefault(job.exercise, []).append(one)
    return answers


def write_similarity(path: Path, answers: Mapping[Exercise, Sequence[Written]]) -> int:
    """Compares the answers to each exercise and writes the page. Gives the number of pairs."""
    found = [pair for exercise, own in answers.items() for pair in alike(exercise, own)]
    people = _by_people(found)
    path.write_text(similarity_page(people), encoding="utf-8")
    return len(people)


def _by_people(found: Sequence[Alike]) -> dict[tuple[str, str], list[Alike]]:
    """The same two people in all exercises together; those that share most come first."""
    people: dict[tuple[str, str], list[Alike]] = {}
    for pair in found:
        people.setdefault((pair.one.who, pair.other.who), []).append(pair)
    return dict(sorted(people.items(), key=lambda item: -sum(pair.shared for pair in item[1])))


def similarity_page(people: Mapping[tuple[str, str], Sequence[Alike]]) -> str:
    """HTML that needs nothing else."""
    body = "".join(_of_two(who, pairs) for who, pairs in list(people.items())[:MOST_SHOWN])
    more = len(people) - MOST_SHOWN
    if more > 0:
        body += f"<p>{more} more pairs share less than these.</p>"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>What is alike</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>\n'
        f"<body><h1>What is alike</h1>\n{SAYS if people else '<p>No two answers share more than what is usual.</p>'}"
        f"\n{body}\n</body></html>\n"
    )


def _of_two(who: tuple[str, str], pairs: Sequence[Alike]) -> str:
    one, other = map(html.escape, who)
    parts = "".join(_of_exercise(pair) for pair in pairs)
    head = f"{one}: the same as {other}" if pairs[0].other.published else f"{one} and {other}"
    return f"<h2>{head}</h2>\n{parts}"


def _of_exercise(pair: Alike) -> str:
    share = f"{min(pair.share, 1):.0%} of {'it' if pair.other.published else 'the shorter one'}"
    sides = "".join(
        f'<div><div class="who">{html.escape(side.who)} <small>{html.escape(side.file)}</small></div>'
        f'<pre tabindex="0">{"".join(_lines(side, marked))}</pre></div>'
        for side, marked in zip((pair.one, pair.other), pair.marks, strict=True)
    )
    title = html.escape(pair.exercise.title)
    return f'<h3>{title} <span class="soft">{share}</span></h3>\n<div class="both">{sides}</div>\n'


def _lines(side: Written, marked: frozenset[int]) -> Iterator[str]:
    """The lines of the function with their numbers; of a long published text only what is alike and what is near."""
    text = _END_OF_LINE.split(side.text)
    shown = sorted({line for first, last in side.pieces.shown for line in range(first, last + 1)})
    if side.published and len(shown) > MOST_PUBLISHED:
        shown = [line for line in shown if any(abs(line - one) < 3 for one in marked)]
    for before, line in zip([None, *shown], shown, strict=False):
        gap = "<span>…</span>" if before and line > before + 1 else ""
        alike = ' class="alike"' if line in marked else ""
        code = html.escape(text[line - 1]) if line <= len(text) else ""
        yield f"{gap}<span{alike}><i>{line:>4} </i> {code}</span>"
