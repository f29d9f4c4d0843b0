"""QR codes are read back here, by another way than they are written: bits, then Reed and Solomon's check, then text."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from lib.refusal import Refusal
from lib.ui.qr import QUIET, as_path, qr_code

# Blocks and check words in each at level M, by the size of the code (ISO/IEC 18004, table 9).
BLOCKS = {21: (1, 10), 25: (1, 16), 29: (1, 26), 33: (2, 18), 37: (2, 24), 41: (4, 16)}
FORMATS = (0x5412, 0x5125, 0x5E7C, 0x5B4B, 0x45F9, 0x40CE, 0x4F97, 0x4AA0)  # of level M, by mask (table C.1)
POWERS = [1]
for _ in range(254):
    POWERS.append(POWERS[-1] * 2 if POWERS[-1] < 128 else POWERS[-1] * 2 ^ 0x11D)
LOGS = {power: place for place, power in enumerate(POWERS)}


def turned(mask: int, row: int, column: int) -> bool:
    """Whether a mask turns this module (table 10)."""
    i, j = row, column
    return [
        (i + j) % 2 == 0,
        i % 2 == 0,
        j % 3 == 0,
        (i + j) % 3 == 0,
        (i // 2 + j // 3) % 2 == 0,
        (i * j) % 2 + (i * j) % 3 == 0,
        ((i * j) % 2 + (i * j) % 3) % 2 == 0,
        ((i + j) % 2 + (i * j) % 3) % 2 == 0,
    ][mask]


def is_data(size: int, row: int, column: int) -> bool:
    corners = (row < 9 and (column < 9 or column > size - 9)) or (row > size - 9 and column < 9)
    aligned = size > 21 and abs(row - (size - 7)) <= 2 and abs(column - (size - 7)) <= 2
    return not (corners or aligned or row == 6 or column == 6)


def format_of(code: np.ndarray) -> int:
    beside = [code[8, column] for column in (0, 1, 2, 3, 4, 5, 7, 8)]
    above = [code[row, 8] for row in (7, 5, 4, 3, 2, 1, 0)]
    return int("".join(str(int(bit)) for bit in (*beside, *above)), 2)


def words_of(code: np.ndarray, mask: int) -> list[int]:
    size, bits, up = len(code), "", True
    for right in chain(range(size - 1, 6, -2), range(5, 0, -2)):
        for row in range(size - 1, -1, -1) if up else range(size):
            for column in (right, right - 1):
                if is_data(size, row, column):
                    bits += str(int(code[row, column] ^ turned(mask, row, column)))
        up = not up
    return [int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)]


def is_whole(block: list[int], checks: int) -> bool:
    """Whether the block, as a polynomial, is 0 at the powers of 2 that the check words stand for."""
    for root in range(checks):
        total = 0
        for place, word in enumerate(reversed(block)):
            total ^= POWERS[(LOGS[word] + root * place) % 255] if word else 0
        if total:
            return False
    return True


def read(code: np.ndarray) -> str:
    count, checks = BLOCKS[len(code)]
    words = words_of(code, FORMATS.index(format_of(code)))
    each = len(words) // count - checks
    data, check = words[: each * count], words[each * count :]
    blocks = [data[k::count] + check[k::count] for k in range(count)]
    assert all(is_whole(block, checks) for block in blocks)
    bits = "".join(f"{word:08b}" for block in blocks for word in block[:each])
    assert bits[:4] == "0100"
    length = int(bits[4:12], 2)
    filled = [int(bits[at : at + 8], 2) for at in range(16 + 8 * length, len(bits), 8)]
    assert filled == [(0xEC, 0x11)[place % 2] for place in range(len(filled))]
    return bytes(int(bits[at : at + 8], 2) for at in range(12, 12 + 8 * length, 8)).decode()


@pytest.mark.parametrize("length", [0, 1, 14, 15, 26, 27, 42, 43, 62, 63, 84, 85, 106])
def test_what_is_written_can_be_read(length: int) -> None:
    text = ("https://class.example.edu/torch/a/" + "1234567890" * 8)[:length]
    assert read(qr_code(text)) == text


def test_signs_beyond_ascii_and_the_corners() -> None:
    code = qr_code("https://例子.example/a/5")
    assert read(code) == "https://例子.example/a/5"
    eye = np.array([[1, 1, 1], [1, 0, 0], [1, 0, 1]], bool)
    assert all((corner[:3, :3] == eye).all() for corner in (code, code[:, ::-1], code[::-1]))


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(Refusal, match="107 bytes; expected at most 106"):
        qr_code("x" * 107)


def test_the_drawing_keeps_the_quiet_zone() -> None:
    assert (
        as_path(np.array([[True, False], [False, True]])) == f"M{QUIET} {QUIET}h1v1h-1zM{QUIET + 1} {QUIET + 1}h1v1h-1z"
    )
