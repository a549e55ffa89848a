"""Celery: a dual write, four threads, acks_late, confirm_publish, quorum queues. No inbox and no outbox."""

import ssl
from typing import Any

from celery import Celery
from kombu import Exchange, Queue
from psycopg_pool import ConnectionPool

from bench.events_shared import WRITE_EFFECT, Place, place_from_argv

THREADS = 4


def quorum(name: str) -> Queue:
    return Queue(name, Exchange(""), routing_key=name, durable=True, queue_arguments={"x-queue-type": "quorum"})


def build(place: Place) -> Celery:
    app = Celery("bench", broker=place.broker.replace("amqps://", "amqp://", 1))
    app.conf.update(
        broker_use_ssl={
            "ca_certs": place.ca_file,
            "cert_reqs": ssl.CERT_REQUIRED,
            "server_hostname": "localhost",
        },
        broker_transport_options={"confirm_publish": True},
        task_acks_late=True,
        task_ignore_result=True,
        task_queues=[quorum(place.incoming)],
        task_default_queue=place.incoming,
        worker_prefetch_multiplier=12,
        worker_detect_quorum_queues=True,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
    )
    pool = ConnectionPool(place.database, min_size=THREADS, open=False, kwargs={"autocommit": True})
    outgoing = quorum(place.outgoing)

    @app.task(name="bench.answer")
    def answer(message: dict[str, Any]) -> None:
        pool.open()
        with pool.connection() as connection:
            connection.execute(WRITE_EFFECT, [message["n"]])
        app.send_task("bench.answered", args=[message], queue=outgoing)

    return app


if __name__ == "__main__":
    celery = build(place_from_argv())
    quiet = ["--loglevel=ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    celery.worker_main(["worker", "--pool=threads", f"--concurrency={THREADS}", *quiet])
