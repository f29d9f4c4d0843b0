"""Which mistakes of its lesson an exercise leaves out: by their names, as `[leave_out]` in exercise.toml has them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from lib.exercises.keys import Table
from lib.exercises.spec import Answer, ExerciseError
from lib.lesson.spec import Lesson, Mistake, Topic


def mistakes_of_lesson(lesson: Topic, answer: Answer) -> Mapping[str, Mistake]:
    """The lesson's mistakes by name: those in the gradient where an exercise asks for it, else those in the value."""
    return lesson.grad_mistakes if answer == "grad" and isinstance(lesson, Lesson) else lesson.mistakes


def read_left_out(top: Table, lesson: Topic | None, answer: Answer) -> dict[str, str]:
    """The mistakes by name, and why each cannot be made in this exercise. A former name is taken for today's.

    Raises ExerciseError for a key that is no such name. The beginning of the mistake's sentence, which stood here in
    older exercises, is answered with the name to write.
    """
    table = top.table("leave_out")
    if not table.values:
        return {}
    if lesson is None:
        raise top.wrong("leave_out", "no such table, since there is no lesson whose mistakes could be left out")
    known = mistakes_of_lesson(lesson, answer)
    names = {alias: name for name, mistake in known.items() for alias in mistake.aliases}
    names |= {name: name for name in known}
    for key in table.values:
        if key not in names:
            raise ExerciseError(f"{top.file}: {_no_name(key, known)}")
    return {names[key]: table.text(key) for key in table.values}


def _no_name(key: str, known: Mapping[str, Mistake]) -> str:
    """What is wrong with the key, and what to write."""
    written = "_".join(key.split())
    if written == key or written in known:
        close = difflib.get_close_matches(written, known, 1)
        hint = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(known)}."
        return f"leave_out.{key} is no mistake of the lesson; {hint}"
    begun = [name for name, mistake in known.items() if mistake.says.startswith(key)]
    names = " and ".join(begun) if begun else f"one of {', '.join(known)}"
    return f'leave_out."{key}" is how a sentence begins; expected the name of the mistake: {names}.'
