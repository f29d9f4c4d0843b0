"""How fast submissions run in the sandbox: `python -m benchmarks.grader` prints a Markdown table.

One submission is the whole path: source in, a warm child, five calls (one of them with a larger array), values out.
The same run also measures, for comparison, a grader that starts a fresh process for each submission.
"""

from __future__ import annotations

import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from lib.sandbox.job import Call
from lib.sandbox.pool import Pool

SOURCE = """import numpy as np

def softmax(x):
    shifted = x - x.max(axis=-1, keepdims=True)
    return np.exp(shifted) / np.exp(shifted).sum(axis=-1, keepdims=True)
"""
RANDOM = np.random.default_rng(0)
SAYS_WHEN = "import time\nprint(time.monotonic())\n" + SOURCE  # when it began: all processes share this clock
CALLS = [Call((RANDOM.normal(size=shape),)) for shape in [(3,), (1, 1), (4, 5), (2, 3, 4), (64, 64)]]
SUBMISSIONS = 300
FRESH_SUBMISSIONS = 20
WAITING = (10, 100, 1000)


def row(what: str, value: str) -> None:
    print(f"| {what} | {value} |", flush=True)


def submit(pool: Pool) -> float:
    """Seconds of one submission."""
    began = time.perf_counter()
    rans = pool.run(SOURCE, "softmax", CALLS)
    assert all(ran.outcome == "returned" for ran in rans), rans
    return time.perf_counter() - began


def one_after_another(pool: Pool, count: int) -> list[float]:
    submit(pool)
    return [submit(pool) for _ in range(count)]


def per_second(pool: Pool, workers: int, count: int) -> float:
    """Submissions a second while every worker always has one to run."""
    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(lambda _: submit(pool), range(workers)))
        began = time.perf_counter()
        list(threads.map(lambda _: submit(pool), range(count)))
    return count / (time.perf_counter() - began)


def megabytes(pid: int, field: str = "Pss") -> float:
    """Memory of a process; pages that it shares are split among those who share them (Linux)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{field}:")).split()[1]) / 1024


def child_megabytes(pool: Pool) -> float:
    """Megabytes that a child has to itself while it runs a submission."""
    source = "import time\n" + SOURCE.replace("return", "time.sleep(0.5)\n    return")
    thread = threading.Thread(target=pool.run, args=(source, "softmax", CALLS[:1]))
    thread.start()
    time.sleep(0.25)
    (worker,) = pool.pids()
    child, _ = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()  # the other waits for a job
    own = megabytes(int(child), "Private_Dirty")
    thread.join()
    return own


def wait_in_line(pool: Pool, count: int) -> tuple[float, bool, float]:
    """Sends `count` submissions at once: seconds until all are done, whether in order, the workers' megabytes then."""
    began_at: dict[int, float] = {}

    def job(number: int) -> None:
        began_at[number] = float(pool.run(SAYS_WHEN, "softmax", CALLS)[0].output)

    threads = [threading.Thread(target=job, args=(number,)) for number in range(count)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # with two at work the later of two neighbours may begin first
    began_in_order = enumerate(sorted(began_at, key=lambda number: began_at[number]))
    in_order = all(abs(number - place) <= 2 * len(pool.pids()) for place, number in began_in_order)
    return time.perf_counter() - began, in_order, sum(map(megabytes, pool.pids()))


def report_warm() -> float:
    with Pool(1) as pool:
        times = one_after_another(pool, SUBMISSIONS)
        median = statistics.median(times)
        row("Warm worker, a submission of five calls, median", f"{1000 * median:.1f} ms")
        row("Warm worker, 95 of 100 within", f"{1000 * statistics.quantiles(times, n=20)[-1]:.1f} ms")
        row("Submissions a second, one worker", f"{per_second(pool, 1, SUBMISSIONS):.0f}")
        row("Memory of a worker", f"{megabytes(pool.pids()[0]):.0f} MB")
        row("Memory of a child, beside the worker's", f"{child_megabytes(pool):.1f} MB")
    return median


def report_two() -> None:
    with Pool(2) as pool:
        row("Submissions a second, two workers", f"{per_second(pool, 2, 2 * SUBMISSIONS):.0f}")
        for count in WAITING:
            seconds, in_order, memory = wait_in_line(pool, count)
            order = "in order" if in_order else "OUT OF ORDER"
            each = 1000 * seconds / count
            row(f"{count:,} waiting at once", f"{seconds:.1f} s ({each:.1f} ms each), {order}, {memory:.0f} MB")


def report_fresh(warm: float) -> None:
    with Pool(1, warm=False) as pool:
        median = statistics.median(one_after_another(pool, FRESH_SUBMISSIONS))
    row(
        "A fresh process for each submission, median",
        f"{1000 * median:.0f} ms ({median / warm:.0f} times the warm one)",
    )


def main() -> None:
    print("| what | measured |\n| --- | --- |")
    warm = report_warm()
    report_two()
    report_fresh(warm)


if __name__ == "__main__":
    main()
