"""Writes docs/licences.md: every package that the app or a class installs, with its licence, as the packages say it.

python -m deploy.licences          write it anew, from what is installed
python -m deploy.licences --check  end with 1 if something that is installed here is missing, or said otherwise
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import cast

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "docs" / "licences.md"
LOCKS = {"torch.lock": "app", "requirements.lock": "app", "requirements-class.lock": "class"}
CLASSIFIER = "License :: OSI Approved :: "
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==", re.MULTILINE)
HEAD = """# Licences

What gets installed, and under which licence, as each package says of itself. `make locks` writes this list. Packages
for other platforms alone are left out. The editor's bundle (`lib/ui/code_editor/`) has its licences beside it. The
checks need more packages (`requirements-dev.lock`); they are not handed on. `deploy/compose.yaml` runs PostgreSQL
(PostgreSQL License) and Caddy (Apache-2.0) as images of their own.

| package | for | licence |
| --- | --- | --- |
"""


def needed() -> dict[str, str]:
    """Package → who needs it, from the locks; "app" where both do."""
    named = [(name, needs) for lock, needs in LOCKS.items() for name in PINNED.findall((ROOT / lock).read_text())]
    return dict(reversed(named))


def licence(said: Message) -> str:
    """What a package says: its expression, else its classifiers, else the first line of its field."""
    if said.get("License-Expression"):
        return str(said["License-Expression"])
    classified = [str(one).removeprefix(CLASSIFIER) for one in said.get_all("Classifier", []) if CLASSIFIER in str(one)]
    field = (str(said.get("License") or "").strip().splitlines() or [""])[0]
    return "; ".join(classified) or field[:80] or "not said"


def rows() -> Iterator[str]:
    """The list's lines of what is installed here."""
    for name, needs in sorted(needed().items()):
        try:
            yield f"| {name} | {needs} | {licence(cast(Message, metadata(name)))} |\n"
        except PackageNotFoundError:
            continue  # for another platform


def main(arguments: list[str] | None = None) -> int:
    if "--check" in (sys.argv[1:] if arguments is None else arguments):
        return int(not set(rows()) <= set(LIST.read_text().splitlines(keepends=True)))
    LIST.write_text(HEAD + "".join(rows()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
