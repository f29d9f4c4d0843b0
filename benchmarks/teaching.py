"""How well the pages teach: `python -m benchmarks.teaching` prints what is recognised, from the catalogue itself.

An entry is one row typed by itself. A slip counts where the example can show it: where its number, to the digits that a
learner types, is another one than PyTorch's. A false friend is a slip named where only another one was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from lib.catalog import ENTROPY, LOSSES, OPTIMIZERS, SCHEDULERS
from lib.lesson.optimizer import Optimizer
from lib.lesson.run import Case
from lib.lesson.run.given import as_array
from lib.lesson.run.loss import torch_result
from lib.lesson.run.schedule import schedule_by_hand
from lib.lesson.run.set_up import set_up
from lib.lesson.run.trace import trace_by_hand
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Lesson, Mistake, Tensor, Topic
from lib.lesson.working import Judged, Part, Row
from lib.lesson.working.answers import kept_to_decimals, kept_to_digits
from lib.lesson.working.diagnose import mistaken, mistakes_of, truth_of, worked
from lib.lesson.working.entries import judge_case
from lib.lesson.working.rows import rows, sample_shape
from lib.lesson.working.truth import Truth
from lib.tensors.read import read
from lib.tensors.rounding import fits

DIGITS = 5  # significant ones that somebody who made a slip types
EPOCHS = (1, 3, 8)
UPDATES = (1, 2)

Typist = Callable[[np.ndarray], str]


@dataclass(frozen=True, eq=False)
class Sheet:
    """One page with one example on it: a part of a case, and the rows that it asks."""

    name: str
    case: Case
    part: Part
    sample: tuple[int, ...]

    @property
    def rows(self) -> list[Row]:
        return rows(truth_of(self.case, self.part).steps, self.sample)

    def judge(self, row: Row, text: str) -> Judged:
        """The verdict on one row, with all others blank."""
        judged = judge_case(self.case, {row.key: text}, self.sample, self.part)
        return next(j for j in judged if j.row.key == row.key)


@dataclass
class Count:
    """So many of so many, and the names of those that are missing."""

    of: int = 0
    missing: list[str] = field(default_factory=list)

    def add(self, held: bool, name: str) -> None:
        self.of += 1
        if not held:
            self.missing.append(name)

    def __str__(self) -> str:
        held = self.of - len(self.missing)
        return f"{held:,} of {self.of:,} ({held / max(1, self.of):.1%})"


def sheets(lesson: Topic) -> Iterator[Sheet]:
    """Every example of a lesson, worked as its page does."""
    for place, values in enumerate(examples(lesson)):
        case = Case.of(lesson, values)
        parts: tuple[Part, ...] = ("forward", "gradient") if isinstance(lesson, Lesson) else ("forward",)
        for part in parts:
            shape = sample_shape(truth_of(case, part).steps)
            yield Sheet(f"{lesson.slug} {place} {part}", case, part, (0,) * len(shape))


def examples(lesson: Topic) -> Iterator[Mapping[str, Any]]:
    """What the page's working is given: an example, or an update or an epoch of one."""
    for example in (example for example in lesson.examples if not example.rejected):
        if isinstance(lesson, Optimizer):
            yield from updates(lesson, example.values)
        elif isinstance(lesson, Scheduler):
            yield from epochs(lesson, example.values)
        else:
            yield example.values


def updates(lesson: Optimizer, form: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    ready = set_up(lesson, form)
    trace = trace_by_hand(lesson, ready.param, ready.grads, ready.values, max(UPDATES))
    rates: Any = ready.values.get("lr")
    for update in UPDATES:
        before = trace[update - 2] if update > 1 else None
        rate = {"lr": rates[update - 1]} if isinstance(rates, list) else {}
        param, state = (before.param, before.state) if before else (ready.param, {})
        yield {**ready.values, **rate, "param": param, "grad": trace[update - 1].grad, "state": state}


def epochs(lesson: Scheduler, form: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    values = {name: value for name, value in form.items() if name not in ("steps", "metrics")}
    metrics = form.get("metrics") or [1.0, 0.8, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7]
    schedule = schedule_by_hand(lesson, values, max(EPOCHS) + 1, metrics if lesson.watches_metric else None)
    yield from (schedule[epoch].given for epoch in EPOCHS)


def each_number(write: Callable[[float], str]) -> Typist:
    """Types a tensor number by number."""

    def typed(value: np.ndarray) -> str:
        def nested(part: Any) -> str:
            return "[" + ", ".join(map(nested, part)) + "]" if isinstance(part, list) else write(part)

        return nested(np.asarray(value, dtype=np.float64).tolist())

    return typed


def cut(number: float, digits: int = 4) -> str:
    """Significant digits, the rest cut off; a number that is not whole keeps a decimal, or is rounded to tens."""
    if number == 0 or not np.isfinite(number):
        return repr(number)
    unit = 10.0 ** (np.floor(np.log10(abs(number))) - digits + 1)
    if unit == 1:
        return cut(number, digits + 1)
    return f"{np.trunc(number / unit + np.sign(number) * 1e-9) * unit:.{digits}g}"


ROUNDINGS: Mapping[str, Typist] = {
    "every digit": each_number(repr),
    "eight digits": each_number(lambda x: f"{x:.8g}"),
    "five digits": each_number(lambda x: f"{x:.5g}"),
    "four digits": each_number(lambda x: f"{x:.4g}"),
    "three digits": each_number(lambda x: f"{x:.3g}"),
    "three digits, power of ten": each_number(lambda x: f"{x:.2e}"),
    "four digits, rest cut off": each_number(cut),
    "as torch prints it": lambda value: str(torch.as_tensor(np.asarray(value, dtype=np.float64))),
}
KEPT = {
    "four decimals kept throughout": (kept_to_decimals(4), each_number(lambda x: f"{x:.4f}")),
    "four digits kept throughout": (kept_to_digits(4), each_number(lambda x: f"{x:#.4g}")),
}


def right_answers(sheet: Sheet, count: Count) -> None:
    """The right value of every row, in every rounding."""
    kept = {name: (worked(sheet.case, sheet.part, way).sent, write) for name, (way, write) in KEPT.items()}
    for row in sheet.rows:
        texts = {name: write(row.of(np.asarray(row.step.value))) for name, write in ROUNDINGS.items()}
        for name, (values, write) in kept.items():
            if row.step.name in values and _usable(row, values[row.step.name]):
                texts[name] = write(row.of(values[row.step.name]))
        for name, text in texts.items():
            judged = sheet.judge(row, text)
            count.add(judged.verdict == "right", f"{sheet.name} {row.key}: {text} ({name}) {judged.verdict}")


def torchs_answers(lesson: Topic, count: Count) -> None:
    """Torch's own result on float32 inputs: printed, and every digit of it as `.item()` gives them."""
    if not isinstance(lesson, Lesson):
        return
    for place, values in enumerate(examples(lesson)):
        narrow = {name: _in_float32(lesson, name, value) for name, value in values.items()}
        result = torch.from_numpy(np.array(torch_result(lesson, narrow).value))
        case = Case.of(lesson, narrow)
        shape = sample_shape(case.forward.steps)
        sheet = Sheet(f"{lesson.slug} {place} in float32", case, "forward", (0,) * len(shape))
        row = next((row for row in reversed(sheet.rows) if np.shape(row.step.value) == result.shape), None)
        for text in (str(result), str(result.tolist())) if row and row.index is None else ():
            judged = sheet.judge(row, text) if row else None
            count.add(judged is not None and judged.verdict == "right", f"{sheet.name}: {text}")


def _in_float32(lesson: Lesson, name: str, value: Any) -> Any:
    spec = next(field for field in lesson.fields if field.name == name)
    if not isinstance(spec, Tensor) or value is None:
        return value
    array = np.asarray(as_array(spec, value))
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def _usable(row: Row, kept: np.ndarray) -> bool:
    """Whether rounding on the way has left the value within a hundredth, and no whole number of another."""
    if np.shape(kept) != np.shape(row.step.value):
        return False
    true, value = row.of(np.asarray(row.step.value, dtype=np.float64)), row.of(np.asarray(kept, dtype=np.float64))
    with np.errstate(all="ignore"):
        close = (np.abs(value - true) <= 0.01 * np.abs(true)) & ((value == true) | (np.abs(value) < 1000))
    return bool(close.all())


def slips(sheet: Sheet, at_result: Count, at_step: Count, friends: Count) -> None:
    """Every mistake that the example can show, typed at the result and at the first row that it changes."""
    for mistake in mistakes_of(sheet.case.lesson, sheet.part):
        shown = [(row, text) for row, text in _wrong_entries(sheet, mistake)]
        if not shown:
            continue
        last = sheet.rows[-1].key
        for row, text, count in [(*shown[0], at_step)] + [(*s, at_result) for s in shown if s[0].key == last]:
            judged = sheet.judge(row, text)
            found = [m.name for m in judged.mistakes]
            name = f"{sheet.name} {row.key}: {text} is {mistake.name}, named {found or judged.says or judged.verdict}"
            count.add(mistake.name in found, name)
            friends.add(not found or mistake.name in found, name)


def _wrong_entries(sheet: Sheet, mistake: Mistake) -> Iterator[tuple[Row, str]]:
    """The rows that the mistake changes to the digits typed, with what somebody who makes it types there."""
    wrong, truth = mistaken(sheet.case, mistake, sheet.part), Truth(sheet.case, sheet.part)
    for row in sheet.rows if wrong else ():
        assert wrong is not None
        value = wrong.sent.get(row.step.name)
        if value is None or np.shape(value) != np.shape(row.step.value):
            continue
        if not (np.isfinite(row.of(value)).all() or mistake.not_finite):
            continue
        if (np.abs(value - row.step.value) <= truth.noise(row.step)).all():
            continue
        text = each_number(lambda x: f"{x:.{DIGITS}g}")(row.of(value))
        if not fits(read(text), row.of(np.asarray(row.step.value))).all():
            yield row, text


def main() -> None:
    print("| | right answers accepted | slips named at their step | at the result | false friends |")
    print("|---|---|---|---|---|")
    missing: list[str] = []
    for name, lessons in {
        "entropy": ENTROPY,
        "losses": LOSSES,
        "optimizers": OPTIMIZERS,
        "schedulers": SCHEDULERS,
    }.items():
        right, at_step, at_result, friends = Count(), Count(), Count(), Count()
        for lesson in lessons.values():
            torchs_answers(lesson, right)
            for sheet in sheets(lesson):
                right_answers(sheet, right)
                slips(sheet, at_result, at_step, friends)
        print(f"| {name} | {right} | {at_step} | {at_result} | {len(friends.missing)} |", flush=True)
        missing += [f"refused: {m}" for m in right.missing]
        missing += [f"not named at its step: {m}" for m in at_step.missing]
        missing += [f"not named at the result: {m}" for m in at_result.missing]
        missing += [f"false friend: {m}" for m in friends.missing]
    print("\n" + "\n".join(missing))


if __name__ == "__main__":
    main()
