"""Events on their way while a snapshot is taken: out of the outbox already, and in nobody's inbox yet.

A queue of our own hears every event from before the snapshot on. What it had heard at the moment of the snapshot, when
no outbox moved, goes into the backup: an event that came later tells of what the rows do not know yet, and whoever
believed it would be told otherwise when the work is done again. It is
published again after a restore; whoever had taken an event before knows it by its id, and takes it no second time.
"""

# pika ships without type information, so what comes from it is unknown to the checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import base64
import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pika
import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel

from common.broker import open_drawer, parameters
from common.messages import Delivery, Message
from common.topology import EVENTS_EXCHANGE, events_queue
from ops.backup.failures import BackupFailed
from ops.broker_topology import LISTENERS
from ops.embedded.failures import StackFailed
from ops.embedded.waiting import until
from ops.services import SERVICES

QUEUE = "backup.overheard"
# A run that was killed leaves the queue behind; the broker removes it when nobody has come for so long.
_EXPIRES_MS = 600_000
_PATIENCE_SECONDS = 60
# What is in hand is no longer in a queue, but not in an inbox either: empty once is not enough.
_EMPTY_LOOKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """The broker, for who may hear everything."""

    url: str = field(repr=False)
    ca_file: Path

    @contextmanager
    def listening(self) -> Generator[None]:
        """From the beginning of the block on, every event is heard."""
        arguments = {"x-queue-type": "quorum", "x-expires": _EXPIRES_MS}
        with self._connected() as channel:
            channel.queue_delete(QUEUE)
            channel.queue_declare(QUEUE, durable=True, arguments=arguments)
            # Not "#": an event that nobody listens to yet has to stay in its outbox, and would be confirmed to us.
            for kind in _listened_to():
                channel.queue_bind(QUEUE, EVENTS_EXCHANGE, kind)
        try:
            yield
        finally:
            with self._connected() as channel:
                channel.queue_delete(QUEUE)

    def wait_for_the_earlier(self) -> None:
        """Return when what was published before is with those it is for. Raises BackupFailed after a minute."""
        waiting = dict.fromkeys(map(events_queue, SERVICES), _EMPTY_LOOKS)

        def look() -> bool:
            with self._connected() as channel:
                for name in waiting:
                    if waiting[name] and not channel.queue_declare(name, passive=True).method.message_count:
                        waiting[name] -= 1
            return not any(waiting.values())

        try:
            until(look, "The emptying of the queues", seconds=_PATIENCE_SECONDS)
        except StackFailed:
            behind = ", ".join(name for name, looks in waiting.items() if looks)
            raise BackupFailed(
                f"Events wait in {behind} and would be missing in the backup: see docs/runbooks/stuck-queue.md, "
                "then try again."
            ) from None

    def number(self) -> int:
        """How many events were heard so far."""
        with self._connected() as channel:
            return int(channel.queue_declare(QUEUE, passive=True).method.message_count)

    def heard(self, number: int) -> Iterator[Mapping[str, str]]:
        """The first so many that were heard, for a manifest."""
        with open_drawer(self.url, QUEUE, ca_file=self.ca_file) as drawer:
            for taken in islice(drawer.deliveries(), number):
                yield _told(taken)
                drawer.remove(taken)

    def say_again(self, heard: Iterable[Mapping[str, str]]) -> int:
        """Publish what was heard to those who listen now; returns how many events."""
        number = 0
        with open_drawer(self.url, QUEUE, ca_file=self.ca_file) as drawer:
            for told in heard:
                body = base64.b64decode(told["body"])
                drawer.publish(
                    Message(
                        exchange=EVENTS_EXCHANGE,
                        routing_key=told["type"],
                        body=body,
                        message_id=told["id"],
                        type=told["type"],
                    )
                )
                number += 1
        return number

    @contextmanager
    def _connected(self) -> Generator[BlockingChannel]:
        try:
            with pika.BlockingConnection(parameters(self.url, ca_file=self.ca_file, name="backup")) as connection:
                yield connection.channel()
        except (pika.exceptions.AMQPError, OSError) as error:
            raise BackupFailed("The broker cannot be reached, so events on their way would be missing.") from error


def _listened_to() -> frozenset[str]:
    listeners: dict[str, list[str]] = json.loads(LISTENERS.read_text())
    return frozenset(kind for kinds in listeners.values() for kind in kinds)


def _told(taken: Delivery) -> Mapping[str, str]:
    return {"id": taken.message_id or "", "type": taken.type or "", "body": base64.b64encode(taken.body).decode()}
