"""FastStream: a dual write, publisher confirms, quorum queues, prefetch 50. No inbox and no outbox."""

import asyncio
import ssl
from typing import Any

from faststream import FastStream
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue
from faststream.security import BaseSecurity
from psycopg_pool import AsyncConnectionPool

from bench.events_shared import WRITE_EFFECT, Place, place_from_argv

PREFETCH = 50


def build(place: Place) -> tuple[FastStream, AsyncConnectionPool]:
    context = ssl.create_default_context(cafile=place.ca_file)
    broker = RabbitBroker(
        place.broker,
        security=BaseSecurity(ssl_context=context, use_ssl=True),
        default_channel=Channel(prefetch_count=PREFETCH, publisher_confirms=True, on_return_raises=True),
    )
    pool = AsyncConnectionPool(place.database, min_size=4, max_size=10, open=False, kwargs={"autocommit": True})
    incoming = RabbitQueue(place.incoming, queue_type=QueueType.QUORUM, durable=True)

    @broker.subscriber(incoming)
    async def answer(message: dict[str, Any]) -> None:
        async with pool.connection() as connection:
            await connection.execute(WRITE_EFFECT, [message["n"]])
        await broker.publish(message, queue=place.outgoing, persist=True, mandatory=True)

    return FastStream(broker), pool


async def main() -> None:
    app, pool = build(place_from_argv())
    await pool.open()
    try:
        await app.run()
    finally:
        await pool.close()


if __name__ == "__main__":
    asyncio.run(main())
