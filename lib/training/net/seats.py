"""At most a few runs train on the server at once; the others wait in the order in which they came."""

from __future__ import annotations

import threading

AT_ONCE = 4
SECONDS_UNHEARD = 5.0  # a run that has not asked for so long is gone: its page was closed or left


class Seats:
    """A line of runs, the first `most` of which have a seat. Whoever trains or waits asks again and again."""

    def __init__(self, most: int = AT_ONCE) -> None:
        self.most = most
        self._heard: dict[int, float] = {}  # run → when it last asked, in the order of arrival
        self._lock = threading.Lock()

    def ahead(self, run: int, now: float) -> int:
        """How many runs must end before this one may train; 0: it may train now. `now` is in seconds."""
        with self._lock:
            self._heard = {r: t for r, t in self._heard.items() if now - t < SECONDS_UNHEARD}
            self._heard[run] = now
            return max(0, list(self._heard).index(run) + 1 - self.most)

    def leave(self, run: int) -> None:
        with self._lock:
            self._heard.pop(run, None)

    def heard(self, run: int, now: float) -> bool:
        """Whether the run has asked lately."""
        with self._lock:
            return now - self._heard.get(run, -SECONDS_UNHEARD) < SECONDS_UNHEARD
