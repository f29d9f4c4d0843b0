"""A Jupyter notebook from cells of text and code."""

from __future__ import annotations

import json
from typing import Any

from lib.lesson.spec import Topic


def notebook_of(cells: list[dict[str, Any]]) -> str:
    """The file's text for these cells."""
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return json.dumps(
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1, ensure_ascii=False
    )


def cell(name: str, kind: str, text: str) -> dict[str, Any]:
    cell = {"cell_type": kind, "id": name, "metadata": {}, "source": text.strip("\n").splitlines(keepends=True)}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


def description(lesson: Topic) -> str:
    symbols = "\n".join(f"- ${symbol}$: {meaning}" for symbol, meaning in lesson.symbols)
    links = "\n".join(f"- [{reference.text}]({reference.url})" for reference in lesson.sources)
    torchs = f"`{lesson.torchs_own}`: " if lesson.torchs_own else ""
    return (
        f"# {lesson.title}\n\n{torchs}{lesson.purpose}\n\n$${lesson.formula}$$\n\n{symbols}\n\nTo read on:\n\n{links}\n"
    )
