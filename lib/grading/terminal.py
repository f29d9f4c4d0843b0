"""What learners wrote, fit for a terminal: names, code and prints are shown, never obeyed."""

from __future__ import annotations

import unicodedata

_OBEYED = ("Cc", "Cf", "Cs")  # control characters, what turns the reading direction, halves of characters


def harmless(text: str) -> str:
    """The text with every sign written out that a terminal would act on: \\x1b for the one that starts a command."""
    return "".join(_written_out(sign) for sign in text)


def _written_out(sign: str) -> str:
    obeyed = sign not in "\n\t" and unicodedata.category(sign) in _OBEYED
    return sign.encode("unicode_escape").decode() if obeyed else sign
