"""What a probe found: a state, a sentence, and the figures behind it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from common.erasure.statements import canonical

FORMAT: Final = 1

# Numbers and short words of ours, never anything about a person.
Figures = Mapping[str, int | float | str]


class Found(StrEnum):
    """How a promise was found."""

    KEPT = "kept"
    BROKEN = "broken"
    # There is nothing here to keep it for, as with a partner nobody set up.
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found. `checked` is one sentence for everybody: what was looked at, and what was seen."""

    state: Found
    checked: str
    figures: Figures = field(default_factory=dict[str, int | float | str])

    @classmethod
    def of(cls, checked: str, /, *, broken: bool, **figures: float | str) -> "Finding":
        """Kept, or broken."""
        return cls(state=Found.BROKEN if broken else Found.KEPT, checked=checked, figures=figures)

    @classmethod
    def not_applicable(cls, checked: str) -> "Finding":
        """There is nothing to keep the promise for; `checked` says why."""
        return cls(state=Found.NOT_APPLICABLE, checked=checked)


def statement_of(finding: Finding, *, promise: str, probe: str, service: str, at: datetime) -> str:
    """The finding in its one written form, which its service signs."""
    return canonical(
        {
            "format": FORMAT,
            "kind": "promise check",
            "promise": promise,
            "probe": probe,
            "service": service,
            "state": finding.state.value,
            "checked": finding.checked,
            "figures": dict(finding.figures),
            "at": at.isoformat(),
        }
    )
