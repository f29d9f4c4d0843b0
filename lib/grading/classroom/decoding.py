"""Bytes as text: what they are by their marks, by what they declare, and else by what they most likely are.

Python source is nearly all ASCII: a wrong guess spoils comments and strings at most, unless letters of another script
stand in names. So what parses is taken, and what may still be wrong is said.
"""

from __future__ import annotations

import ast
import codecs
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_MARKS = (  # the longer ones first: UTF-32 begins as UTF-16 does
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
_OF_TEXT = ("ascii", "utf-8", "iso8859", "cp", "mac", "koi8", "gb", "big5", "shift_jis", "euc_")
_RUN = re.compile(rb"[\x80-\xff]+")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
HEAD = 2_000  # bytes in which the first two lines are looked for
LEAST_ASCII = 0.1  # of the letters of a program, however long its comments
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\ufffe\uffff]")
WESTERN, CHINESE, CYRILLIC = ("cp1252", "latin-1"), ("gb18030", "big5"), ("cp1251", "koi8-r")
ASIAN = (*CHINESE, "shift_jis", "euc_kr")
CALLED = {"gb18030": "GB 18030 (GBK)", "big5": "Big5", "cp1252": "Windows-1252", "latin-1": "Latin-1"}


class NoText(ValueError):
    """Why bytes are no text."""


@dataclass(frozen=True)
class Text:
    """What the bytes say; `doubt`, if the encoding was guessed and letters beyond ASCII matter, says which it is."""

    text: str
    encoding: str
    doubt: str = ""


def text_of(data: bytes, fits: Callable[[str], bool] | None = None) -> Text:
    """The text. `fits` says whether a text is what is expected; without it, whether it parses as Python.

    Raises NoText for what is none.
    """
    fits = fits or parses
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Text(_decoded(data, encoding), encoding)
    if b"\0" in data:
        return _wide(data)
    declared, says = _declared(data)
    for encoding in _first(data, declared):
        if (text := _try(data, encoding)) is not None:
            return Text(text, encoding, says if encoding != declared and not data.isascii() else "")
    return _guessed(data, fits)


def _first(data: bytes, declared: str) -> Iterator[str]:
    """What is tried before guessing: what the text declares, and UTF-8, which other text hardly ever is by chance."""
    single = declared.startswith(("iso8859", "cp125", "mac", "koi8", "ascii"))
    yield from ("utf-8", declared) if single or not declared else (declared, "utf-8")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NoText(
            f"it begins as {encoding.removesuffix('-sig').upper()}, and then is not; save it as UTF-8"
        ) from error


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding) if encoding else None
    except UnicodeDecodeError:
        return None


def _wide(data: bytes) -> Text:
    """UTF-16 or UTF-32 without a mark: zeros stand in every other place, or in three of four. Of the readings that are
    text, the one with most ASCII letters: the other way round they become rare Chinese ones."""
    texts = {code: text for code in _WIDE if (text := _try(data, code)) is not None and not _NOT_TEXT.search(text)}
    plain = {code: sum(map(str.isascii, text)) / len(text) for code, text in texts.items()}
    best = max(plain, key=lambda code: plain[code], default="")
    if not best or plain[best] < LEAST_ASCII:
        raise NoText("it is no text: it holds zero bytes")
    return Text(texts[best], best)


def _declared(data: bytes) -> tuple[str, str]:
    """The encoding that the first two lines name, as Python reads them, or nothing; what to say if it is not that."""
    found = _COOKIE.search(b"\n".join(data[:HEAD].splitlines()[:2]))
    if not found:
        return "", ""
    says = found[1].decode()
    try:
        name = codecs.lookup(says).name
    except LookupError:
        name = ""
    known = name if name.startswith(_OF_TEXT) else ""
    return known, f"it says that it is written in {says} and is not; read as UTF-8"


def _guessed(data: bytes, fits: Callable[[str], bool]) -> Text:
    """The likeliest text that fits, else the likeliest."""
    texts = [(encoding, text) for encoding in likely(data) if (text := _read(data, encoding)) is not None]
    fitting = [one for one in texts if fits(one[1])]
    encoding, text = (fitting or texts)[0]
    called = CALLED.get(encoding, encoding)
    if not fitting:
        return Text(text, encoding, f"it is not UTF-8, and read as {called} it does not parse; save it as UTF-8")
    if _names_beyond_ascii(text):
        return Text(text, encoding, f"it is not UTF-8; read as {called}, which its names in other letters depend on")
    return Text(text, encoding)


def _read(data: bytes, encoding: str) -> str | None:
    return data.decode("utf-8", "replace") if encoding == "utf-8" else _try(data, encoding)


def likely(data: bytes) -> tuple[str, ...]:
    """The encodings that bytes beyond ASCII, which are not UTF-8, may be in: the likeliest first."""
    runs = _RUN.findall(data)
    count = sum(map(len, runs))
    if sum(map(len, _MULTIBYTE.findall(data))) * 2 > count and not _pairs(runs):  # UTF-8 with a few broken bytes
        return ("utf-8", *WESTERN, *ASIAN)
    if sum(len(run) for run in runs if len(run) == 1) * 2 > count:
        return (*WESTERN, *ASIAN, *CYRILLIC)
    asian = sorted(ASIAN, key=lambda encoding: _common(data, encoding), reverse=True)
    if max(_common(data, encoding) for encoding in asian) < 0.5:
        return (*CYRILLIC, *asian, *WESTERN)
    return (*asian, *CYRILLIC, *WESTERN)


def _pairs(runs: Sequence[bytes]) -> bool:
    """Whether all come in pairs, as GBK does; UTF-8 has its Chinese in threes."""
    return all(len(run) % 2 == 0 for run in runs)


def _common(data: bytes, encoding: str) -> float:
    """Which share of the letters beyond ASCII is in everyday use in that encoding's language; less than none if the
    bytes cannot be that."""
    text = _try(data, encoding)
    if text is None:
        return -1.0
    beyond = [letter for letter in text if ord(letter) > 127]
    return sum(_is_common(letter, encoding) for letter in beyond) / max(len(beyond), 1)


def _is_common(letter: str, encoding: str) -> bool:
    """Level 1 of GB 2312 and of Big5 holds what is in use; Japanese has kana, Korean its syllables."""
    if "\u3000" <= letter <= "\u3011" or "\uff00" <= letter <= "\uff5e":
        return True
    if encoding == "shift_jis":
        return "\u3040" <= letter <= "\u30ff"
    if encoding == "euc_kr":
        return "\uac00" <= letter <= "\ud7a3"
    first, last = (b"\xb0\xa1", b"\xd7\xf9") if encoding == "gb18030" else (b"\xa4\x40", b"\xc6\x7e")
    raw = letter.encode("gb2312" if encoding == "gb18030" else encoding, "ignore")
    return first <= raw <= last


def names_of(raw: Sequence[bytes]) -> list[str]:
    """Names of files that were packed on one machine without saying in which encoding. UTF-8 goes by each one; the
    others are guessed together, since one name is too short."""
    strange = [name for name in raw if _try(name, "utf-8") is None]
    order = _likely_names(b"\n".join(strange)) if strange else ()
    return [
        next(text for code in ("utf-8", *order, "latin-1") if (text := _try(name, code)) is not None) for name in raw
    ]


def _likely_names(joined: bytes) -> tuple[str, ...]:
    """Old zips have cp437, newer ones what Windows uses: the one that gives letters, where there is a choice."""
    order = likely(joined)
    if order[0] not in WESTERN:
        return order
    beyond = {code: joined.decode(code, "replace") for code in ("cp1252", "cp437", "latin-1")}
    letters = {
        code: sum(c.isalpha() for c in text if ord(c) > 127 and c not in "ßΓπΣσµτΦΘΩδφεªº")
        for code, text in beyond.items()
    }
    return tuple(sorted(letters, key=lambda code: letters[code], reverse=True))


def parses(text: str) -> bool:
    """Whether this is Python."""
    return _tree(text) is not None


def _tree(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _names_beyond_ascii(text: str) -> bool:
    tree = _tree(text)
    if tree is None:
        return False
    return any(
        isinstance(value, str) and not value.isascii()
        for node in ast.walk(tree)
        if not isinstance(node, ast.Constant)
        for value in vars(node).values()
    )
