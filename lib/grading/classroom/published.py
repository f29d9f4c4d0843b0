"""What everybody can read: the exercises that come with this app, with their solutions and hidden tests."""

from __future__ import annotations

from collections.abc import Sequence

from lib.exercises import FOLDER, Exercise


def published(exercises: Sequence[Exercise]) -> str:
    """In a sentence which of the exercises are public, and what to do about it; empty if none is."""
    public = [exercise.slug for exercise in exercises if exercise.folder.resolve().is_relative_to(FOLDER)]
    if not public:
        return ""
    return (
        f"With this app, and so public with solution and hidden tests: {', '.join(public)}. "
        "For marks that count make exercises of your own: python -m lib.grading new NAME --lesson LESSON."
    )
