"""Copies of what a person corrected: which followed, and which stay and why. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Where a value of a field stood or stands, as the person would call the place; `why` it stays there."""

    place: str
    field: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What was put right, and what keeps the old value."""

    corrected: tuple[Copy, ...] = ()
    kept: tuple[Copy, ...] = ()

    def __add__(self, other: "Copies") -> "Copies":
        return Copies(corrected=self.corrected + other.corrected, kept=self.kept + other.kept)
