"""A consumer without a broker: a test decides what arrives, how often, and in which order."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from common.contracts import Envelope
from common.errors import NotYet
from common.intake import Intake

W = TypeVar("W")


class BrokerlessConsumer(Generic[W]):
    """Takes envelopes as the real consumer does: in batches, one by one where a batch fails."""

    def __init__(self, intake: Intake[W]) -> None:
        self._intake = intake

    def deliver(self, envelopes: Sequence[Envelope], *, size: int = 1) -> None:
        """Take all of them in this order; what came before its cause is put back and taken again.

        Raises AssertionError when everything that is left waits for something that never came.
        """
        left = list(envelopes)
        while left:
            early = [late for at in range(0, len(left), size) for late in self.take(left[at : at + size])]
            assert len(early) < len(left), "every event that is left waits for another"
            left = early

    def take(self, batch: Sequence[Envelope]) -> list[Envelope]:
        """Take these together; returns those that came too early."""
        try:
            self._intake.take(batch, wake_relay=False)
        except NotYet:
            return list(batch) if len(batch) == 1 else [late for each in batch for late in self.take([each])]
        return []
