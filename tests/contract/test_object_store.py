"""What every S3 store must do for us; run against the one the studio is shipped with."""

import io
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest
from minio import Minio
from minio.commonconfig import ENABLED
from minio.versioningconfig import SUSPENDED, VersioningConfig

from common.errors import Unavailable
from common.storage import ObjectMissing, ObjectStore
from ops.embedded.seaweedfs import make_buckets


class S3(Protocol):
    """What these tests need of the fixture `s3`."""

    client: Minio
    endpoint: str
    access_key: str
    secret_key: str
    ca_file: Path


@pytest.fixture(scope="module")
def store(s3: S3) -> ObjectStore:
    return ObjectStore(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file)


@pytest.fixture
def bucket(s3: S3) -> Iterator[str]:
    name = f"contract-{uuid4().hex}"
    s3.client.make_bucket(name)
    yield name
    for found in s3.client.list_objects(name, recursive=True, include_version=True):
        s3.client.remove_object(name, found.object_name or "", version_id=found.version_id)
    s3.client.remove_bucket(name)


def put(store: ObjectStore, bucket: str, key: str, data: bytes = b"bytes") -> None:
    store.put(bucket, key, io.BytesIO(data), length=len(data))


def read(store: ObjectStore, bucket: str, key: str) -> bytes:
    with store.get(bucket, key) as stored:
        return stored.stream.read()


def versions(s3: S3, bucket: str) -> list[str | None]:
    """The keys of everything the bucket still holds: versions and delete markers."""
    return [found.object_name for found in s3.client.list_objects(bucket, recursive=True, include_version=True)]


def test_an_object_comes_back_with_its_length_and_metadata(store: ObjectStore, bucket: str) -> None:
    store.put(bucket, "a/b", io.BytesIO(b"bytes"), length=5, metadata={"Sealed-Key": "AA+/09=="})
    with store.get(bucket, "a/b") as stored:
        assert (stored.length, stored.stream.read()) == (5, b"bytes")
        assert stored.metadata == {"sealed-key": "AA+/09=="}


def test_an_empty_object_comes_back_empty(store: ObjectStore, bucket: str) -> None:
    put(store, bucket, "nothing", b"")
    assert read(store, bucket, "nothing") == b""


def test_an_object_of_several_parts_comes_back_as_it_was(store: ObjectStore, bucket: str) -> None:
    data = random.Random(1).randbytes(20 * 1024 * 1024 + 1)
    put(store, bucket, "large", data)
    assert read(store, bucket, "large") == data
    with store.get_range(bucket, "large", offset=8 * 1024 * 1024 - 3, length=6) as stored:
        assert stored.stream.read() == data[8 * 1024 * 1024 - 3 : 8 * 1024 * 1024 + 3]


def test_a_second_object_under_a_key_replaces_the_first(store: ObjectStore, bucket: str) -> None:
    put(store, bucket, "a", b"first")
    put(store, bucket, "a", b"second")
    assert read(store, bucket, "a") == b"second"


def test_a_range_is_exactly_what_was_asked_for(store: ObjectStore, bucket: str) -> None:
    put(store, bucket, "a", b"0123456789")
    with store.get_range(bucket, "a", offset=3, length=4) as stored:
        assert (stored.length, stored.stream.read()) == (4, b"3456")


@pytest.mark.parametrize(("offset", "length"), [(-1, 4), (0, 0)])
def test_a_range_of_nothing_is_refused(store: ObjectStore, bucket: str, offset: int, length: int) -> None:
    with (
        pytest.raises(ValueError, match="at least one byte"),
        store.get_range(bucket, "a", offset=offset, length=length),
    ):
        pass


def test_an_object_that_is_left_half_read_does_not_spoil_the_next(store: ObjectStore, bucket: str) -> None:
    put(store, bucket, "a", bytes(3_000_000))
    for _ in range(40):
        with store.get(bucket, "a") as stored:
            assert stored.stream.read(10) == bytes(10)


def test_size_time_and_metadata_are_known_without_reading(store: ObjectStore, bucket: str) -> None:
    store.put(bucket, "a", io.BytesIO(b"bytes"), length=5, metadata={"sealed-key": "k"})
    known = store.stat(bucket, "a")
    assert (known.length, known.metadata) == (5, {"sealed-key": "k"})
    assert abs(known.modified_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_what_is_not_there_is_missing(store: ObjectStore, bucket: str) -> None:
    with pytest.raises(ObjectMissing), store.get(bucket, "a"):
        pass
    with pytest.raises(ObjectMissing), store.get_range(bucket, "a", offset=0, length=1):
        pass
    with pytest.raises(ObjectMissing):
        store.stat(bucket, "a")


def test_a_deleted_object_is_missing_and_deleting_says_whether_it_was_there(store: ObjectStore, bucket: str) -> None:
    put(store, bucket, "a")
    assert store.delete(bucket, "a") is True
    with pytest.raises(ObjectMissing):
        store.stat(bucket, "a")
    assert store.delete(bucket, "a") is False


def test_deleting_leaves_alone_what_only_begins_with_the_key(store: ObjectStore, bucket: str) -> None:
    for key in ("a", "a/b", "ab"):
        put(store, bucket, key)
    store.delete(bucket, "a")
    assert [found.key for found in store.list(bucket)] == ["a/b", "ab"]


@pytest.mark.parametrize("then", [ENABLED, SUSPENDED])
def test_deleting_destroys_every_version_and_every_delete_marker(
    s3: S3, store: ObjectStore, bucket: str, then: str
) -> None:
    s3.client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
    for data in (b"first", b"second"):
        put(store, bucket, "a", data)
    s3.client.remove_object(bucket, "a")
    put(store, bucket, "a", b"third")
    s3.client.set_bucket_versioning(bucket, VersioningConfig(then))
    put(store, bucket, "a", b"fourth")
    assert len(versions(s3, bucket)) == 5
    assert store.delete(bucket, "a") is True
    assert versions(s3, bucket) == []


@pytest.mark.parametrize("size", [5, 300_000, 9_000_000])
def test_metadata_is_replaced_beside_bytes_that_stay_as_they_were(
    s3: S3, store: ObjectStore, bucket: str, size: int
) -> None:
    make_buckets(s3.client, (bucket,))  # encrypted, as the studio's are
    data = random.Random(3).randbytes(size)
    store.put(bucket, "a", io.BytesIO(data), length=size, metadata={"sealed-key": "old"})
    assert store.replace_metadata(bucket, "a", {"sealed-key": "new"}, etag=store.stat(bucket, "a").etag)
    assert store.stat(bucket, "a").metadata == {"sealed-key": "new"}
    assert read(store, bucket, "a") == data
    assert versions(s3, bucket) == ["a"]


def test_metadata_is_replaced_of_the_object_that_was_meant_and_of_no_other(store: ObjectStore, bucket: str) -> None:
    store.put(bucket, "a", io.BytesIO(b"first"), length=5, metadata={"sealed-key": "old"})
    etag = store.stat(bucket, "a").etag
    store.put(bucket, "a", io.BytesIO(b"second"), length=6, metadata={"sealed-key": "another"})
    assert not store.replace_metadata(bucket, "a", {"sealed-key": "new"}, etag=etag)
    assert store.stat(bucket, "a").metadata == {"sealed-key": "another"}
    with pytest.raises(ObjectMissing):
        store.replace_metadata(bucket, "b", {}, etag=etag)


def test_versions_that_were_replaced_can_be_destroyed_alone(s3: S3, store: ObjectStore, bucket: str) -> None:
    s3.client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
    for key in ("a/1", "a/1", "a/2", "b"):
        put(store, bucket, key, key.encode())
    store.replace_metadata(bucket, "a/2", {"sealed-key": "new"}, etag=store.stat(bucket, "a/2").etag)
    store.replace_metadata(bucket, "b", {"sealed-key": "new"}, etag=store.stat(bucket, "b").etag)
    assert len(versions(s3, bucket)) == 6
    assert store.delete_older_versions(bucket, "a/") == 2
    assert sorted(map(str, versions(s3, bucket))) == ["a/1", "a/2", "b", "b"]
    assert read(store, bucket, "a/1") == b"a/1"
    s3.client.set_bucket_versioning(bucket, VersioningConfig(SUSPENDED))


def test_a_listing_has_the_objects_of_a_prefix_in_order(store: ObjectStore, bucket: str) -> None:
    for key in ("b/2", "b/1/x", "a", "c"):
        put(store, bucket, key, key.encode())
    found = list(store.list(bucket, "b/"))
    assert [(each.key, each.size) for each in found] == [("b/1/x", 5), ("b/2", 3)]
    assert all(abs(each.modified_at - datetime.now(UTC)) < timedelta(minutes=1) for each in found)
    assert [each.key for each in store.list(bucket)] == ["a", "b/1/x", "b/2", "c"]


def test_data_that_ends_early_leaves_neither_an_object_nor_parts(store: ObjectStore, bucket: str) -> None:
    for announced in (6, 30_000_000):
        with pytest.raises(OSError, match="not enough data"):
            store.put(bucket, "a", io.BytesIO(bytes(announced - 1)), length=announced)
    assert list(store.list(bucket)) == []
    assert store.abort_uploads(bucket) == 0


def test_unfinished_uploads_are_destroyed_by_prefix_and_age(s3: S3, store: ObjectStore, bucket: str) -> None:
    for key in ("a/1", "a/2", "b/1"):
        # minio's public calls leave nothing unfinished behind.
        upload_id = s3.client._create_multipart_upload(bucket, key, {})  # pyright: ignore[reportPrivateUsage]
        s3.client._upload_part(bucket, key, bytes(5 * 1024 * 1024), None, upload_id, 1)  # pyright: ignore[reportPrivateUsage]
    now = datetime.now(UTC)
    assert store.abort_uploads(bucket, "a/", started_before=now - timedelta(hours=1)) == 0
    assert store.abort_uploads(bucket, "a/", started_before=now + timedelta(hours=1)) == 2
    assert store.abort_uploads(bucket, "a/") == 0
    assert store.abort_uploads(bucket) == 1


def test_a_name_goes_with_all_below_it_and_its_namesakes_stay(s3: S3, store: ObjectStore, bucket: str) -> None:
    s3.client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
    for key in ("ada", "ada/front", "ada/front", "ada/in/deep", "ada-too/front", "adam"):
        put(store, bucket, key)
    for key in ("ada/begun", "adam/begun"):
        s3.client._create_multipart_upload(bucket, key, {})
    assert store.count_all(bucket, "ada") == 5
    assert store.delete_all(bucket, "ada") == 5
    assert store.count_all(bucket, "ada") == store.delete_all(bucket, "ada") == 0
    assert [found.key for found in store.list(bucket)] == ["ada-too/front", "adam"]
    assert store.abort_uploads(bucket) == 1
    s3.client.set_bucket_versioning(bucket, VersioningConfig(SUSPENDED))


def test_more_objects_than_one_request_can_name_go_at_once(store: ObjectStore, bucket: str) -> None:
    for number in range(1010):
        put(store, bucket, f"ada/{number}")
    assert store.delete_all(bucket, "ada/") == 1010
    assert list(store.list(bucket)) == []


def test_a_bucket_that_is_there_passes_the_check(store: ObjectStore, bucket: str) -> None:
    store.check(bucket)


def test_a_bucket_that_is_not_there_fails_the_check(store: ObjectStore) -> None:
    with pytest.raises(Unavailable, match="no bucket nowhere"):
        store.check("nowhere")
