"""What a service may touch in the broker and in the object store: its own, and nothing by accident."""

import ssl
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pika
import pytest
from minio import Minio
from minio.error import S3Error
from pika.exceptions import ChannelClosedByBroker, UnroutableError

from common.contracts.rights import PromiseChecked
from ops.embedded.stack import Stack
from ops.services import BUCKETS, BUCKETS_OF, CANARY, WRITTEN_BY


def link(url: str, ca_file: Path | None) -> pika.BlockingConnection:
    parameters = pika.URLParameters(url)
    if ca_file is not None:
        parameters.ssl_options = pika.SSLOptions(ssl.create_default_context(cafile=ca_file), "localhost")
    return pika.BlockingConnection(parameters)


@pytest.mark.parametrize("queue", ["privacy.events", "billing", "events.billing"])
def test_a_service_cannot_declare_a_queue_under_another_name(
    service_broker: Callable[[str], str], ca_file: Path | None, queue: str
) -> None:
    with (
        link(service_broker("billing"), ca_file) as connection,
        pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"),
    ):
        connection.channel().queue_declare(queue)


def test_a_service_binds_its_own_queue_to_the_events(
    service_broker: Callable[[str], str], ca_file: Path | None
) -> None:
    with link(service_broker("billing"), ca_file) as connection:
        channel = connection.channel()
        channel.exchange_declare("events", "topic", durable=True)
        channel.queue_declare("billing.access", exclusive=True)
        channel.queue_bind("billing.access", "events", "access.checked")
        channel.confirm_delivery()
        channel.basic_publish("events", "access.checked", b"", mandatory=True)


def test_the_canary_says_what_it_found_and_can_do_nothing_else(embedded_stack: Stack) -> None:
    url, ca_file = embedded_stack.rabbitmq.url(CANARY), embedded_stack.site.ca
    with link(embedded_stack.rabbitmq.admin_url(), ca_file) as connection:
        connection.channel().exchange_declare("events", "topic", durable=True)
    with link(url, ca_file) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        # Nobody listens in this stack: it was taken, and came back.
        with pytest.raises(UnroutableError):
            channel.basic_publish("events", PromiseChecked.type, b"", mandatory=True)
    for attempt in (
        lambda channel: channel.basic_publish("events", "user.deletion_requested", b"", mandatory=True),
        lambda channel: channel.basic_publish("", "privacy.events", b"", mandatory=True),
        lambda channel: channel.queue_declare("canary.events"),
        lambda channel: channel.basic_get("privacy"),
    ):
        with link(url, ca_file) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
                attempt(channel)


FOREIGN = [
    (service, bucket)
    for service in BUCKETS_OF
    for bucket in BUCKETS
    if bucket not in (*BUCKETS_OF[service], *WRITTEN_BY.get(service, ()))
]
OWN = [(service, bucket) for service in BUCKETS_OF for bucket in BUCKETS_OF[service]]


def put(client: Minio, bucket: str) -> str:
    """An object of its own: other processes of the run try the same buckets at the same time."""
    key = f"access-{uuid4().hex}"
    client.put_object(bucket, key, BytesIO(b"x"), 1)
    return key


@pytest.mark.parametrize(("service", "bucket"), FOREIGN)
def test_a_service_cannot_use_a_bucket_of_another(embedded_stack: Stack, service: str, bucket: str) -> None:
    client = embedded_stack.seaweedfs.client(service)
    for attempt in (
        lambda: put(client, bucket),
        lambda: client.get_object(bucket, "access"),
        lambda: list(client.list_objects(bucket)),
        lambda: client.remove_object(bucket, "access"),
    ):
        with pytest.raises(S3Error) as refused:
            attempt()
        assert refused.value.code == "AccessDenied"


@pytest.mark.parametrize("service", WRITTEN_BY)
def test_who_gives_a_part_puts_it_and_takes_it_back_and_reads_nobodys(embedded_stack: Stack, service: str) -> None:
    client = embedded_stack.seaweedfs.client(service)
    key = put(client, "exports")
    for attempt in (lambda: client.get_object("exports", key), lambda: client.stat_object("exports", key)):
        with pytest.raises(S3Error) as refused:
            attempt()
        assert refused.value.code == "AccessDenied"
    client.remove_object("exports", key)
    assert list(client.list_objects("exports", prefix=key)) == []


@pytest.mark.parametrize(("service", "bucket"), OWN)
def test_what_a_service_stores_is_encrypted_without_its_asking(
    embedded_stack: Stack, service: str, bucket: str
) -> None:
    client = embedded_stack.seaweedfs.client(service)
    key = put(client, bucket)
    metadata = client.stat_object(bucket, key).metadata
    assert metadata is not None
    assert metadata["x-amz-server-side-encryption"] == "AES256"
    client.remove_object(bucket, key)


def test_a_bucket_that_nobody_made_does_not_come_by_writing_to_it(embedded_stack: Stack) -> None:
    with pytest.raises(S3Error) as refused:
        put(embedded_stack.seaweedfs.client("operator"), "uplaods")
    assert refused.value.code == "NoSuchBucket"
