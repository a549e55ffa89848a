"""Dead letters have an end: those that nobody took care of for so long, and those about somebody who is gone."""

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

import structlog

from common import retries
from common.broker import Drawer, open_drawer
from common.clock import Clock
from common.database import Database
from common.erasure.fence import Fence
from common.inventory.shared import DEAD_LETTERS_KEPT
from common.messages import Delivery, Message
from common.topology import dead_queue, retry_exchange

KEPT: Final = timedelta(days=DEAD_LETTERS_KEPT.count)
_AT_ONCE = 10_000
_log = structlog.stdlib.get_logger("common.dead_letters")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterSweep:
    """Looks through the dead letters of one service; those that stay keep their place."""

    service: str
    broker_url: str
    ca_file: Path | None
    database: Database
    clock: Clock
    fence: Fence | None

    def run(self) -> int:
        """Destroy what is over; 0, for it has looked at all there is. Raises Unavailable."""
        with open_drawer(self.broker_url, dead_queue(self.service), ca_file=self.ca_file) as drawer:
            letters = list(islice(drawer.deliveries(), _AT_ONCE))
            gone = self._gone([person for letter in letters if (person := person_of(letter.body))])
            for letter in letters:
                if person_of(letter.body) in gone:
                    self._destroy(drawer, letter, "somebody who is gone")
                elif (died_at := died(letter)) is None:
                    self._date(drawer, letter)
                elif died_at <= self.clock.now() - KEPT:
                    self._destroy(drawer, letter, "too old")
        return 0

    def _gone(self, persons: Sequence[UUID]) -> Collection[UUID]:
        if self.fence is None or not persons:
            return ()
        with self.database.begin() as connection:
            return self.fence.gone(connection, set(persons))

    def _destroy(self, drawer: Drawer, letter: Delivery, why: str) -> None:
        drawer.remove(letter)
        _log.warning("dead letter destroyed", message_id=letter.message_id, type=letter.type, why=why)

    def _date(self, drawer: Drawer, letter: Delivery) -> None:
        """One that came here by hand and says nothing of its age is as old as the first look at it."""
        headers = {name: value for name, value in letter.headers.items() if isinstance(value, str | int)}
        drawer.publish(
            Message(
                exchange=retry_exchange(self.service),
                routing_key=dead_queue(self.service),
                body=letter.body,
                message_id=letter.message_id or f"delivery-{letter.tag}",
                type=letter.type,
                headers={**headers, retries.FIRST_FAILED_AT: self.clock.now().isoformat()},
            )
        )
        drawer.remove(letter)


def died(letter: Delivery) -> datetime | None:
    """Since when it counts as dead: as its consumer wrote down, or else the broker; None where neither did."""
    said = letter.headers.get(retries.FIRST_FAILED_AT)
    if isinstance(said, str):
        with suppress(ValueError):
            return _aware(datetime.fromisoformat(said))
    deaths = letter.headers.get("x-death")
    if isinstance(deaths, list) and deaths:
        at = cast("Mapping[str, object]", deaths[0]).get("time")
        if isinstance(at, datetime):
            return _aware(at)
    return None


def person_of(body: bytes) -> UUID | None:
    """Whom an event is about, also one that nobody here knows."""
    try:
        event: Any = json.loads(body)
        return UUID(event["data"]["user_id"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
