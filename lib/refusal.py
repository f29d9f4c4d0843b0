"""What the app says when it cannot take a value."""

from __future__ import annotations

from typing import Any


class Refusal(ValueError):
    """A value that cannot be taken: what came, what was expected, and where, in plain words.

    `text` is the sentence with holes in it, as in "delta is {delta}; expected more than 0", and `values` fill them: so
    a sentence can be looked up whole, whatever numbers it tells.
    """

    def __init__(self, text: str, /, **values: Any) -> None:
        super().__init__(text.format(**values) if values else text)
        self.text = text
        self.values = values
