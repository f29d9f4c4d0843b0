"""Who wrote the same: copies in disguise are found, what everybody writes is not, and nobody is judged."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest

from lib.catalog import TOPICS
from lib.exercises import EXERCISES
from lib.grading.__main__ import main
from lib.grading.classroom.pieces import pieces_of
from lib.grading.classroom.similarity import alike, written
from lib.grading.classroom.similarity_page import similarity_page, write_similarity
from lib.lesson.code.source import local_parts

HUBER, SOFTMAX, ADAM = (EXERCISES[slug] for slug in ("huber_loss", "softmax", "adam_step"))
HEAD = "import numpy as np\n\n\ndef huber_loss(input, target, *, delta=1.0, reduction='mean'):\n"


def function(body, head=HEAD):
    return head + "".join(f"    {line}\n" for line in body.strip("\n").splitlines())


# Six people who thought for themselves.
WHERE = function("""
diff = input - target
a = np.abs(diff)
loss = np.where(a < delta, 0.5 * diff ** 2, delta * (a - 0.5 * delta))
if reduction == "mean":
    return np.mean(loss)
elif reduction == "sum":
    return np.sum(loss)
return loss
""")
TWO_PARTS = function("""
e = np.abs(input - target)
quad = 0.5 * e ** 2
lin = delta * (e - 0.5 * delta)
out = np.where(e < delta, quad, lin)
if reduction == "none":
    return out
if reduction == "sum":
    return out.sum()
return out.mean()
""")
CLIPPED = function("""
error = np.abs(np.asarray(target) - np.asarray(input))
inner = np.minimum(error, delta)
rest = error - inner
each = inner * inner / 2 + rest * delta   # the quadratic part, then the line that goes on
table = {"none": each, "sum": np.sum(each), "mean": np.sum(each) / max(each.size, 1)}
if reduction not in table:
    raise ValueError("reduction must be none, sum or mean")
return table[reduction]
""")
MASKED = function("""
r = np.array(input, dtype=float) - target
small = np.abs(r) <= delta
out = np.empty_like(r)
out[small] = r[small] ** 2 / 2
out[~small] = delta * np.abs(r[~small]) - delta ** 2 / 2
if reduction == "mean":
    return out.mean()
if reduction == "sum":
    return out.sum()
return out
""")
LOOPED = function("""
x = np.ravel(input)
y = np.ravel(target)
vals = []
for i in range(len(x)):
    d = abs(x[i] - y[i])
    if d < delta:
        vals.append(d * d / 2)
    else:
        vals.append(delta * d - delta * delta / 2)
vals = np.array(vals).reshape(np.shape(input))
if reduction == "none":
    return vals
total = vals.sum()
return total if reduction == "sum" else total / len(x)
""")
HELPED = HEAD.replace("def", """def one(size, delta):
    return size * size / 2 if size < delta else delta * (size - delta / 2)


def""", 1) + """    sizes = np.abs(np.subtract(input, target))
    losses = np.vectorize(one, otypes=[float])(sizes, delta)
    how = {"none": lambda found: found, "sum": np.sum, "mean": np.mean}
    return how[reduction](losses)
"""  # fmt: skip
OWN = {"where": WHERE, "two parts": TWO_PARTS, "clipped": CLIPPED, "masked": MASKED, "looped": LOOPED, "helped": HELPED}

DISGUISES = {
    "names, order, prints, comments": (
        "clipped",
        function(
            """
            \"\"\"My own work.\"\"\"
            print("start")
            g = numpy.abs(numpy.asarray(target) - numpy.asarray(input))
            q = numpy.minimum(g, delta)
            w: float = g - q
            k = w * delta + q * q / 2
            if reduction not in ("none", "sum", "mean"): raise ValueError("what?")
            d = {"none": k, "sum": k.sum(), "mean": k.sum() / max(k.size, 1)}
            print(d)
            return d[reduction]
            """.replace("\n            ", "\n"),
            HEAD.replace("import numpy as np", "import numpy"),
        ),
    ),
    "statements and branches in another order": (
        "masked",
        function("""
        z = np.array(input, dtype=float) - target
        res = np.empty_like(z)
        inside = np.abs(z) <= delta
        res[~inside] = delta * np.abs(z[~inside]) - delta ** 2 / 2
        res[inside] = z[inside] ** 2 / 2
        if reduction == "sum":
            return res.sum()
        if reduction == "mean":
            return res.mean()
        return res
        """.replace("\n        ", "\n")),
    ),
    "names, and lines that do nothing": (
        "looped",
        LOOPED.replace("vals", "losses").replace("x", "pred").replace("np.pred", "np.x").replace("y =", "true =")
        .replace("- y[", "- true[").replace("    losses = []\n", "    losses = []\n    count = 0\n    unused = 1 + 2\n")
        .replace("        d =", "        count += 1\n        d ="),
    ),
    "the helper under another name": ("helped", HELPED.replace("one", "single").replace("how", "ways")),
    "imported by name": (
        "clipped",
        CLIPPED.replace("import numpy as np", "from numpy import abs as size_of, asarray, minimum, sum as total")
        .replace("np.abs", "size_of").replace("np.sum", "total").replace("np.", ""),
    ),
}  # fmt: skip


def pairs_in(exercise, answers):
    """Who is shown beside whom."""
    found = alike(exercise, [written(exercise, who, "hw.py", text) for who, text in answers.items()])
    return {(pair.one.who, pair.other.who) for pair in found}


@pytest.mark.parametrize("crowd", [0, 40], ids=["a small class", "a large class"])
@pytest.mark.parametrize(("of", "copy"), list(DISGUISES.values()), ids=list(DISGUISES))
def test_a_copy_in_disguise_is_found_and_nobody_else_is_accused(of, copy, crowd):
    others = {f"s{n}": (WHERE, TWO_PARTS, WHERE.replace("0.5", "1 / 2"))[n % 3] for n in range(crowd)}
    assert pairs_in(HUBER, {**others, **OWN, "copy": copy}) == {(of, "copy")}


SHORT = {
    "softmax in one go": "    e = np.exp(scores - np.max(scores, axis=-1, keepdims=True))\n"
    "    return e / np.sum(e, axis=-1, keepdims=True)\n",
    "softmax, shifted": "    shifted = scores - scores.max(axis=-1, keepdims=True)\n    ex = np.exp(shifted)\n"
    "    return ex / ex.sum(axis=-1, keepdims=True)\n",
    "softmax, four lines": "    m = np.max(scores, axis=-1, keepdims=True)\n    e = np.exp(scores - m)\n"
    "    s = np.sum(e, axis=-1, keepdims=True)\n    return e / s\n",
}
SOFT_HEAD = "import numpy as np\n\n\ndef softmax(scores):\n"


@pytest.mark.parametrize("size", [2, 3, 30])
@pytest.mark.parametrize("body", list(SHORT.values()), ids=list(SHORT))
def test_two_honest_short_solutions_are_not_shown(body, size):
    answers = {f"s{n}": SOFT_HEAD + list(SHORT.values())[n % 3] for n in range(size - 2)}
    assert pairs_in(SOFTMAX, {**answers, "ada": SOFT_HEAD + body, "bob": SOFT_HEAD + body}) == set()


@pytest.mark.parametrize("size", [1, 2, 4, 40])
@pytest.mark.parametrize("text", [WHERE, TWO_PARTS], ids=["at once", "in two parts"])
def test_the_obvious_is_not_the_published_solution(text, size):
    assert (
        pairs_in(HUBER, {"ada": text, **{f"s{n}": list(OWN.values())[2 + n % 4] for n in range(min(size, 4))}}) == set()
    )


def test_what_half_of_the_class_writes_is_not_shown():
    assert pairs_in(HUBER, {f"s{n}": (WHERE, TWO_PARTS, CLIPPED)[n % 3] for n in range(30)}) == set()


def test_what_the_starter_gave_does_not_count():
    exercise = EXERCISES["find_the_mistake_in_adam"]
    mended = exercise.starter.replace("np.sqrt(v_hat + eps)", "np.sqrt(v_hat) + eps")
    assert not written(exercise, "ada", "hw.py", exercise.starter).pieces
    assert pairs_in(exercise, {"ada": mended, "bob": mended, "cy": exercise.starter, "di": exercise.solution}) == set()


PUBLISHED = {
    "Huber, other names": (HUBER, HUBER.solution.replace("size", "n").replace("each", "loss")),
    "Huber, word for word": (HUBER, HUBER.solution),
    "Adam, other names": (ADAM, ADAM.solution.replace("m_hat", "a").replace("v_hat", "b").replace("size", "c")),
    "softmax, word for word": (SOFTMAX, SOFTMAX.solution),
}


@pytest.mark.parametrize(("exercise", "text"), list(PUBLISHED.values()), ids=list(PUBLISHED))
def test_the_published_solution_is_recognised(exercise, text):
    others = OWN if exercise is HUBER else {}
    assert pairs_in(exercise, {**others, "ada": text}) == {("ada", "the published solution")}


def test_the_lessons_code_is_recognised():
    adam = TOPICS["adam"]
    handed_in = local_parts(adam.by_hand).replace("def by_hand", "def adam_step")
    assert pairs_in(ADAM, {"ada": handed_in}) == {("ada", "the lesson's code")}


UNREADABLE = {
    "does not parse": "def huber_loss(:",
    "no such function": "x = 1",
    "deep": HEAD + "    return " + "+".join(["1"] * 20_000),
    "half a character": HEAD + "    return '\ud800'",
    "empty": "",
}


@pytest.mark.parametrize("text", list(UNREADABLE.values()), ids=list(UNREADABLE))
def test_what_cannot_be_read_does_not_stop_the_others(text):
    answers = {**OWN, "strange": text, "stranger": text, "copy": CLIPPED.replace("inner", "near")}
    assert ("clipped", "copy") in pairs_in(HUBER, answers)


def test_every_sort_of_python_can_be_taken_apart():
    """As much Python as there is at hand: the library's own files, and every solution and mistake."""
    folder = Path(ast.__file__).parent
    texts = [(folder / f"{name}.py").read_text() for name in ("ast", "dataclasses", "typing", "asyncio/tasks")]
    texts += [one.source for exercise in (HUBER, SOFTMAX, ADAM) for one in exercise.mistakes]
    assert all(pieces_of(text) for text in texts)
    assert pieces_of("x = a\nx += b * c(1, 2)").count == pieces_of("y = d\ny = y + e * f(1, 2)").count


def test_the_page_shows_both_and_obeys_neither(tmp_path):
    evil = "<script>alert(1)</script>"
    answers = [
        written(HUBER, who, f"{evil}.py", CLIPPED.replace("each,", f"each,  # {evil}\n   ")) for who in (evil, "bob")
    ]
    assert write_similarity(tmp_path / "similarity.html", {HUBER: answers}) == 1
    page = (tmp_path / "similarity.html").read_text()
    assert "<script" not in page and page.count("&lt;script&gt;") >= 5
    assert "no verdict, and no mark" in page
    assert page.count('class="alike"') >= 10


def test_a_page_without_pairs_says_so():
    assert "No two answers share more than what is usual" in similarity_page({})


def test_the_batch_writes_the_page(tmp_path, capsys):
    folder = tmp_path / "class"
    folder.mkdir()
    for who, text in {"ada": CLIPPED, "bob": DISGUISES["imported by name"][1], "cy": WHERE}.items():
        (folder / f"{who}.py").write_text(text)
    main(["batch", "huber_loss", str(folder), "--out", str(tmp_path / "marks")])
    page = (tmp_path / "marks" / "similarity.html").read_text()
    assert "<h2>ada and bob</h2>" in page and "cy" not in page


def test_a_class_of_200_is_compared_in_seconds():
    texts = [
        text.replace("delta *", f"{n % 7}.0 + delta *") for n in range(200) for text in [list(OWN.values())[n % 6]]
    ]
    start = time.process_time()
    alike(HUBER, [written(HUBER, f"s{n}", "hw.py", text) for n, text in enumerate(texts)])
    assert time.process_time() - start < 4
