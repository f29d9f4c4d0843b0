"""Memory that pages have used goes back to the system, where the C library is glibc."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading

PAUSE = 5.0  # seconds
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3  # as malloc.h numbers them
_asked_for = threading.Event()


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None


def keep_little() -> None:
    """From now on threads share two heaps, and large arrays leave as soon as they are freed.

    By itself glibc gives threads up to eight heaps for each core, and keeps what was freed in all of them.
    """
    if library := _glibc():
        library.mallopt(_ARENA_MAX, 2)
        library.mallopt(_MMAP_THRESHOLD, 256 * 1024)


def give_back_soon() -> None:
    """What is free by then goes back after a pause: once, however often this is asked for in the meantime."""
    if not _asked_for.is_set():
        _asked_for.set()
        timer = threading.Timer(PAUSE, give_back)
        timer.daemon = True
        timer.start()


def give_back() -> None:
    """What nobody holds any more goes back now."""
    _asked_for.clear()
    gc.collect()  # Streamlit's sessions go round in circles
    if library := _glibc():
        library.malloc_trim(0)
