"""The slips of code that people make anywhere: which of them can be made in an exercise, and what is said of each.

A slip is made at a place of the solution, on an argument, on the result, or between two updates. Its sentence sets the
learner right without showing the solution.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.exercises import Exercise, Test
from lib.grading.slips.hooks import BINARY, COUNT, REDUCE, UNARY, Place
from lib.lesson.pieces.reduction import REDUCTION


@dataclass(frozen=True)
class Slip:
    """One slip: how it is switched on in `inside.py`, and what is said of whoever makes it.

    `likely` is 1 for what is often seen, 2 for what is not, 3 for a number that is off. A slip of the sort `step` is
    none: whoever makes it stops at an earlier step of the solution.
    """

    name: str
    says: str
    likely: int = 2
    places: tuple[tuple[int, Any], ...] = ()
    changes: tuple[tuple[str, str], ...] = ()
    result: str = ""
    handed: str = ""
    source: int = 0
    both: tuple[Slip, ...] = ()  # of two slips together each by itself

    @property
    def order(self) -> list[Any]:
        """As `inside.answers` takes it."""
        return [self.source, [list(one) for one in self.places], [list(one) for one in self.changes], *self._ends]

    @property
    def _ends(self) -> list[str]:
        return [self.result, self.handed]

    @property
    def is_step(self) -> bool:
        return self.name == "stops_early"

    def __and__(self, other: Slip) -> Slip | None:
        """Both slips together; None where one undoes the other."""
        same_place = {place for place, _ in self.places} & {place for place, _ in other.places}
        same_name = {name for name, _ in self.changes} & {name for name, _ in other.changes}
        if same_place or same_name or (self.result and other.result) or (self.handed and other.handed):
            return None
        return Slip(
            f"{self.name}+{other.name}",
            two_things(self.says, other.says),
            max(self.likely, other.likely),
            (*self.places, *other.places),
            (*self.changes, *other.changes),
            self.result or other.result,
            self.handed or other.handed,
            max(self.source, other.source),
            (self, other),
        )


def two_things(one: str, other: str) -> str:
    return f"Two things: {one} And: {other}"


def slips_at(places: Sequence[Place], words: frozenset[str]) -> Iterator[Slip]:
    """The slips that can be made in a program. `words` are names that the learner has read."""
    yield from _everywhere(places)
    for place in places:
        yield from _in_other_brackets(place)
        where = f", where {place.of} is computed" if place.of in words and len(place.of) > 1 else ""
        for how, name, says, likely in _at(place):
            yield Slip(name, says.format(what=place.what, where=where), likely, ((place.number, how),))


def _everywhere(places: Sequence[Place]) -> Iterator[Slip]:
    """The same slip at each place of a kind, as by somebody who does not know better."""
    alike: dict[tuple[str, str, str, str, int], list[tuple[int, str]]] = {}
    for place in places:
        if place.sort in ("operator", "call", "comparison"):
            for how, name, says, likely in _at(place):
                if likely == 1:
                    alike.setdefault((place.what, how, name, says, likely), []).append((place.number, how))
    for (what, _, name, says, _), made in alike.items():
        if len(made) > 1:
            told = says.format(what=what, where="")
            yield Slip(name, f"{told.removesuffix('.')}, and not in one place only.", 2, tuple(made))
            for pair in itertools.combinations(made, 2):
                if len(made) > 2:
                    yield Slip(name, f"{told.removesuffix('.')}, in two places.", 2, pair)


BRACKETS = "Brackets are missing: a factor, or a division, is meant for the whole sum."
TOO_MANY = "Brackets are in the wrong place: a factor, or a division, is meant for one term of the sum only."
WEIGHTS = "The two weights of a sum are exchanged."


def _in_other_brackets(place: Place) -> Iterator[Slip]:
    """A factor of a sum that reaches one term only, and the other way round; the weights of an average exchanged."""
    if place.sort != "operator" or not place.inside:
        return
    left, right = place.inside
    watched = tuple((one[0], "watched") for one in (left, right) if one)
    if place.what in "*/" and left and left[1] in ("+", "-"):
        for how in ("first bare", "second bare"):
            yield Slip("brackets", BRACKETS, 1, ((left[0], "watched"), (place.number, [how, left[0]])))
    if place.what == "*" and right and right[1] in ("+", "-"):
        for how in ("first bare", "second bare"):
            yield Slip("brackets", BRACKETS, 1, ((right[0], "watched"), (place.number, [how, right[0], right[0]])))
    if place.what in "+-" and right and right[1] in ("*", "/"):
        yield Slip("brackets", TOO_MANY, 1, ((right[0], "watched"), (place.number, ["both divided", right[0]])))
    if place.what in "+-" and left and right and left[1] == right[1] == "*":
        made = (*watched, (place.number, ["weights", left[0], right[0]]))
        yield Slip("weights_exchanged", WEIGHTS, 1, made)


Way = tuple[str, str, str, int]  # how, name, what is said, how likely


def _at(place: Place) -> Iterator[Way]:
    match place.sort:
        case "operator":
            yield from _operators(place)
        case "call":
            yield from _calls(place)
        case "comparison":
            yield from COMPARED.get(place.what, ())
        case "number":
            yield from _numbers(float(place.what))
        case "condition":
            yield "always", "condition_ignored", "What one case asks for was done in every case.", 2
            yield "never", "case_left_out", "One case is treated as all the others: a condition is left out.", 2
        case "minus":
            yield "left out", "minus_left_out", "A minus sign is missing{where}.", 1
        case "not":
            yield "left out", "condition_turned", "A condition is turned round{where}: a “not” is missing.", 2
        case "turned":
            yield "left out", "not_transposed", "An array is not transposed, where it has to be{where}.", 1
        case "side":
            says = "Another side of the array was counted{where}: look at which axis has which length."
            yield "first", "wrong_side_counted", says, 2
            yield "last", "wrong_side_counted", says, 2
            yield "size", "all_elements_counted", "All elements were counted{where}, in place of those on one axis.", 2
        case "use":
            yield from USES
        case "name":
            yield from VALUES
            yield (
                "early",
                "stops_early",
                "a value on the way, {what} in our solution; what comes after it is missing.",
                2,
            )
            yield "before", "line_left_out", "One step is left out{where}: what was there before is used as it is.", 2
            yield "less", "one_too_few", "A count is one too small: {what}. Does it start from 0 or from 1?", 1
            yield "more", "one_too_many", "A count is one too large: {what}. Does it start from 0 or from 1?", 1


USES: tuple[Way, ...] = (
    ("less", "one_less", "{what} − 1 was used in one place, where {what} is meant.", 2),
    ("more", "one_more", "{what} + 1 was used in one place, where {what} is meant.", 2),
    ("one minus", "one_minus_an_argument", "1 − {what} was used in one place, where {what} is meant.", 2),
    ("square", "square_of_an_argument", "{what} was squared in one place, where it enters as it is.", 2),
    ("one", "argument_left_out", "In one place {what} is left out: 1 stands there.", 2),
)
VALUES: tuple[Way, ...] = (
    ("whole value", "whole_numbers", "A value on the way was cut to a whole number{where} (//, or integers).", 1),
    ("value without sign", "abs_too_many", "An abs is too many: the sign is needed{where}.", 2),
    ("minus value", "sign_turned", "A value on the way has the wrong sign{where}.", 2),
    ("twice value", "factor_two", "There is a factor 2 too many, or a ½ is missing{where}.", 2),
    ("half value", "factor_half", "There is a ½ too many, or a factor 2 is missing{where}.", 2),
    ("squared value", "square_too_many", "A square too many, or a root is missing{where}.", 2),
    ("root of value", "root_too_many", "There is a root too many{where}.", 2),
    ("not below 0", "cut_at_zero", "A value on the way was cut off at 0{where}; it may be negative.", 2),
    ("counted", "counted_for_weighed", "Each was counted as 1{where}; each has a weight of its own.", 2),
)  # fmt: skip

SIGN = "A plus and a minus are exchanged{where}."
OPERATORS: Mapping[str, tuple[Way, ...]] = {
    "+": (
        ("-", "sign_turned", SIGN, 1),
        ("left", "term_left_out", "A term of a sum is left out{where}.", 1),
        ("right", "term_left_out", "A term of a sum is left out{where}.", 1),
        ("*", "times_for_plus", "Two things were multiplied that should be added{where}.", 3),
    ),
    "-": (
        ("+", "sign_turned", SIGN, 1),
        ("turned", "difference_turned", "A difference is the wrong way round{where}: its sign is turned.", 1),
        ("left", "not_subtracted", "Something is not subtracted that should be{where}.", 1),
        ("right", "only_what_is_subtracted", "Of a difference only the second part is used{where}.", 2),
    ),
    "*": (
        ("left", "factor_left_out", "A factor is left out{where}.", 1),
        ("right", "factor_left_out", "A factor is left out{where}.", 1),
        ("/", "divided_for_multiplied", "Something is divided by that should be multiplied by{where}.", 2),
        ("@", "matrix_product_for_elements", "A matrix product stands where elements are multiplied{where}.", 2),
        ("+", "plus_for_times", "Two things were added that should be multiplied{where}.", 3),
    ),
    "/": (
        ("left", "division_left_out", "A division is missing{where}.", 1),
        ("//", "whole_division", "// rounds down to a whole number; / divides{where}.", 1),
        ("*", "multiplied_for_divided", "Something is multiplied by that should be divided by{where}.", 1),
        ("turned", "fraction_upside_down", "A fraction is upside down{where}.", 2),
        ("right", "only_the_divisor", "Of a fraction only the divisor is used{where}.", 3),
    ),
    "**": (
        ("left", "power_left_out", "A power is left out{where}.", 1),
        ("*", "times_for_power", "A number is multiplied by its exponent{where}, in place of raised to that power.", 1),
        ("turned", "power_turned", "Base and exponent are exchanged{where}.", 2),
    ),
    "@": (
        ("turned", "product_turned", "The two factors of a matrix product are exchanged{where}.", 1),
        ("*", "elements_for_matrix_product", "Elements are multiplied where a matrix product belongs{where}.", 1),
        ("left", "factor_left_out", "A factor of a matrix product is left out{where}.", 2),
        ("right", "factor_left_out", "A factor of a matrix product is left out{where}.", 2),
    ),
    "//": (("/", "not_whole_division", "A division keeps its fraction, where a whole number is needed{where}.", 1),),
}


def _operators(place: Place) -> Iterator[Way]:
    yield from OPERATORS.get(place.what, ())


EDGE = "At the edge itself the other case holds: look at < and ≤{where}."
TURNED = "A comparison is the wrong way round{where}: the two cases are exchanged."
COMPARED: Mapping[str, tuple[Way, ...]] = {
    sign: (
        (other, "edge_on_the_wrong_side", EDGE, 1),
        (turned, "comparison_turned", TURNED, 1),
        (last, "comparison_turned", TURNED, 2),
    )
    for sign, other, turned, last in (
        ("<", "<=", ">", ">="),
        ("<=", "<", ">=", ">"),
        (">", ">=", "<", "<="),
        (">=", ">", "<=", "<"),
    )
} | {sign: ((other, "comparison_turned", TURNED, 1),) for sign, other in (("==", "!="), ("!=", "=="))}


def _numbers(number: float) -> Iterator[Way]:
    off = "A number is off by one{where}: {what} is meant."
    if number == int(number):
        yield "more", "number_off_by_one", off, 3
        yield "less", "number_off_by_one", off, 3
    if number:
        yield "twice", "factor_two", "A number is twice what it should be{where}: {what} is meant.", 2
        yield "half", "half_the_number", "A number is half of what it should be{where}: {what} is meant.", 2
        yield "minus", "number_negative", "A number has the wrong sign{where}: {what} is meant.", 3


AXES: Mapping[str, str] = {
    "axis first": "The {what} runs along the first axis{where}; another axis is meant.",
    "axis last": "The {what} runs along the last axis{where}; another axis, or all of them, is meant.",
    "axis all": "The {what} is taken over the whole array{where}, in place of along one axis.",
}

LOGS = {"log": ("log2", "log10"), "log2": ("log",), "log10": ("log",)}
RARE = ("max", "median", "one less", "cube", "exp2", "sin", "cos", "add")
WORDS = {"one less": "A mean that divides by one less", "cube": "The third power", "add": "A plain sum"}
TWINS = {
    "max": ("min",),
    "min": ("max",),
    "sum": ("mean", "max"),
    "mean": ("sum", "max", "median", "one less"),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "abs": ("square",),
    "square": ("abs", "cube"),
    "log1p": ("log",),
    "expm1": ("exp",),
    "exp": ("exp2",),
    "sqrt": ("square",),
    "norm": ("sum",),
    "logaddexp": ("add",),
    "sin": ("cos",),
    "cos": ("sin",),
}


def _calls(place: Place) -> Iterator[Way]:
    name = place.what
    arguments = "2 arguments" in place.has and "of numpy" not in place.has
    if name in REDUCE and not (name in ("max", "min") and arguments):
        yield from _reductions(place)
    elif name in ("max", "min"):
        yield "first", "limit_left_out", "A limit is left out{where}: nothing is cut off.", 1
        yield "second", "limit_left_out", "A limit is left out{where}: nothing is cut off.", 1
    if name in UNARY:
        yield "first", f"{name}_left_out", "{what} is missing{where}.", 1
    if name in BINARY:
        yield from _choices(name)
    if name in COUNT:
        yield "from one", "counts_from_one", "The count starts from 1{where}; it should start one earlier.", 1
        yield "from zero", "counts_from_zero", "The count starts one too early{where}.", 1
        yield "all but one", "one_too_few", "The loop, or the count, ends one too early{where}.", 1
        yield "one more", "one_too_many", "The loop, or the count, goes on one too long{where}.", 1
    if name == "get":
        yield "never read", "state_not_read", "What was kept from the update before is not used{where}.", 1
        yield (
            "starts with the gradient",
            "starts_with_the_gradient",
            ("Before the first update nothing is kept yet; the first value is not the gradient itself{where}."),
            1,
        )
    if name == "len":
        yield "as first", "all_elements_counted", "All elements were counted{where}, in place of the rows.", 1
        yield "last side", "columns_counted", "The columns were counted{where}, in place of the rows.", 1
    for other in LOGS.get(name, ()):
        yield other, "wrong_logarithm", f"The logarithm has another base: {{what}} is meant, not {other}{{where}}.", 1
    for other in TWINS.get(name, ()):
        yield (
            other,
            f"{other.replace(' ', '_')}_for_{name}",
            f"{WORDS.get(other, other)} stands where {{what}} is meant{{where}}.",
            1,
        )
    if name in ("dot", "matmul", "outer"):
        yield "swapped", "product_turned", "The two factors of a product are exchanged{where}.", 1


def _reductions(place: Place) -> Iterator[Way]:
    for axis, says in AXES.items():
        if not (axis == "axis all" and "axis" not in place.has and "1 arguments" in place.has):
            yield axis, "wrong_axis", says, 1
    yield "first", f"{place.what}_left_out", "The {what} is missing{where}.", 1
    if "keepdims" in place.has:
        yield "keepdims", "keepdims_forgotten", "keepdims=True is missing at the {what}{where}: the axis is lost.", 1
    if place.what in ("std", "var"):
        yield "ddof", "ddof", "The {what} divides by n where n − 1 is meant, or the other way round (ddof){where}.", 1
    if place.what == "mean":
        yield "by rows", "mean_over_the_batch_only", "The mean is taken over the batch only: divide by all elements.", 1
        yield (
            "by the last side",
            "mean_over_the_last_axis_only",
            ("The mean divides by the length of the last axis only; divide by all elements."),
            1,
        )


def _choices(name: str) -> Iterator[Way]:
    if name == "where":
        yield "second", "one_case_for_all", "The formula of one case is used for all elements{where}.", 1
        yield "third", "one_case_for_all", "The formula of one case is used for all elements{where}.", 1
        yield "swapped", "cases_exchanged", "The two cases are exchanged{where}.", 1
    elif name != "logaddexp":
        yield "first", "limit_left_out", "A limit is left out{where}: nothing is cut off ({what}).", 1
    if name in ("maximum", "minimum"):
        yield "second", "limit_left_out", "A limit is left out{where}: nothing is cut off ({what}).", 1
    if name == "power":
        yield "swapped", "power_turned", "Base and exponent are exchanged{where}.", 2


# --- on arguments --------------------------------------------------------------------------------------------------

ON_ARRAYS: Mapping[str, tuple[str, str, int]] = {  # how -> name, what is said, how likely
    "softmax": ("softmax_first", "Softmax was applied to {it} first; it is meant as it comes.", 1),
    "softmax of columns": ("softmax_first", "Softmax was applied to {it} first, along the columns.", 2),
    "flat softmax": ("softmax_over_everything", "Softmax was applied to all of {it} at once.", 1),
    "log softmax": ("log_softmax_first", "Log-softmax was applied to {it} first; it is meant as it comes.", 1),
    "sigmoid": ("sigmoid_first", "The sigmoid was applied to {it} first; it is meant as it comes.", 1),
    "exp": ("exponential_first", "exp was applied to {it} first; it is meant as it comes.", 1),
    "log": ("logarithm_first", "The logarithm of {it} was used; it is meant as it comes.", 1),
    "abs": ("sign_dropped", "The sign of {it} was dropped.", 2),
    "minus": ("sign_of_an_argument", "{it} enters with the wrong sign.", 1),
    "square": ("square_of_an_argument", "The square of {it} was used.", 1),
    "root": ("root_of_an_argument", "The square root of {it} was used.", 1),
    "one over": ("reciprocal_of_an_argument", "One over {it} was used.", 2),
    "one minus": ("one_minus_an_argument", "1 − {it} was used in place of {it}.", 2),
    "twice": ("argument_doubled", "{it} enters twice as large as it is.", 3),
    "half": ("argument_halved", "Half of {it} was used.", 3),
    "less": ("index_off_by_one", "{it} was made smaller by 1.", 2),
    "more": ("index_off_by_one", "{it} was made larger by 1.", 2),
    "whole": ("truncated", "{it} was cut to whole numbers: an array of integers keeps no fractions.", 1),
    "float16": ("half_precision", "{it} was rounded to float16.", 2),
    "transposed": ("transposed", "{it} was transposed.", 1),
    "shares": ("normalised", "{it} was divided by its sum first; it is meant as it comes.", 1),
    "row shares": ("normalised", "Each row of {it} was divided by its sum first; it is meant as it comes.", 1),
    "first sample": ("first_sample_only", "Only the first sample of {it} was used.", 1),
    "sorted": ("sorted", "{it} was sorted first.", 2),
    "signs as 0 and 1": ("signs_as_zeros_and_ones", "{it} holds −1 and 1; it was treated as 0 and 1.", 2),
    "0 and 1 as signs": ("zeros_and_ones_as_signs", "{it} holds 0 and 1; it was treated as −1 and 1.", 2),
    "column": ("column_against_row", "{it} was made a column: every element met every other (broadcasting).", 1),
}
ON_NUMBERS: Mapping[str, tuple[str, str, int]] = {
    "less": ("one_less", "{it} − 1 was used in place of {it}.", 1),
    "more": ("one_more", "{it} + 1 was used in place of {it}.", 1),
    "one minus": ("one_minus_an_argument", "1 − {it} was used in place of {it}.", 1),
    "twice": ("argument_doubled", "Twice {it} was used.", 2),
    "half": ("argument_halved", "Half of {it} was used.", 2),
    "minus": ("sign_of_an_argument", "{it} enters with the wrong sign.", 1),
    "square": ("square_of_an_argument", "The square of {it} was used.", 1),
    "root": ("root_of_an_argument", "The square root of {it} was used.", 1),
    "one over": ("reciprocal_of_an_argument", "1 / {it} was used in place of {it}.", 2),
    "whole": ("truncated", "{it} was cut to a whole number.", 2),
}
ON_PAIRS: Mapping[str, tuple[str, str, int]] = {
    "turned": ("pair_exchanged", "The two numbers in {it} are exchanged.", 1),
    "first for all": ("first_for_all", "The first number in {it} was used for both.", 1),
    "last for all": ("last_for_all", "The last number in {it} was used for both.", 1),
    "one minus": ("one_minus_an_argument", "1 − {it} was used in place of {it}.", 1),
}


def slips_in_arguments(exercise: Exercise, tests: Sequence[Test]) -> Iterator[Slip]:
    """An argument that is ignored, exchanged with another, or changed before it is used."""
    seen: dict[str, list[Any]] = {}
    for test in tests:
        for name, value in test.args().items():
            seen.setdefault(name, []).append(value)
    for name, values in seen.items():
        yield from _ignored(exercise, name, values)
        for how, (slip, says, likely) in _ways_on(values).items():
            if exercise.answer == "update" and (name == "param" or how not in ON_GRADIENTS) and _is_array(values):
                continue
            rare = "softmax" in how and name in ("target", "weight", "pos_weight")
            yield Slip(slip, says.format(it=name), 2 if rare else likely, changes=((name, how),))
    yield from _taken_for(exercise, seen)
    by_place = [name for name in exercise.signature.by_place if name in seen]
    for one, other in itertools.combinations(by_place, 2):
        says = f"{one} and {other} are exchanged."
        yield Slip("arguments_exchanged", says, 1, changes=((one, f"swapped with {other}"),))
    named = [name for name in exercise.signature.by_name if name in seen and isinstance(seen[name][0], float)]
    for one, other in itertools.combinations(named, 2):
        yield Slip(
            "arguments_exchanged",
            f"{one} and {other} are exchanged.",
            2,
            changes=((one, f"swapped with {other}"),),
        )


def _taken_for(exercise: Exercise, seen: Mapping[str, Sequence[Any]]) -> Iterator[Slip]:
    """One argument that is used as if it were another: pos_weight as weight."""
    arrays = [name for name in exercise.signature.by_name if name in seen and _is_array(seen[name])]
    for one, other in itertools.permutations(arrays, 2):
        says = f"{one} was used as if it were {other}: it is meant for one part only."
        yield Slip("taken_for_another", says, 1, changes=((one, f"as {other}"),))


def _ignored(exercise: Exercise, name: str, values: Sequence[Any]) -> Iterator[Slip]:
    if name in exercise.signature.by_name:
        default = exercise.signature.defaults.get(name, "its default")
        says = f"{name} is ignored: it is always taken as {default}."
        yield Slip("ignores_an_argument", says, 1, changes=((name, "default"),))
    if isinstance(values[0], bool):
        yield Slip("argument_turned", f"{name} does the opposite of what it should.", 1, changes=((name, "not"),))
    if name == REDUCTION.name and isinstance(values[0], str):
        for word in ("mean", "sum", "none"):
            says = f"The reduction is always {word!r}, whatever is asked for."
            yield Slip(f"always_{word}", says, 1, changes=((name, f"is {word}"),))


ON_GRADIENTS = ("minus", "abs", "square", "transposed", "twice", "half", "whole", "exp")


def _is_array(values: Sequence[Any]) -> bool:
    return any(isinstance(value, np.ndarray) for value in values)


def _ways_on(values: Sequence[Any]) -> Mapping[str, tuple[str, str, int]]:
    value = next((value for value in values if value is not None), None)
    if isinstance(value, np.ndarray):
        return ON_ARRAYS
    if isinstance(value, tuple):
        return ON_PAIRS
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ON_NUMBERS
    return {}


# --- on results ----------------------------------------------------------------------------------------------------

ON_RESULTS: Mapping[str, tuple[str, str, int]] = {
    "minus": ("sign_turned", "The sign of the result is turned round.", 1),
    "twice": ("twice_the_result", "The result is twice what it should be: is a ½ missing, or a factor 2 too many?", 1),
    "half": ("half_the_result", "The result is half of what it should be: is a factor 2 missing, or a ½ too many?", 1),
    "square": ("squared", "The result is the square of what is asked for: is a root missing?", 1),
    "root": ("root_too_many", "The result is the square root of what is asked for.", 1),
    "abs": ("sign_lost", "The result has lost its sign: there is an abs too many.", 1),
    "exp": ("exponential_of_the_result", "The result is exp of what is asked for: is a logarithm missing?", 1),
    "log": ("logarithm_of_the_result", "The result is the logarithm of what is asked for.", 1),
    "one over": ("reciprocal_of_the_result", "The result is 1 over what is asked for.", 1),
    "one minus": ("one_minus_the_result", "The result is 1 minus what is asked for.", 1),
    "in bits": ("wrong_logarithm", "The result is in bits, with log2; it should be in nats, with ln.", 1),
    "bits as nats": ("wrong_logarithm", "The result is too small by the factor ln 2: a logarithm has another base.", 1),
    "in bans": ("wrong_logarithm", "The logarithm has another base: the result is with log10, where ln is meant.", 1),
    "bans as nats": ("wrong_logarithm", "The result is too large by the factor ln 10: another base is meant.", 2),
    "by the size": ("mean_for_sum", "This is divided by the number of elements; it should not be.", 1),
    "times the size": ("sum_for_mean", "This is the sum; the division by the number of elements is missing.", 1),
    "by the rows": ("divided_by_rows", "This is divided by the number of rows, once too often.", 1),
    "times the rows": ("not_divided_by_rows", "The division by the number of rows is missing.", 1),
    "by the columns": ("divided_by_columns", "This is divided by the length of the last axis, once too often.", 1),
    "times the columns": ("not_divided_by_columns", "The division by the length of the last axis is missing.", 1),
    "whole": ("truncated", "The result is cut to whole numbers: an array of integers keeps no fractions.", 1),
    "transposed": ("result_transposed", "The result is transposed.", 1),
    "backwards": ("backwards", "The result stands in the opposite order.", 1),
    "sum": ("summed", "The results are added up, where one for each is asked for.", 1),
    "mean": ("averaged", "The mean of the results is taken, where one for each is asked for.", 1),
    "rows only": ("summed_along_rows", "The results are added up along the last axis; one for each is asked for.", 1),
    "row means": ("averaged_along_rows", "The mean along the last axis is taken; one for each is asked for.", 1),
    "columns only": ("summed_along_columns", "The results are added up along the first axis; each is asked for.", 1),
    "column means": ("averaged_along_columns", "The mean along the first axis is taken; one for each is asked for.", 1),
    "first": ("first_only", "Only the first number of the result came back.", 1),
    "last": ("last_only", "Only the last number of the result came back.", 1),
    "not below 0": ("cut_at_zero", "The result is cut off at 0.", 1),
    "kept axis": ("axis_too_many", "The numbers are right; the shape has an axis of length 1 too many.", 1),
    "as a list of one": ("axis_too_many", "The number is right, but stands in an array of shape (1,).", 1),
    "two decimals": ("rounded", "The result is rounded to two decimals; hand it back as it is.", 1),
    "three decimals": ("rounded", "The result is rounded to three decimals; hand it back as it is.", 1),
    "four decimals": ("rounded", "The result is rounded to four decimals; hand it back as it is.", 1),
}  # fmt: skip
ON_RATES: Mapping[str, tuple[str, str, int]] = {
    "late": ("one_epoch_late", "The schedule is one epoch late: the first rate comes twice.", 1),
    "sum so far": ("rates_added_up", "The rates are added up.", 2),
    "first for all": ("rate_never_changes", "The learning rate never changes.", 1),
    "as a share": ("shares_for_rates", "These are shares of the first rate; rates are asked for.", 1),
    "twice": ("twice_the_result", "The rates are twice as large as they should be.", 2),
    "half": ("half_the_result", "The rates are half of what they should be.", 2),
    "backwards": ("backwards", "The rates stand in the opposite order.", 1),
    "two decimals": ("rounded", "The rates are rounded to two decimals; hand them back as they are.", 1),
    "three decimals": ("rounded", "The rates are rounded to three decimals; hand them back as they are.", 1),
    "four decimals": ("rounded", "The rates are rounded to four decimals; hand them back as they are.", 1),
}
ON_UPDATES: Mapping[str, tuple[str, str, int]] = {
    "step only": ("step_for_parameter", "This is the step that is taken off; the new parameter is asked for.", 1),
    "step, as it moves": ("step_for_parameter", "This is the step; the parameter after it is asked for.", 1),
    "uphill": ("uphill", "The step goes the wrong way: it is added where it should be taken off.", 1),
    "not moved": ("not_moved", "The parameter came back as it was.", 1),
    "old state": ("old_state_returned", "The state came back as it was handed in; return the new one.", 1),
    "no state": ("state_not_returned", "The state is not returned: the next update knows nothing of this one.", 1),
    "half a step": ("half_a_step", "The step is half as long as it should be.", 2),
    "two steps": ("twice_the_step", "The step is twice as long as it should be.", 2),
}  # fmt: skip
BETWEEN: Mapping[str, tuple[str, str, int]] = {
    "an empty state": ("state_not_carried_on", "Each update starts afresh: what the state keeps is not used.", 1),
    "the first state": ("first_state_kept", "The state stays as it was after the first update.", 1),
}


def slips_in_results(exercise: Exercise) -> Iterator[Slip]:
    if exercise.answer == "update":
        yield from (Slip(name, says, likely, result=how) for how, (name, says, likely) in ON_UPDATES.items())
        yield from (Slip(name, says, likely, handed=how) for how, (name, says, likely) in BETWEEN.items())
        return
    table = ON_RATES if exercise.answer == "lr" else ON_RESULTS
    yield from (Slip(name, says, likely, result=how) for how, (name, says, likely) in table.items())
    if exercise.answer == "lr":
        says = "The schedule is one epoch early: the first rate is left out."
        yield Slip("one_epoch_early", says, 1, handed="from the second epoch")


# --- another function of the catalogue -----------------------------------------------------------------------------


def others(exercise: Exercise, among: Mapping[str, Exercise], first: int) -> Iterator[tuple[Exercise, Slip]]:
    """Other exercises' solutions that can be called with this one's arguments, each as a slip: "This is AdamW, …"."""
    number = itertools.count(first)
    for other in among.values():
        if other.slug == exercise.slug or other.path == "debugging" or not _callable_alike(exercise, other):
            continue
        says = f"This is {_title(other)}; {_title(exercise)} is asked for."
        for changes in ((), *_renamed(exercise, other)):
            yield other, Slip(f"this_is_{other.slug}", says, 1, changes=changes, source=next(number))


def defaults_of(exercise: Exercise, other: Exercise) -> dict[str, Any]:
    """This exercise's defaults of the arguments that the other one knows too: they stand in the starter."""
    found = {}
    for name, text in exercise.signature.defaults.items():
        if name in other.signature.by_name:
            with contextlib.suppress(ValueError):  # 1 / 3 is no literal
                found[name] = ast.literal_eval(text)
    return found


def _title(exercise: Exercise) -> str:
    return f"“{exercise.title}”"


def _callable_alike(one: Exercise, other: Exercise) -> bool:
    mine, theirs = one.signature, other.signature
    return one.answer == other.answer and len(mine.by_place) == len(theirs.by_place) and "while " not in other.solution


def _renamed(one: Exercise, other: Exercise) -> Iterator[tuple[tuple[str, str], ...]]:
    """Huber's delta is Smooth L1's beta: where each has one argument that the other does not know, they may be one."""
    mine = [name for name in one.signature.by_name if name not in other.signature.by_name]
    theirs = [name for name in other.signature.by_name if name not in one.signature.by_name]
    if len(mine) == len(theirs) == 1:
        yield ((mine[0], f"as {theirs[0]}"),)
