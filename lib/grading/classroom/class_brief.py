"""What a class can do and what it gets wrong, so that the next lesson can start there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lib.catalog import TOPICS
from lib.exercises import Exercise
from lib.grading.classroom.mark import Mark, all_alike, likely_mistake

MOST_TO_TEACH = 5  # mistakes, for one lesson's time
MOST_PER_EXERCISE = 5

# What became of a submission that ends every test alike, as it reads after "12 of 120".
OF_THE_WHOLE = {
    "does not parse": "do not parse",
    "no such function": "have no function of the name that was asked for",
    "wrong arguments": "take other arguments than those asked for",
    "out of time": "never end",
    "raised": "raise an error in every test",
    "exited": "end the program instead of returning",
}


def class_brief(exercises: Sequence[Exercise], marks: Sequence[Mark]) -> str:
    """Markdown: what to teach again first; then for each exercise who passed, which mistakes, which tests."""
    lines = ["# Class brief", "", f"{len({mark.student for mark in marks})} students."]
    lines += _to_teach(exercises, marks)
    for exercise in exercises:
        lines += ["", f"## {exercise.title}", *_of_one(exercise, [m for m in marks if m.exercise is exercise])]
    return "\n".join(lines) + "\n"


def _to_teach(exercises: Sequence[Exercise], marks: Sequence[Mark]) -> Iterator[str]:
    """The mistakes that most of the class makes, over all exercises, with the lesson that shows each step by step."""
    made = [(n, exercise, says) for exercise in exercises for says, n in _mistakes(_of(exercise, marks)) if n > 1]
    if made:
        yield from ("", "## To teach again", "")
    made.sort(key=lambda one: one[0], reverse=True)
    for place, (count, exercise, says) in enumerate(made[:MOST_TO_TEACH], 1):
        lesson = f" Lesson: {TOPICS[exercise.lesson].title} (/{exercise.lesson})." if exercise.lesson else ""
        yield f"{place}. {exercise.title}, {count} of {len(_of(exercise, marks))}: {says}{lesson}"


def _of(exercise: Exercise, marks: Sequence[Mark]) -> list[Mark]:
    """The marks of those who could be graded."""
    return [mark for mark in marks if mark.exercise is exercise and mark.grade is not None]


def _mistakes(graded: Sequence[Mark]) -> list[tuple[str, int]]:
    """The mistakes in words, and how many students make each: the most frequent first. They are counted by name."""
    made = Counter[tuple[str, ...]]()
    said: dict[tuple[str, ...], str] = {}
    for mark in graded:
        if mark.grade and (names := tuple(mark.grade["mistake_names"][:2])):
            made[names] += 1
            said[names] = likely_mistake(mark.grade)
    return [(said[names], count) for names, count in made.most_common()]


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
    alike = Counter(outcome for grade in grades if not grade["mistakes"] and (outcome := all_alike(grade)))
    for outcome, n in alike.most_common():
        yield f"- {n} of {count} {OF_THE_WHOLE.get(outcome, f'end every test with: {outcome}')}."
    yield from (f"- **{n} of {count}**: {says}" for says, n in _mistakes(graded)[:MOST_PER_EXERCISE])
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
