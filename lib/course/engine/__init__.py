"""Has submissions graded: whatever is stored is graded once, also if a program ends at any moment."""

from lib.course.engine.enqueue import enqueue
from lib.course.engine.run import Engine, start, work_until_idle
from lib.course.engine.take import PACE, Pace, Taken, done, take

__all__ = ["PACE", "Engine", "Pace", "Taken", "done", "enqueue", "start", "take", "work_until_idle"]
