"""What may not stand in a log line: secrets, addresses, and what people wrote.

redact(logger, method, line) -> line      a structlog processor
safe_exception(error) -> dict             class, first line, stack; never locals
"""

import re
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import psycopg
from pydantic import SecretStr
from structlog.typing import EventDict, WrappedLogger

HIDDEN = "[redacted]"

# A key is hidden when any word of it is one of these: reset_token, Set-Cookie, display_name.
_WORDS = frozenset(
    {
        "password",
        "passwd",
        "passphrase",
        "secret",
        "secrets",
        "token",
        "tokens",
        "authorization",
        "cookie",
        "cookies",
        "credential",
        "credentials",
        "apikey",
        "dsn",
        "signature",
        "email",
        "mail",
        "address",
        "phone",
        "name",
        "title",
        "note",
        "comment",
        "prompt",
    }
)
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")

_PATTERNS = (
    # Anything@anything: an address needs no dot to be one (RFC 5321 allows localhost).
    (re.compile(r"[^\s\"'<>(),;:@/]+@[^\s\"'<>(),;:@/]+"), HIDDEN),
    # Said twice, it is still said before the token.
    (re.compile(r"(?i)\b(?:(?:bearer|basic)\s+)+[\w.~+/=-]+"), HIDDEN),
    (re.compile(r"\beyJ[\w-]*\.[\w-]*\.?[\w-]*"), HIDDEN),
    (re.compile(r"\b(?:sk|rk|pk|whsec|fig)_\w{8,}"), HIDDEN),
    (re.compile(r"\bAIza[\w-]{20,}"), HIDDEN),
)
# scheme://user:password@host: the host may stay.
_USERINFO = re.compile(r"(?<=://)[^\s/@]*(?:@[^\s/@]*)*@")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|“[^”]*”|«[^»]*»")


def redact(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Replace what a log line may not say, however deep it lies."""
    return {key: value if key == "logger" else _field(key, value) for key, value in line.items()}


def _field(key: object, value: object) -> object:
    if isinstance(key, str) and _is_id(key, value):
        return value
    if isinstance(key, str) and not _WORDS.isdisjoint(word.lower() for word in _WORD.findall(key)):
        return HIDDEN
    return _value(value)


def _is_id(key: str, value: object) -> bool:
    """What is called an id and is one, of ours, says nothing about a person."""
    return key.endswith("_id") and isinstance(value, str) and _UUID.fullmatch(value) is not None


def _value(value: object) -> object:
    if isinstance(value, bool | int | float | UUID | None):
        return str(value) if isinstance(value, UUID) else value
    if isinstance(value, SecretStr | bytes | bytearray | memoryview):
        return HIDDEN
    if isinstance(value, str):
        return clean(value)
    return _nested(value)


def _nested(value: object) -> object:
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {clean(str(key)): _field(key, inner) for key, inner in items}
    if isinstance(value, Sequence | set | frozenset):
        return [_value(inner) for inner in cast("Sequence[object]", value)]
    # Other objects are named by their kind only, by the renderer.
    return value


def clean(text: str) -> str:
    """The text without addresses, tokens and credentials."""
    text = _USERINFO.sub("", text)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def safe_exception(error: BaseException) -> dict[str, Any]:
    """An exception for operators: what kind, where, and its first line without quoted values.

    Later lines hold data (Postgres's DETAIL, pydantic's input), and so do quotation marks.
    """
    described: dict[str, Any] = {
        "class": f"{type(error).__module__}.{type(error).__qualname__}",
        "says": _QUOTED.sub("…", clean(str(error).partition("\n")[0]))[:300],
        "stack": [
            f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ],
    }
    if isinstance(error, psycopg.Error) and error.sqlstate:
        described |= {"sqlstate": error.sqlstate, "constraint": error.diag.constraint_name}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return described | {"cause": safe_exception(cause)} if cause is not None else described


def place_of(error: BaseException) -> str:
    """Where an error came from, as `file.py:12`; its message may quote personal data."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"
