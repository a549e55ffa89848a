"""What operators are told when a promise was found broken, or something is unusual. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from html import escape
from typing import Final
from uuid import UUID

# So many go into one mail; what is more follows with the next.
AT_ONCE: Final = 50
_NAMED: Final = 8


class AlarmKind(StrEnum):
    """What an alarm is about."""

    PROMISE = "promise"
    ANOMALY = "anomaly"
    ANOMALY_ENDED = "anomaly_ended"


# What is said in a subject of one alarm and of several, the most urgent first.
_WORDS: Final[Mapping[AlarmKind, tuple[str, str]]] = {
    AlarmKind.PROMISE: ("Promise broken", "Promises broken"),
    AlarmKind.ANOMALY: ("Unusual", "Unusual"),
    AlarmKind.ANOMALY_ENDED: ("As usual again", "As usual again"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A promise that was found broken, or a rate that is unusual: ids and counts, and nothing about a person."""

    id: UUID
    about: str
    detail: str
    noticed_at: datetime
    kind: AlarmKind = AlarmKind.PROMISE


def subject_of(alarms: Sequence[Alarm]) -> str:
    """The line an operator decides by whether to get up."""
    return "; ".join(
        _named(words, sorted({alarm.about for alarm in alarms if alarm.kind == kind}))
        for kind, words in _WORDS.items()
        if any(alarm.kind == kind for alarm in alarms)
    )


def text_of(alarms: Sequence[Alarm], *, page: str, figures: str = "") -> str:
    """What was found, when, and where to look."""
    lines = [f"{alarm.noticed_at:%Y-%m-%d %H:%M:%S} UTC  {alarm.about}  {alarm.detail}" for alarm in alarms]
    found = "\n".join(lines)
    places = f"How every promise stands now: {page}"
    if figures and any(alarm.kind != AlarmKind.PROMISE for alarm in alarms):
        places += f"\nThe figures behind it: {figures}"
    return f"{found}\n\n{places}\nWhat to do stands in docs/runbooks of the project.\n"


def html_of(alarms: Sequence[Alarm], *, page: str, figures: str = "") -> str:
    """The same for who reads mail as a page."""
    return f"<pre>{escape(text_of(alarms, page=page, figures=figures))}</pre>"


def _named(words: tuple[str, str], about: Sequence[str]) -> str:
    names = ", ".join(about[:_NAMED]) + (" and others" if len(about) > _NAMED else "")
    return f"{words[len(about) > 1]}: {names}"
