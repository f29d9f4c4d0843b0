"""The made-up class: Ada teaches, Tom assists, thirty students hand in what real ones do, mistakes included."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lib.course import engine
from lib.course.assignments import Form, Part, assignment_of, make_assignment
from lib.course.courses import join_by_code, make_course, set_code, set_role
from lib.course.demo.provider import claims_of
from lib.course.marking import ask_for_another_look, comment
from lib.course.policy import Terms
from lib.course.roster import read_roster
from lib.course.settings import Settings
from lib.course.sign_in import sign_in
from lib.course.submit import submit
from lib.course.who import Who
from lib.exercises import EXERCISES, Exercise
from lib.store import Store

TEACHER, ASSISTANT, STUDENT = "ada", "tom", "li.wei"
FIRST = "Li Bo Noor Kofi Ines Yuki Zoe Ravi Lena Omar Mei Jan Fatou Ola Sara".lower().split()
LAST = "Wei Okafor Nguyen Silva Haddad Kowalski Tanaka Berg Mensah Rossi Demir Petrova Singh Costa Lund".lower().split()
WEEKS = {  # title: exercises, days until it is due
    "Week 1: losses": (("mse_loss", "huber_loss", "softmax"), -5),
    "Week 2: classification": (("cross_entropy_loss", "kl_div_loss"), 3),
    "Week 3: optimizers": (("sgd_step", "adam_step"), 10),
}
OPEN_DAYS, LATE_DAYS = 7, 3


def students(count: int) -> list[str]:
    """Names, Li Wei's first."""
    names = [STUDENT, *(f"{FIRST[n % 15]}.{LAST[(4 * n + n // 15) % 15]}" for n in range(1, 2 * count))]
    return list(dict.fromkeys(names))[:count]


@dataclass(frozen=True)
class Scene:
    """A store whose clock can be set back, who signs in, and the chance that decides who does what."""

    store: Store
    settings: Settings
    issuer: str
    chance: random.Random

    def person(self, name: str) -> Who:
        return sign_in(self.store, self.settings, {"iss": self.issuer, "sub": name, **claims_of(name)})

    def at(self, moment: datetime) -> Store:
        return replace(self.store, clock=lambda: moment)


def make_up(store: Store, settings: Settings, issuer: str, count: int = 30, seed: int = 1) -> int:
    """Fills an empty store, and has everything graded; the number of submissions."""
    scene = Scene(store, settings, issuer, random.Random(seed))
    ada = scene.person(TEACHER)
    course = make_course(store, ada, "Deep learning, a made-up class", "UTC")
    code = set_code(store, ada, course, on=True)
    tom = scene.person(ASSISTANT)
    join_by_code(store, tom, code)
    set_role(store, ada, course, tom.id, "assistant")
    names = students(count)
    read_roster(store, ada, course, _roster([*names, "late.comer", "never.came"]))
    people = {name: scene.person(name) for name in names}
    handed_in = [_week(scene, ada, course, people, title) for title in WEEKS]
    engine.work_until_idle(store)
    _talk(scene, ada, people, next(iter(handed_in)))
    return sum(len(numbers) for numbers in handed_in)


def _roster(names: Sequence[str]) -> bytes:
    """As a learning platform might export it."""
    file = io.StringIO()
    rows = [(claims_of(name)["name"], claims_of(name)["email"], 1000 + n, n % 3 + 1) for n, name in enumerate(names)]
    csv.writer(file).writerows([("Name", "Email", "ID", "Section"), *rows])
    return file.getvalue().encode()


def _week(scene: Scene, ada: Who, course: int, people: Mapping[str, Who], title: str) -> list[int]:
    """An assignment, and what has been handed in by now; the receipts' numbers."""
    slugs, days = WEEKS[title]
    now = scene.store.now()
    due = (now + timedelta(days=days)).replace(hour=22, minute=0, second=0, microsecond=0)
    opens = due - timedelta(days=OPEN_DAYS)
    terms = Terms(opens, due, due + timedelta(days=LATE_DAYS), late_percent=10, grace_minutes=30)
    form = Form(title, tuple(Part(slug, 10) for slug in slugs), terms)
    number = make_assignment(scene.store, scene.settings, ada, course, form)
    handed_in: list[int] = []
    for asked in assignment_of(scene.store, ada, number).exercises:
        for name, who in people.items():
            for moment, text in _attempts(scene.chance, EXERCISES[asked.slug], opens, min(now, due)):
                if name != STUDENT or days < 0:  # whoever tries this out as a student finds something left to do
                    handed_in.append(submit(scene.at(moment), who, asked.id, text).number)
    return handed_in


def _attempts(
    chance: random.Random, exercise: Exercise, opens: datetime, until: datetime
) -> Iterator[tuple[datetime, str]]:
    """When one student hands in what: up to three times, often wrong first; some never, a few late."""
    if until <= opens or chance.random() < 0.12:
        return
    count = chance.choice((1, 1, 2, 2, 3))
    begins = opens + (until - opens) * chance.uniform(0.05, 0.9)
    for attempt in range(1, count + 1):
        right = chance.random() < (0.75 if attempt == count else 0.1)
        source = exercise.solution if right else chance.choice(_wrong(exercise))
        vary = chance.choice(HARMLESS) if right or chance.random() < 0.8 else chance.choice(BREAKING)
        yield min(begins + timedelta(minutes=25 * attempt), until - timedelta(seconds=5)), vary(source)


def _wrong(exercise: Exercise) -> list[str]:
    """What students get wrong, as the exercise's author has seen it, and the file as it was handed out."""
    return [*(one.source for one in exercise.mistakes), *(one.source for one in exercise.mistakes), exercise.starter]


Vary = Callable[[str], str]
HARMLESS: tuple[Vary, ...] = (
    lambda source: source,
    lambda source: f"# my solution\n{source}",
    lambda source: f'{source.rstrip()}\n\n\nif __name__ == "__main__":\n    print("it works")\n',
    lambda source: source.replace("    return ", "    # done\n    return "),
)
BREAKING: tuple[Vary, ...] = (
    lambda source: source.replace("):", ")", 1),  # the colon is forgotten
    lambda source: source.replace("def ", "def my_", 1),  # another name than was asked for
    lambda source: f"import torch\n{source}",  # which is not there
    lambda source: source.replace("    return ", "    print", 1),  # printed in place of returned
)


def _talk(scene: Scene, ada: Who, people: Mapping[str, Who], numbers: Sequence[int]) -> None:
    """What people say about marks: a comment, and a student who asks for another look."""
    from lib.course.seen import submission_of

    for number in numbers:
        seen = submission_of(scene.store, ada, number)
        if seen.mistakes:
            comment(scene.store, ada, number, "Look at what you divide by, then try the first test by hand.")
            who = next(who for who in people.values() if who.id == seen.person_id)
            asks = "I think that the second test rounds differently.\nCould you look at it again?"
            ask_for_another_look(scene.store, who, number, asks)
            return
