"""What ties a field to the address: its value stands there under the field's key, and is kept over other pages."""

from __future__ import annotations

from typing import Any

BOUND: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
