"""What a class can do and what it gets wrong, so that the next lesson can start there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lib.catalog import TOPICS
from lib.exercises import Exercise
from lib.grading.classroom.causes import Error, errors_of, whole_file, zero_because_of_the_file
from lib.grading.classroom.mark import Mark, all_alike, likely_mistake
from lib.grading.classroom.people import Student

MOST_TO_TEACH = 5  # mistakes, for one lesson's time
MOST_PER_EXERCISE = 5
MOST_CAUSES, MOST_NAMES = 12, 6

# What became of a submission that ends every test alike, as it reads after "12 of 120".
OF_THE_WHOLE = {
    "does not parse": "do not parse",
    "no such function": "have no function of the name that was asked for",
    "wrong arguments": "take other arguments than those asked for",
    "out of time": "never end",
    "raised": "raise an error in every test",
    "exited": "end the program instead of returning",
    "bad result": "return nothing that is an array or a number, in every test",
    "wrong shape": "return another shape in every test",
    "wrong value": "return wrong numbers in every test",
    "wrong kind": "return something else than numbers in every test",
}


def class_brief(exercises: Sequence[Exercise], marks: Sequence[Mark]) -> str:
    """Markdown: the zeros that are due to a file first, then what to teach again; then for each exercise who passed,
    which errors, which mistakes, which tests."""
    lines = ["# Class brief", "", f"{len({mark.student for mark in marks})} students."]
    lines += _look_here(marks)
    lines += _to_teach(exercises, marks)
    for exercise in exercises:
        lines += ["", f"## {exercise.title}", *_of_one(exercise, [m for m in marks if m.exercise is exercise])]
    return "\n".join(lines) + "\n"


def _look_here(marks: Sequence[Mark]) -> Iterator[str]:
    """Who got nothing because of the file, and who got no mark, by cause: these are the marks that may be unjust."""
    causes = _causes(marks)
    if not causes:
        return
    zeros = sum(map(zero_because_of_the_file, marks))
    yield from ("", "## Zero because of the file: look here", "")
    yield f"{zeros} zeros and {sum(mark.grade is None for mark in marks)} without a mark, by cause:"
    yield ""
    by_size = sorted(causes.items(), key=lambda item: -len(item[1]))
    for (slugs, cause), names in by_size[:MOST_CAUSES]:
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        yield f"- {', '.join(slugs)}, {len(names)}: {plain(cause)} ({', '.join(map(plain, names[:MOST_NAMES]))}{more})"
    if len(by_size) > MOST_CAUSES:
        rest = sum(len(names) for _, names in by_size[MOST_CAUSES:])
        yield f"- {rest} more, for {len(by_size) - MOST_CAUSES} other reasons: look_here.csv has all of them"


def _causes(marks: Sequence[Mark]) -> dict[tuple[tuple[str, ...], str], list[str]]:
    """Exercises and the cause that a student's zeros in them share → the students whom it met."""
    met: dict[tuple[Student, str], list[str]] = {}
    for mark in marks:
        cause = f"no mark: {mark.why}" if mark.grade is None else whole_file(mark)
        if mark.grade is None or zero_because_of_the_file(mark):
            met.setdefault((mark.student, cause), []).append(mark.exercise.slug)
    causes: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for (student, cause), slugs in met.items():
        causes.setdefault((tuple(slugs), cause), []).append(student.name)
    return causes


def plain(text: str) -> str:
    """What a stranger wrote, on one line and without a sign that Markdown obeys."""
    line = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#" else sign for sign in line)


def _code(text: str) -> str:
    """The same as code."""
    return f"`{' '.join(text.split()).replace('`', chr(39))}`"


def _to_teach(exercises: Sequence[Exercise], marks: Sequence[Mark]) -> Iterator[str]:
    """The mistakes that most of the class makes, over all exercises, with the lesson that shows each step by step."""
    made = [
        (count, exercise, names, says)
        for exercise in exercises
        for names, says, count in _mistakes(_of(exercise, marks))
        if count > 1
    ]
    if made:
        yield from ("", "## To teach again", "")
    made.sort(key=lambda one: one[0], reverse=True)
    for place, (count, exercise, names, says) in enumerate(made[:MOST_TO_TEACH], 1):
        lesson = f" Lesson: {TOPICS[exercise.lesson].title} (/{exercise.lesson})." if exercise.lesson else ""
        yield f"{place}. {exercise.title}, {count} of {len(_of(exercise, marks))}: {says}{lesson} {_named(names)}"


def _named(names: Sequence[str]) -> str:
    return f"({' or '.join(map(_code, names))})"


def _of(exercise: Exercise, marks: Sequence[Mark]) -> list[Mark]:
    """The marks of those who could be graded."""
    return [mark for mark in marks if mark.exercise is exercise and mark.grade is not None]


def _mistakes(graded: Sequence[Mark]) -> list[tuple[tuple[str, ...], str, int]]:
    """The mistakes by name and in words, and how many students make each: the most frequent first."""
    made = Counter[tuple[str, ...]]()
    said: dict[tuple[str, ...], str] = {}
    for mark in graded:
        if mark.grade and (names := tuple(mark.grade["mistake_names"][:2])):
            made[names] += 1
            said[names] = likely_mistake(mark.grade)
    return [(names, said[names], count) for names, count in made.most_common()]


def _of_one(exercise: Exercise, marks: Sequence[Mark]) -> Iterator[str]:
    graded = _of(exercise, marks)
    yield ""
    if len(graded) < len(marks):
        yield f"- {len(marks) - len(graded)} of {len(marks)} could not be graded."
    grades = [mark.grade for mark in graded if mark.grade is not None]
    if not grades:
        return
    count = len(grades)
    full = sum(all(test["outcome"] == "passed" for test in grade["tests"]) for grade in grades)
    mean = sum(grade["score"] for grade in grades) / count
    yield f"- {full} of {count} passed everything; {mean:.1f} of {exercise.max_score:g} points on average."
    if absent := sum(mark.absent for mark in graded):
        yield f"- {absent} of {count} handed in nothing like it."
    there = [mark.grade for mark in graded if mark.grade is not None and not mark.absent]
    alike = Counter(outcome for grade in there if not grade["mistakes"] and (outcome := all_alike(grade)))
    for outcome, n in alike.most_common():
        yield f"- {n} of {count} {OF_THE_WHOLE.get(outcome, f'end every test with: {outcome}')}."
    yield from _errors(graded)
    for names, says, n in _mistakes(graded)[:MOST_PER_EXERCISE]:
        yield f"- **{n} of {count}**: {says} {_named(names)}"
    passed = {
        place: sum(grade["tests"][place]["outcome"] == "passed" for grade in grades)
        for place in range(len(exercise.tests))
    }
    hard = sorted((place for place, n in passed.items() if n < count), key=lambda place: passed[place])
    if hard:
        yield from ("", "| test, hardest first | passed |", "| --- | --- |")
    for place in hard:
        test = exercise.tests[place]
        yield f"| {test.name}{' (hidden)' if test.hidden else ''} | {passed[place]} of {count} |"


def _errors(graded: Sequence[Mark]) -> Iterator[str]:
    """What is raised, where, by how many, and the line of one of them; the most frequent first."""
    made = Counter[Error]()
    line: dict[Error, str] = {}
    for mark in graded:
        for error, code in errors_of(mark).items():
            made[error] += 1
            line.setdefault(error, code)
    if made:
        yield "- What is raised, and where:"
    for error, n in made.most_common(MOST_PER_EXERCISE):
        where = f"in {_code(error.function)}" if error.function else "at the top of the file"
        example = f", as at {_code(line[error])}" if line[error] else ""
        yield f"  - {n}: {error.type} {where}, {_code(error.message)}{example}"
    if len(made) > MOST_PER_EXERCISE:
        yield f"  - and {len(made) - MOST_PER_EXERCISE} other errors"
