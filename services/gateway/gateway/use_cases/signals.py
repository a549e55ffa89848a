"""What faults and threats are told by: noted by the hour, and told to whoever watches over it."""

from collections.abc import Iterable

from common.contracts.gateway import SignalsCounted
from gateway.domain.signals import Counted
from gateway.repository import Work

# Some hours of everything there is.
_AT_ONCE = 200


def note(work: Work, noticed: Iterable[Counted]) -> None:
    """Count on what was noticed."""
    work.signals.add(noticed)


def tell(work: Work) -> int:
    """Tell of every hour that grew, how much it holds by now; told twice, the larger number holds."""
    counted = work.signals.take_untold(limit=_AT_ONCE)
    for each in counted:
        work.outbox.add(SignalsCounted(signal=each.signal, hour=each.hour, count=each.count))
    return len(counted)
