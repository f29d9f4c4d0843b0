"""Grades one submission: `grade` runs the tests of an exercise on it and compares what comes back."""
