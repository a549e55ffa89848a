"""The evidence that a month is anonymous, and the refusal where it would not be. Pure."""

from dataclasses import dataclass
from datetime import date

from analytics.domain.anonymity import LEAST
from analytics.domain.reidentification import Reidentification


class SomebodyWouldBeFound(Exception):
    """The rows of a month let somebody stand among too few: they are not kept, and its facts stay until they do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Facts of a month: that had a name, whose people alone could be behind them, by the sums, and in rows now."""

    named: int
    unique_before: int
    counted: int
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymisation:
    """What was done to a month, and how it was measured."""

    month: date
    counted: Counted
    found: Reidentification

    @property
    def suppressed(self) -> int:
        """Facts that are in no row."""
        return self.counted.counted - self.counted.kept

    def check(self, *, least: int = LEAST) -> None:
        """Raises SomebodyWouldBeFound, with the figures."""
        if not self.found.passes(least):
            message = f"{self.month:%Y-%m}: {self.found}"
            raise SomebodyWouldBeFound(message)
