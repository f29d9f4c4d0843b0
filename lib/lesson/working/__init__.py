"""The learner's own working: what an entry is worth, and which mistake explains it."""

from lib.lesson.working.entries import Judged, judge
from lib.lesson.working.rows import Row

__all__ = ["Judged", "Row", "judge"]
