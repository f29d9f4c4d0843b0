"""The learner's own working: what an entry is worth, and which mistake explains it."""

from lib.lesson.working.diagnose import Part
from lib.lesson.working.entries import Judged, Verdict, judge
from lib.lesson.working.rows import Row

__all__ = ["Judged", "Part", "Row", "Verdict", "judge"]
