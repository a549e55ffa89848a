"""Promises S3, S4 and T3 at a real store: what lies there is sealed, and nobody is let in who has no business there."""

import base64
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from minio import Minio

from common import buckets
from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.errors import Unavailable
from common.probes import Finding, Found, Look
from common.probes.objects import sealed_objects
from common.probes.strangers import own_buckets_only, strangers_outside
from common.sealing import Keyring, Sealer
from common.storage import ObjectStore, SealedBucket
from common.storage.knocking import Knocker
from ops.embedded.stack import Stack
from ops.object_access import ADMINISTRATOR
from ops.services import BUCKETS, BUCKETS_OF, WRITTEN_BY
from tests.fixtures.photo_files import cornered, encoded
from tests.fixtures.storage import S3

LOOK = Look(database=Database("", application="unused"), clock=SYSTEM_CLOCK)


@pytest.fixture
def store(s3: S3) -> ObjectStore:
    return ObjectStore(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file)


@pytest.fixture
def bucket(s3: S3) -> Any:
    """A bucket of its own, whose objects go at the end."""
    name = s3.buckets["photos"]
    _empty(s3.client, name)
    yield name
    _empty(s3.client, name)


def _empty(client: Minio, bucket: str) -> None:
    for found in client.list_objects(bucket, recursive=True):
        client.remove_object(bucket, str(found.object_name))


@pytest.fixture
def put(store: ObjectStore, bucket: str) -> Callable[[bytes], str]:
    """Store bytes as they are."""

    def put(data: bytes) -> str:
        key = f"{SYSTEM_CLOCK.new_id()}/photo"
        store.put(bucket, key, BytesIO(data), length=len(data))
        return key

    return put


@pytest.fixture
def seal(store: ObjectStore, bucket: str) -> Callable[[bytes], None]:
    sealed = SealedBucket(store, bucket, Sealer(Keyring({1: b"k" * 32}, current=1)), "photo.saved")
    return lambda data: sealed.put(f"{SYSTEM_CLOCK.new_id()}/photo", data, owner="ada")


def look(store: ObjectStore, bucket: str) -> Finding:
    return sealed_objects(store, [bucket]).check(LOOK)


def test_sealed_photos_are_seen_and_read_by_nobody(
    store: ObjectStore, bucket: str, seal: Callable[[bytes], None]
) -> None:
    assert look(store, bucket).figures["objects"] == 0
    for size in (0, 1, 70_000):
        seal(b"x" * size)
    found = look(store, bucket)
    assert (found.state, found.figures["objects"]) == (Found.KEPT, 3)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(encoded(cornered(64, 64), "JPEG"), id="JPEG"),
        pytest.param(encoded(cornered(64, 64), "PNG"), id="PNG"),
        pytest.param(encoded(cornered(64, 64), "WEBP"), id="WebP"),
        pytest.param(b"\x00\x00\x00\x18ftypheic" + bytes(range(128, 256)), id="HEIF"),
        pytest.param(b"PK\x03\x04" + bytes(range(128, 256)), id="ZIP"),
        pytest.param(b'{"title": "Ada", "note": "with a hat"}', id="JSON"),
        pytest.param(base64.b64encode(bytes(range(200))), id="base64"),
        # Shorter than anything sealed.
        pytest.param(b"\xff\xfe", id="two bytes"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_one_that_is_not_sealed_is_found_among_those_that_are(
    store: ObjectStore, bucket: str, seal: Callable[[bytes], None], put: Callable[[bytes], str], data: bytes
) -> None:
    seal(b"another")
    put(data)
    found = look(store, bucket)
    assert (found.state, found.figures["readable"], found.figures["which"]) == (Found.BROKEN, 1, bucket)


def test_strangers_stay_outside_of_every_bucket_and_the_store_says_that_it_encrypts(
    s3: S3, store: ObjectStore, bucket: str, seal: Callable[[bytes], None]
) -> None:
    seal(b"photo")
    stranger = Knocker.stranger(endpoint=s3.endpoint, ca_file=s3.ca_file)
    found = strangers_outside(stranger, store, [bucket]).check(LOOK)
    assert found.state is Found.KEPT, found
    figures = found.figures
    assert (figures["buckets"], figures["by_studio"], figures["by_store"], figures["bare"]) == (len(BUCKETS), 1, 1, 0)


def test_a_bucket_that_is_open_to_the_street_is_found(
    s3: S3, store: ObjectStore, bucket: str, seal: Callable[[bytes], None]
) -> None:
    seal(b"photo")
    reading = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"]}
    statement = reading | {"Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}
    s3.client.set_bucket_policy(bucket, json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    stranger = Knocker.stranger(endpoint=s3.endpoint, ca_file=s3.ca_file)
    probe = strangers_outside(stranger, store, [bucket], everything=[bucket])
    try:
        found = probe.check(LOOK)
    finally:
        s3.client.delete_bucket_policy(bucket)
    assert (found.state, found.figures["which"]) == (Found.BROKEN, bucket)
    assert probe.check(LOOK).state is Found.KEPT


@pytest.fixture
def knocker(embedded_stack: Stack) -> Callable[[str], Knocker]:
    seaweedfs = embedded_stack.seaweedfs
    return lambda name: Knocker(
        endpoint=seaweedfs.endpoint,
        access_key=name,
        secret_key=seaweedfs.secret_key(name),
        ca_file=embedded_stack.site.ca,
    )


@pytest.mark.parametrize("service", buckets.READ)
def test_a_service_is_let_into_its_own_buckets_only(knocker: Callable[[str], Knocker], service: str) -> None:
    found = own_buckets_only(knocker(service), service).check(LOOK)
    assert found.state is Found.KEPT, found
    assert found.figures["buckets"]


def test_a_key_that_opens_more_is_found(knocker: Callable[[str], Knocker]) -> None:
    found = own_buckets_only(knocker(ADMINISTRATOR), "billing").check(LOOK)
    assert found.state is Found.BROKEN
    assert found.figures["opened"] == len(BUCKETS) - 1


def test_where_its_own_door_is_closed_nothing_is_said_of_others(knocker: Callable[[str], Knocker], s3: S3) -> None:
    with pytest.raises(Unavailable):
        own_buckets_only(Knocker.stranger(endpoint=s3.endpoint, ca_file=s3.ca_file), "billing").check(LOOK)


def test_probes_know_the_same_rights_as_the_store() -> None:
    assert {name: set(read) for name, read in buckets.READ.items()} == {n: set(own) for n, own in BUCKETS_OF.items()}
    assert {name: set(own) for name, own in buckets.WRITTEN.items()} == {n: set(own) for n, own in WRITTEN_BY.items()}
    assert set(buckets.ALL) == set(BUCKETS)
