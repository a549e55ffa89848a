"""What operators are told when a promise was found broken. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final
from uuid import UUID

# So many go into one mail; what is more follows with the next.
AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A promise that was found broken: ids and counts, and nothing about a person."""

    id: UUID
    promise: str
    detail: str
    noticed_at: datetime


def subject_of(alarms: Sequence[Alarm]) -> str:
    """The line an operator decides by whether to get up."""
    promises = sorted({alarm.promise for alarm in alarms})
    named = ", ".join(promises[:8]) + (" and others" if len(promises) > 8 else "")
    return f"Promise broken: {named}" if len(promises) == 1 else f"Promises broken: {named}"


def text_of(alarms: Sequence[Alarm], *, page: str) -> str:
    """What was found, when, and where to look."""
    lines = [f"{alarm.noticed_at:%Y-%m-%d %H:%M:%S} UTC  {alarm.promise}  {alarm.detail}" for alarm in alarms]
    found = "\n".join(lines)
    return f"{found}\n\nHow every promise stands now: {page}\nWhat to do stands in docs/runbooks of the project.\n"


def html_of(alarms: Sequence[Alarm], *, page: str) -> str:
    """The same for who reads mail as a page."""
    return f"<pre>{escape(text_of(alarms, page=page))}</pre>"
