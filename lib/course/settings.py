"""What the operator set for a class, in secrets.toml or in a file of that form."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from lib.refusal import Refusal
from lib.store import DEFAULT

Logs = Literal["plain", "json"]
SHORTEST_TOKEN = 16  # characters
SECRETS = Path(__file__).resolve().parents[2] / ".streamlit" / "secrets.toml"


@dataclass(frozen=True)
class Named:
    """An instructor: issuer and subject, or an e-mail that this one issuer vouches for."""

    issuer: str
    subject: str = ""
    email: str = ""


@dataclass(frozen=True)
class Settings:
    """`exercises` are folders of private exercises. `issuers` are those whose word on an e-mail is taken. Without a
    `metrics_token` there are no metrics."""

    database: str = DEFAULT
    exercises: tuple[Path, ...] = ()
    instructors: tuple[Named, ...] = ()
    issuers: tuple[str, ...] = ()
    logs: Logs = "plain"
    metrics_token: str = ""


def read_settings(values: Mapping[str, Any]) -> Settings:
    """The settings among these keys; the other keys are not ours. Raises Refusal, naming the key."""
    return Settings(
        database=_text("database", values.get("database", DEFAULT)),
        exercises=tuple(Path(folder) for folder in _texts("exercises", values.get("exercises", []))),
        instructors=tuple(_named(entry) for entry in _list("instructors", values.get("instructors", []))),
        issuers=tuple(_texts("issuers", values.get("issuers", []))),
        logs=_logs(values.get("logs", "plain")),
        metrics_token=_token("metrics_token", values.get("metrics_token")),
    )


def settings_from(path: Path = SECRETS) -> Settings:
    """The settings in this file; the usual ones where there is none. Raises Refusal."""
    try:
        return read_settings(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Settings()
    except tomllib.TOMLDecodeError as error:
        raise Refusal("{path} is not valid TOML: {why}.", path=path.name, why=error) from error


def _logs(value: Any) -> Logs:
    if value not in get_args(Logs):
        raise Refusal("logs is {value!r}; expected {all}.", value=value, all=" or ".join(get_args(Logs)))
    return value


def _token(key: str, value: Any) -> str:
    """A secret; empty where there is none. What is refused is not quoted: it may be one."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) < SHORTEST_TOKEN or not value.isascii():
        raise Refusal("{key}: expected a text of {least} characters or more.", key=key, least=SHORTEST_TOKEN)
    return value


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise Refusal("{key} is {value!r}; expected a text.", key=key, value=value)
    return value


def _list(key: str, value: Any) -> Sequence[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise Refusal("{key} is {value!r}; expected a list.", key=key, value=value)
    return value


def _texts(key: str, value: Any) -> list[str]:
    return [_text(key, one) for one in _list(key, value)]


def _named(entry: Any) -> Named:
    expected = 'expected { issuer = "…", subject = "…" } or { issuer = "…", email = "…" }'
    if not isinstance(entry, Mapping) or not set(entry) <= {"issuer", "subject", "email"} or "issuer" not in entry:
        raise Refusal("instructors has {entry!r}; {expected}.", entry=entry, expected=expected)
    if ("subject" in entry) == ("email" in entry):
        raise Refusal("instructors has {entry!r}; {expected}, not both.", entry=dict(entry), expected=expected)
    return Named(**{key: _text(f"instructors: {key}", value) for key, value in entry.items()})
