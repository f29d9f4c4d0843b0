"""How a class fares, in numbers over time, for Prometheus and what reads its form.

All of it comes from the store, so that any server answers for all of them."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from lib.course.health import Health, health
from lib.store import Store

FORM = CONTENT_TYPE_PLAIN_0_0_4
NAME = "torch_by_hand_"


def metrics(store: Store) -> bytes:
    """The numbers of this moment, in the text form of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Numbers(health(store)))
    return generate_latest(registry)


class _Numbers:
    def __init__(self, found: Health) -> None:
        self.found = found

    def collect(self) -> Iterator[Metric]:
        up = not self.found.trouble and self.found.migrated == "current"
        yield GaugeMetricFamily(NAME + "database_up", "1 if the database answers in this program's form", float(up))
        if up:
            yield from _of_queue(self.found)
            yield from _of_workers(self.found)


def _of_queue(found: Health) -> Iterator[Metric]:
    queue = GaugeMetricFamily(NAME + "queue", "Submissions that are not graded yet", labels=["state"])
    for state, count in (("waiting", found.queue.waiting), ("running", found.queue.running)):
        queue.add_metric([state], count)
    yield queue
    about = "Seconds for which the first in line could have been graded"
    yield GaugeMetricFamily(NAME + "oldest_waiting_seconds", about, found.queue.oldest)
    about = "Submissions that could not be graded, and wait for staff"
    yield GaugeMetricFamily(NAME + "given_up", about, found.queue.faults)
    yield GaugeMetricFamily(NAME + "workers", "Programs that grade, seen in the last minute", len(found.alive))
    places = sum(one.places for one in found.alive)
    yield GaugeMetricFamily(NAME + "places", "Submissions that they grade at a time", places)


def _of_workers(found: Health) -> Iterator[Metric]:
    """Since each of them began. Who was stopped is gone from here: ask for rates, not for sums."""
    by = ["worker"]
    graded = CounterMetricFamily(NAME + "graded", "Submissions that were graded", labels=by)
    faults = CounterMetricFamily(NAME + "our_faults", "Tries that failed on our side", labels=by)
    seconds = SummaryMetricFamily(NAME + "grading_seconds", "Seconds of grading", labels=by)
    to_mark = SummaryMetricFamily(NAME + "to_mark_seconds", "Seconds from handing in to the mark", labels=by)
    for one in (*found.alive, *found.gone):
        graded.add_metric([one.name], one.graded)
        faults.add_metric([one.name], one.faults)
        seconds.add_metric([one.name], count_value=one.graded, sum_value=one.grading_seconds)
        to_mark.add_metric([one.name], count_value=one.graded, sum_value=one.to_mark_seconds)
    yield from (graded, faults, seconds, to_mark)
