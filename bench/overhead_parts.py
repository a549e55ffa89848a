"""The raw parts of one job, each timed alone on the same servers: commits, confirmed messages, objects."""

import ssl
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pika
import psycopg

from common.sealing import Keyring, Sealer
from common.storage import ObjectStore, SealedBucket
from ops.embedded.stack import Stack

SAMPLES = 200
PAYLOAD = b"x" * 700

# What one job does one after the other between the accepted upload and figurine.generated.
COMMITS = 6  # order, image.uploaded, figurine.requested, credits.held, claim, delivery
MESSAGES = 4  # image.uploaded, figurine.requested, credits.held, figurine.generated
WRITES = 3  # the picture in three sizes
READS = 2  # the photo and its words


def time_parts(stack: Stack) -> dict[str, float]:
    """The median of each part, in milliseconds."""
    read, write = _object_ms(stack)
    return {"commit": _commit_ms(stack), "message": _message_ms(stack), "object read": read, "object write": write}


def total(parts: dict[str, float]) -> float:
    """What one job would take if it were nothing but its parts."""
    return (
        COMMITS * parts["commit"]
        + MESSAGES * parts["message"]
        + READS * parts["object read"]
        + WRITES * parts["object write"]
    )


def _median_ms(do: Callable[[], object]) -> float:
    taken: list[float] = []
    for _ in range(SAMPLES):
        began = time.perf_counter()
        do()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def _commit_ms(stack: Stack) -> float:
    """One transaction that writes a state and an event, as every step of a job does."""
    with psycopg.connect(stack.postgres.admin_url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS public.bench_state (n bigserial PRIMARY KEY, state text)")
        connection.execute("CREATE TABLE IF NOT EXISTS public.bench_event (n bigserial PRIMARY KEY, body bytea)")

        def commit() -> None:
            with connection.transaction():
                connection.execute("INSERT INTO public.bench_state (state) VALUES ('queued')")
                connection.execute("INSERT INTO public.bench_event (body) VALUES (%s)", [PAYLOAD])

        try:
            return _median_ms(commit)
        finally:
            connection.execute("DROP TABLE public.bench_state, public.bench_event")


def _message_ms(stack: Stack) -> float:
    """Publish to a quorum queue, wait for the confirm, and for the message to come out."""
    parameters = pika.URLParameters(stack.rabbitmq.admin_url())
    parameters.ssl_options = pika.SSLOptions(ssl.create_default_context(cafile=str(stack.site.ca)), "localhost")
    connection = pika.BlockingConnection(parameters)
    channel = connection.channel()
    channel.confirm_delivery()
    queue = "bench.overhead"
    channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
    arrived: list[int] = []
    channel.basic_consume(queue, lambda *message: arrived.append(message[1].delivery_tag), auto_ack=True)

    def message() -> None:
        arrived.clear()
        channel.basic_publish("", queue, PAYLOAD, pika.BasicProperties(delivery_mode=2), mandatory=True)
        while not arrived:
            connection.process_data_events(time_limit=1)

    try:
        return _median_ms(message)
    finally:
        channel.queue_delete(queue)
        connection.close()


def _object_ms(stack: Stack) -> tuple[float, float]:
    """Read and write a small sealed object."""
    environment = stack.environments.of("generation")
    store = ObjectStore(
        endpoint=environment["FIGURINE_S3_ENDPOINT"],
        access_key=environment["FIGURINE_S3_ACCESS_KEY"],
        secret_key=environment["FIGURINE_S3_SECRET_KEY"],
        ca_file=Path(environment["FIGURINE_CA_FILE"]),
    )
    bucket = SealedBucket(store, "figurines", Sealer(Keyring.parse(environment["FIGURINE_SEALING_KEYS"])), "bench")
    write = _median_ms(lambda: bucket.put("bench/overhead", PAYLOAD, owner="bench"))
    read = _median_ms(lambda: bucket.read("bench/overhead", owner="bench"))
    bucket.delete("bench/overhead")
    return read, write
