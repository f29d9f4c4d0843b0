"""An address as a QR code (ISO/IEC 18004) for telephones. Correction M: 15 % may be spoiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from lib.refusal import Refusal

# Per version, from 1 on: blocks, and codewords of data and of error correction in each.
SIZES = ((1, 16, 10), (1, 28, 16), (1, 44, 26), (2, 32, 18), (2, 43, 24), (4, 27, 16))
QUIET = 4  # modules of white around the code
BYTES, END, FILL = 0b0100, 0b0000, (0xEC, 0x11)
MASKS: tuple[Callable[[np.ndarray, np.ndarray], np.ndarray], ...] = (
    lambda y, x: (x + y) % 2,
    lambda y, x: y % 2 + 0 * x,
    lambda y, x: x % 3 + 0 * y,
    lambda y, x: (x + y) % 3,
    lambda y, x: (x // 3 + y // 2) % 2,
    lambda y, x: x * y % 2 + x * y % 3,
    lambda y, x: (x * y % 2 + x * y % 3) % 2,
    lambda y, x: ((x + y) % 2 + x * y % 3) % 2,
)


def qr_code(text: str) -> np.ndarray:
    """The code's modules, True where dark: as small as the text allows. Raises Refusal for a longer one."""
    data = text.encode()
    version, blocks, each, correction = _fitting(len(data))
    parts = np.reshape(_codewords(data, blocks * each), (blocks, each))
    checks = np.array([_remainder(part, correction) for part in parts.tolist()])
    stream = [*parts.T.flatten().tolist(), *checks.T.flatten().tolist()]
    dark, fixed = _patterns(version)
    bits = [byte >> place & 1 for byte in stream for place in range(7, -1, -1)]
    for place, bit in zip(_places(fixed), bits, strict=False):  # a few places stay white
        dark[place] = bool(bit)
    return min((_masked(dark, fixed, mask) for mask in range(8)), key=_squares)


def _fitting(size: int) -> tuple[int, int, int, int]:
    for version, (blocks, each, correction) in enumerate(SIZES, 1):
        if size <= blocks * each - 2:
            return version, blocks, each, correction
    most = SIZES[-1][0] * SIZES[-1][1] - 2
    raise Refusal("The address has {came} bytes; expected at most {most} for a QR code.", came=size, most=most)


def _codewords(data: bytes, count: int) -> list[int]:
    """Kind, length and text in bytes, filled up."""
    bits = f"{BYTES:04b}{len(data):08b}" + "".join(f"{byte:08b}" for byte in data) + f"{END:04b}"
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    return words + [FILL[place % 2] for place in range(count - len(words))]


def times(a: int, b: int) -> int:
    """The product in the field of 256 elements, modulo x⁸ + x⁴ + x³ + x² + 1."""
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def _remainder(data: Sequence[int], count: int) -> list[int]:
    """Reed and Solomon's check words (1960): what is left of the data, divided by (x − 1)(x − 2)(x − 4)…"""
    divisor, root = [1], 1
    for _ in range(count):
        divisor = [a ^ times(b, root) for a, b in zip([*divisor, 0], [0, *divisor], strict=True)]
        root = times(root, 2)
    left = [*data, *[0] * count]
    for place in range(len(data)):
        factor = left[place]
        for k, value in enumerate(divisor):
            left[place + k] ^= times(value, factor)
    return left[-count:]


def _patterns(version: int) -> tuple[np.ndarray, np.ndarray]:
    """The code without data, and which of its modules are no places for data."""
    size = 17 + 4 * version
    dark, fixed = np.zeros((size, size), bool), np.zeros((size, size), bool)
    dark[6, ::2] = dark[::2, 6] = fixed[6] = fixed[:, 6] = True
    ring = np.maximum(*np.abs(np.indices((7, 7)) - 3))
    for rows, columns in ((slice(0, 7), slice(0, 7)), (slice(0, 7), slice(-7, None)), (slice(-7, None), slice(0, 7))):
        dark[rows, columns] = ring != 2
    fixed[:9, :9] = fixed[:9, -8:] = fixed[-8:, :9] = True
    dark[7, :8] = dark[:8, 7] = dark[7, -8:] = dark[:8, -8] = dark[-8, :8] = dark[-8:, 7] = False
    if version > 1:
        dark[-9:-4, -9:-4] = ring[1:-1, 1:-1] != 1
        fixed[-9:-4, -9:-4] = True
    return dark, fixed


def _places(fixed: np.ndarray) -> Iterator[tuple[int, int]]:
    """Where the bits go: up and down in columns of two, from the right."""
    size, up = len(fixed), True
    for right in [*range(size - 1, 6, -2), 5, 3, 1]:
        for row in range(size - 1, -1, -1) if up else range(size):
            yield from ((row, column) for column in (right, right - 1) if not fixed[row, column])
        up = not up


def _masked(dark: np.ndarray, fixed: np.ndarray, mask: int) -> np.ndarray:
    """The code with every module turned that the mask names, and the mask written down twice."""
    made = dark ^ (MASKS[mask](*np.indices(dark.shape)) == 0) & ~fixed
    rest = mask << 10
    for place in range(12, 9, -1):
        rest ^= 0x537 << place - 10 if rest >> place & 1 else 0
    bits = [((mask << 10 | rest) ^ 0x5412) >> place & 1 for place in range(15)]
    made[[0, 1, 2, 3, 4, 5, 7, 8], 8], made[8, [7, 5, 4, 3, 2, 1, 0]] = bits[:8], bits[8:]
    made[8, -1:-9:-1], made[-7:, 8], made[-8, 8] = bits[:8], bits[8:], True
    return made


def _squares(code: np.ndarray) -> int:
    """How many squares of four are of one colour: a code with few of them is read easily."""
    four = code[1:, 1:].astype(int) + code[1:, :-1] + code[:-1, 1:] + code[:-1, :-1]
    return int(np.isin(four, (0, 4)).sum())


def as_path(code: np.ndarray) -> str:
    """The dark modules as a path of an SVG, one unit each, with the quiet zone around."""
    return "".join(f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, x in np.argwhere(code).tolist())
