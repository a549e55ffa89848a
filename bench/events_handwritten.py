"""A loop written by hand for exactly this job, with the same guarantees and nothing reusable.

Inbox, effect and outbox of up to 200 messages in one transaction, one acknowledgement, pipelined
mandatory publishes, rows deleted when confirmed. Raw pika, psycopg and json.
"""

import json
import signal
import ssl
from typing import Any
from uuid import UUID, uuid4

import pika
import psycopg
from pika.adapters.select_connection import IOLoop
from pika.spec import Basic

from bench.events_shared import WRITE_EFFECT, Place, place_from_argv

BATCH = 200
PERSISTENT = 2


class Loop:
    """One connection to each server, one thread."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.database = psycopg.connect(place.database)
        self.keeper = psycopg.connect(place.database, autocommit=True)
        self.keeper.execute("SET synchronous_commit = off")
        self.loop = IOLoop()
        parameters = pika.URLParameters(place.broker)
        context = ssl.create_default_context(cafile=place.ca_file)
        parameters.ssl_options = pika.SSLOptions(context, parameters.host)
        self.connection = pika.SelectConnection(parameters, on_open_callback=self.opened, custom_ioloop=self.loop)
        self.waiting: list[tuple[int, bytes]] = []
        self.scheduled = False
        self.published = 0
        self.unconfirmed: dict[int, int] = {}
        self.confirmed: list[int] = []
        self.returned: set[str] = set()

    def opened(self, connection: Any) -> None:
        connection.channel(on_open_callback=self.ready)

    def ready(self, channel: Any) -> None:
        self.channel = channel
        channel.confirm_delivery(self.answered)
        channel.add_on_return_callback(lambda _c, _m, properties, _b: self.returned.add(properties.message_id))
        channel.basic_qos(prefetch_count=BATCH)
        channel.basic_consume(self.place.incoming, self.arrived)
        # What an earlier process committed and did not publish.
        self.publish(self.keeper.execute("SELECT seq, id, body FROM outbox ORDER BY seq").fetchall())

    def arrived(self, _channel: Any, method: Any, _properties: Any, body: bytes) -> None:
        self.waiting.append((method.delivery_tag, body))
        if not self.scheduled:
            self.scheduled = True
            self.loop.call_later(0, self.take)

    def take(self) -> None:
        self.scheduled = False
        batch, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
        messages = {UUID(message["id"]): message for message in (json.loads(body) for _, body in batch)}
        with self.database.transaction(), self.database.cursor() as cursor:
            cursor.execute(
                "INSERT INTO inbox (event_id) SELECT unnest(%s::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id",
                [sorted(messages)],
            )
            fresh = [messages[event_id] for (event_id,) in cursor.fetchall()]
            for message in fresh:
                self.database.execute(WRITE_EFFECT, [message["n"]])  # the line a handler of ours has, too
            rows = [(uuid4(), json.dumps(message | {"id": str(uuid4())}).encode()) for message in fresh]
            cursor.execute(
                """
                INSERT INTO outbox (id, type, body)
                SELECT id, 'answered', body FROM unnest(%s::uuid[], %s::bytea[]) AS event (id, body) RETURNING seq
                """,
                [[row[0] for row in rows], [row[1] for row in rows]],
            )
            seqs = [seq for (seq,) in cursor.fetchall()]
        self.channel.basic_ack(batch[-1][0], multiple=True)
        self.publish([(seq, event_id, body) for seq, (event_id, body) in zip(seqs, rows, strict=True)])
        if self.waiting:
            self.scheduled = True
            self.loop.call_later(0, self.take)

    def publish(self, rows: list[tuple[int, UUID, bytes]]) -> None:
        for seq, event_id, body in rows:
            self.published += 1
            self.unconfirmed[self.published] = seq
            properties = pika.BasicProperties(delivery_mode=PERSISTENT, message_id=str(event_id))
            self.channel.basic_publish("", self.place.outgoing, body, properties, mandatory=True)

    def answered(self, frame: Any) -> None:
        tag, multiple = frame.method.delivery_tag, frame.method.multiple
        tags = [open_tag for open_tag in self.unconfirmed if open_tag <= tag] if multiple else [tag]
        seqs = [self.unconfirmed.pop(settled) for settled in tags]
        if isinstance(frame.method, Basic.Nack) or self.returned:
            raise SystemExit("the broker refused a message")
        if not self.confirmed:
            self.loop.call_later(0.02, self.forget)
        self.confirmed.extend(seqs)

    def forget(self) -> None:
        self.keeper.execute("DELETE FROM outbox WHERE seq = ANY(%s)", [self.confirmed])
        self.confirmed.clear()


if __name__ == "__main__":
    worker = Loop(place_from_argv())
    signal.signal(signal.SIGTERM, lambda *_: worker.loop.add_callback_threadsafe(worker.loop.stop))
    worker.loop.start()
