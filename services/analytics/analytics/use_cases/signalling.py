"""Keep what the gateway noticed of faults and threats, by the hour and about nobody."""

from typing import Final

from analytics.repository import Work
from common.contracts.gateway import SignalsCounted

_LONGEST: Final = 80


def note_signals(work: Work, event: SignalsCounted) -> None:
    """So many in that hour so far; a smaller number that comes later is older."""
    hour = event.hour.replace(minute=0, second=0, microsecond=0)
    work.signals.note(event.signal[:_LONGEST], min(hour, work.clock.now()), max(event.count, 0))
