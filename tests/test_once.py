"""A value worked out once for each object, without a lock between objects."""

from __future__ import annotations

import threading

from lib.once import once


class Slow:
    def __init__(self, wait: threading.Event | None = None) -> None:
        self.wait, self.times = wait, 0

    @once
    def value(self) -> int:
        self.times += 1
        if self.wait:
            self.wait.wait(5)
        return 7


def test_it_is_worked_out_once():
    slow = Slow()
    assert (slow.value, slow.value, slow.times) == (7, 7, 1)


def test_nobody_waits_for_the_value_of_another_object():
    wait = threading.Event()
    thread = threading.Thread(target=lambda: Slow(wait).value)
    thread.start()
    other = threading.Thread(target=lambda: Slow().value)
    other.start()
    other.join(2)
    assert not other.is_alive()
    wait.set()
    thread.join()
