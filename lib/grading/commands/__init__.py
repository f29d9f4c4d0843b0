"""The commands of `python -m lib.grading`, one module each: `add` says its options, `run` does it."""
