"""Waiting for a figurine: by live events, and by asking where there are none."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from figurine_client.connection import Connection
from figurine_client.errors import Busy, NotAllowed, StudioAway, WaitedTooLong
from figurine_client.live import SILENCE_SECONDS, listening
from figurine_client.models.figurines import Figurine

# Between two questions; no more often, or a minute's requests are used up.
SOONEST, LATEST = 1.0, 8.0


@dataclass(slots=True, kw_only=True)
class Wait:
    """One wait, of so many seconds at most."""

    connection: Connection
    read: Callable[[], Figurine]
    on_change: Callable[[Figurine], None] | None
    seconds: float
    _end: float = field(init=False)
    _told: Figurine | None = field(default=None, init=False)
    _asked: int = field(default=0, init=False)
    # Until a key turns out to be for something else.
    _live: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self._end = time.monotonic() + self.seconds

    def until_ended(self, figurine_id: UUID) -> Figurine:
        """The figurine, when nothing more will come of it. Raises WaitedTooLong, Refused."""
        while True:
            ended = self._listened(figurine_id) or self._asked_again()
            if ended is not None:
                return ended
            self._rest()

    def _listened(self, figurine_id: UUID) -> Figurine | None:
        """As `_listen`; None as well where there is nothing to be heard, now or at all."""
        try:
            return self._listen(figurine_id) if self._live else None
        except NotAllowed:
            self._live = False
        except (Busy, StudioAway):
            pass
        return None

    def _asked_again(self) -> Figurine | None:
        try:
            return self._ask()
        except (Busy, StudioAway):
            # One that was never seen is none to wait for.
            if self._told is None:
                raise
            return None

    def _listen(self, figurine_id: UUID) -> Figurine | None:
        """Open the ear first, then look: whatever happens in between is heard."""
        silence = max(0.1, min(SILENCE_SECONDS, self._left()))
        with listening(self.connection, silence=silence) as news:
            if (ended := self._ask()) is not None:
                return ended
            for event in news:
                if event is not None and event.figurine_id == figurine_id and (ended := self._ask()) is not None:
                    return ended
                self._check_time()
        return None

    def _ask(self) -> Figurine | None:
        """The figurine if it has ended; who listens hears of what changed."""
        figurine = self.read()
        if figurine != self._told and self.on_change is not None:
            self.on_change(figurine)
        self._told = figurine
        return figurine if figurine.has_ended else None

    def _rest(self) -> None:
        self._check_time()
        self._asked += 1
        pause = min(LATEST, SOONEST * 1.3 ** min(self._asked, 12), max(0.0, self._left()))
        self.connection.patience.pause(pause)

    def _left(self) -> float:
        return self._end - time.monotonic()

    def _check_time(self) -> None:
        if self._left() <= 0:
            state = self._told.state if self._told else "unknown"
            message = f"The figurine is {state} after {self.seconds:.0f} s; it goes on by itself."
            raise WaitedTooLong(message)
