"""Grades one submission: `grade` puts it to the tests of an exercise and compares what comes back."""
