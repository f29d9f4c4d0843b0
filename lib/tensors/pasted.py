"""What stands around the numbers in something pasted: prompts, methods, old printouts, other libraries' printouts.

`unwrapped` takes away what changes no number, rewrites what PyTorch printed in other days, and refuses in one sentence
what would be read as something else than it means.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from lib.tensors.number import TensorTextError, ascii_signs, shown

_PROMPT = re.compile(r"^\s*(?:>>>|\.\.\.(?=\s)|In ?\[\d*\]:|Out ?\[\d*\]:)[ \t]?", re.MULTILINE)
_COMMAND = re.compile(r"^\s*(?:>>>|In ?\[\d*\]:)", re.MULTILINE)
_SPOKEN_FOR = re.compile(r"^(?:>>>|In ?\[\d*\]:)\s*[\w.]+(?:\([\w.]*\))?\s+(?:Out ?\[\d*\]:\s*)?(?=tensor\(|array\()")
_ASSIGNED = re.compile(r"^[A-Za-z_]\w*\s*=\s*(?=(?:torch|np|numpy|nn)\.|tensor\(|array\(|\[)")
_FIRST_EQUALS = re.compile(r"^\s*=(?=[^=]*$)")  # as a spreadsheet begins a calculation
_METHOD = re.compile(r"(?<=[)\]])\.([A-Za-z_]\w*)(?:\(([^()\[\]]*)\))?$")

_NEUTRAL = frozenset(
    "cuda cpu detach detach_ numpy clone requires_grad_ contiguous tolist item copy data retain_grad".split()
)
_KINDS = {
    **dict.fromkeys(("float", "double", "half", "bfloat16"), "float"),
    **dict.fromkeys(("long", "int", "short"), "int"),
    "bool": "bool",
}
_DTYPE = re.compile(r"(?:torch\.|np\.|numpy\.)?((?:b?float|double|half|u?int|long|short|bool)\d*_?)")
_MOST_METHODS = 12

_OLD_SIZE = re.compile(r"\[torch\.(?:cuda\.)?(\w+)Tensor of size ([0-9x]+)(?: \(GPU \d+\))?\]\s*$")
_OLD_BLOCK = re.compile(r"\(\s*\d+\s*,[\d.,\s]*\)\s*=")
_SCALE = re.compile(r"^\s*([0-9.]+e[+-]?\d+)\s*\*(?:[ \t]*\n|(?=\s*[-+0-9.]+\s+[-+0-9.\[]))", re.IGNORECASE)
_OLD_KINDS = {"Long": "int64", "Int": "int32", "Short": "int16", "Byte": "int64", "Char": "int64"}
_PRINTED_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")

_FOREIGN = (
    (
        re.compile(r"^\s*\[1\]\s+[-+.\dNTF]|\[,1\]|\[1,\][ \t]+[-+.\d]|^\s*(?:c|matrix\(c)\(.*\)\s*$", re.DOTALL),
        "this is written as R does it; expected a list such as [1, 2], or rows such as 1 2; 3 4",
    ),
    (
        re.compile(r"<tf\.|\btf\.(?:Tensor|constant|Variable)\("),
        "this is TensorFlow's printout; expected the list in it alone, such as [1, 2]: print(x.numpy()) shows it",
    ),
    (
        re.compile(r"\b(?:Device|Shaped|Concrete)?Array\(|\bjnp\.\w+\("),
        "this is JAX's printout; expected the list in it alone, such as [1, 2]: print(x) shows it",
    ),
    (
        re.compile(r"(?<![(,=\w] )(?<![(,=\w])\bdtype: ?\w+|\[\d+ rows x \d+ columns\]|\b(?:DataFrame|Series)\("),
        "this is a printout of pandas, with its index among the numbers; expected the numbers alone: "
        "print(x.to_numpy()) shows them",
    ),
)
_PANDAS = _FOREIGN[-1][1]

_DECIMAL_COMMA = r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?"
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:(?:\.\d{3})+,\d+|(?:,\d{3})+\.\d+)")  # 1.234,56 and 1,234.56
_COMMAS_FOR_POINTS = (  # no two parts of a pattern may take the same blanks, or a long text would take for ever
    re.compile(rf"\[*{_DECIMAL_COMMA}(?: ?[;\n\t] ?{_DECIMAL_COMMA})+ ?;?\]*"),  # 0,1; 0,2
    re.compile(rf"\[*{_DECIMAL_COMMA}(?:(?: ?[;\n\t] ?| ){_DECIMAL_COMMA})+\]*"),  # 0,1 0,2
    re.compile(rf"{_DECIMAL_COMMA}(?:, {_DECIMAL_COMMA})+"),  # 0,1, 0,2
    re.compile(r"[-+]?\d{1,3},(?:\d{3,}|0\d+)(?:[eE][-+]?\d+)?"),  # 0,6931 and 1,000
)


_PLAIN = re.compile(r"(?!\s*\[1\] )(?:[-+.\d()\[\]; ]|,(?=[^\d,]))*")  # numbers in one line; no comma before a digit


def unwrapped(text: str) -> str:
    """The numbers in what was pasted, as the reader of tensors takes them. TensorTextError where that would mislead."""
    if _PLAIN.fullmatch(text):  # what is typed nearly always
        return text
    text = _FIRST_EQUALS.sub("", text.removeprefix("\ufeff"))
    if text.strip() and _is_bare(text):
        return _block(text)
    plain = ascii_signs(text).strip().strip("`").strip()
    _refuse_foreign(plain)
    plain = _without_prompt(plain)
    plain = _as_printed_today(plain)
    return _without_methods(plain)


def is_a_printout(text: str) -> bool:
    """Whether a field that holds this text had better show the tensor alone: a printout, a call, several lines."""
    return bool(re.search(r"tensor\(|array\(|Tensor\b|containing:|>>>|\n|\t|np\.float|\bones\(|\bfull\(", text))


def _is_bare(text: str) -> bool:
    """Whether there are numbers and separators only: nothing to unwrap, but perhaps a decimal comma."""
    return not re.search(r"[A-Za-z>`*=]", re.sub(r"\d[eE][-+]?\d", "", text))


def _block(text: str) -> str:
    """A block of a spreadsheet keeps its shape: a field makes a blank of the line end, tabs stay between columns."""
    plain = ascii_signs(text.replace("，", ", ").replace("、", ", ")).strip(" \n\r;")  # these two are no points
    _refuse_foreign(plain)
    if "," in plain:
        _refuse_decimal_commas(plain.replace("\r\n", "\n"))
    if "\t\t" in plain:
        raise TensorTextError("two tabs stand side by side: a cell is empty; expected a number in every cell")
    _refuse_index_column(plain)
    if "\t" not in plain or re.search(r"[\n\[\](),;]", plain):
        return text
    rows = [row for row in re.split(r" +", plain) if row]
    return "\n".join(rows) if len(rows) > 1 and len({row.count("\t") for row in rows}) == 1 else text


def _refuse_decimal_commas(text: str) -> None:
    if _THOUSANDS.fullmatch(text.strip()):
        says = "{typed} may be one number or two; expected one without thousands, or a blank after the comma"
        raise TensorTextError(says, typed=shown(text.strip()))
    tidy = re.sub(r"\[ ", "[", re.sub(r" +", " ", text.strip()).replace(" ]", "]"))
    if any(pattern.fullmatch(tidy) for pattern in _COMMAS_FOR_POINTS):
        pair = re.search(_DECIMAL_COMMA, text)
        assert pair is not None
        left, right = pair[0].split(",")
        raise TensorTextError(
            "{pair} may be one number or two; expected {left}.{right} for one, or {left}, {right} with a blank for two",
            pair=pair[0],
            left=left,
            right=right,
        )


def _refuse_foreign(text: str) -> None:
    for pattern, says in _FOREIGN:
        if pattern.search(text):
            raise TensorTextError(says)
    lines = [line.split() for line in text.split("\n") if line.strip()]
    has_names = len(lines) > 1 and all(re.fullmatch(r"[A-Za-z_][\w.]*", word) for word in lines[0])
    if has_names and all(len(line) == len(lines[0]) + 1 for line in lines[1:]) and _is_index(lines[1:]):
        raise TensorTextError(_PANDAS)


def _refuse_index_column(text: str) -> None:
    """A data frame without column names prints 0 1 … above and before its numbers."""
    lines = [line.split() for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and lines[0] == [str(i) for i in range(len(lines[0]))]:
        if all(len(line) == len(lines[0]) + 1 for line in lines[1:]) and _is_index(lines[1:]):
            raise TensorTextError(_PANDAS)


def _is_index(lines: list[list[str]]) -> bool:
    return [line[0] for line in lines] == [str(i) for i in range(len(lines))]


def _without_prompt(text: str) -> str:
    """Without >>> and In [1]:; where an answer stands below the command, the answer alone."""
    text = _SPOKEN_FOR.sub("", text)
    if _COMMAND.search(text):
        lines = text.split("\n")
        answer = [line for line in lines if not re.match(r"\s*(?:>>>|\.\.\.\s|In ?\[)", line)]
        text = "\n".join(answer if any(line.strip() for line in answer) else lines)
    text = _PROMPT.sub("", text) if _PROMPT.search(text) else text
    return _ASSIGNED.sub("", text.strip())


def _as_printed_today(text: str) -> str:
    """PyTorch 0.3 printed bare rows, a common factor above them, the kind and the size below."""
    body = re.sub(r"^\s*(?:Variable|Parameter) containing:\s*", "", text)
    size, scale = _OLD_SIZE.search(body), _SCALE.search(body)
    if not size and not scale:
        return text
    body = _OLD_SIZE.sub("", body)
    if scale:
        body = _PRINTED_NUMBER.sub(lambda found: _times(scale[1], found[0]), body[scale.end() :])
    if not size:
        return body.strip()
    numbers = _OLD_BLOCK.sub(" ", body).split()
    sizes = ", ".join(size[2].split("x"))
    kind = _OLD_KINDS.get(size[1], "float64")
    return f"tensor([{', '.join(numbers)}], size=({sizes},), dtype={kind})"


def _times(scale: str, word: str) -> str:
    """The printed number with the factor above it, with the digits that were printed."""
    try:
        return f"{Decimal(word) * Decimal(scale).normalize():e}"
    except InvalidOperation:
        raise TensorTextError("{word} is typed; expected a number", word=shown(word)) from None


def _without_methods(text: str) -> str:
    """Without .cuda(), .detach() and others that change no number; .float() becomes the kind that it means."""
    kinds = []
    for _ in range(_MOST_METHODS):
        found = _METHOD.search(text)
        if not found:
            break
        name, given = found[1], found[2] or ""
        kind = _KINDS.get(name) or (_dtype_in(given) if name in ("to", "astype", "type") else None)
        if not kind and name not in _NEUTRAL | {"to"}:
            raise TensorTextError("{name} is not computed here; expected what it prints", name=shown("." + name))
        kinds += [kind] if kind else []
        text = text[: found.start()]
    for kind in reversed(kinds):
        text = f"tensor({text}, dtype={kind})"
    return text


def _dtype_in(given: str) -> str | None:
    """The kind of number among a method's arguments, as in .to("cuda", torch.float64)."""
    for word in re.split(r"[,=]", given):
        found = _DTYPE.fullmatch(word.strip().strip("'\""))
        if found:
            return found[1]
    return None
