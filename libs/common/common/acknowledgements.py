"""Which deliveries may be acknowledged, and with how few words. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """One acknowledgement on the wire; `multiple` covers every earlier delivery too."""

    tag: int
    multiple: bool


class Acknowledgements:
    """The deliveries in hand, oldest first."""

    def __init__(self) -> None:
        self._in_hand: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._in_hand)

    def receive(self, tag: int) -> None:
        """A delivery arrived; tags only grow."""
        self._in_hand[tag] = None

    def settle(self, tags: Iterable[int]) -> list[Ack]:
        """These are done with: what to tell the broker."""
        settled = sorted(tags)
        for tag in settled:
            del self._in_hand[tag]
        oldest = next(iter(self._in_hand), None)
        through = [tag for tag in settled if oldest is None or tag < oldest]
        rest = settled[len(through) :]
        together = [Ack(tag=through[-1], multiple=True)] if through else []
        return together + [Ack(tag=tag, multiple=False) for tag in rest]
