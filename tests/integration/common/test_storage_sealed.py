"""Sealed buckets over a real store: what lies there is ciphertext, and it stays where it was put."""

import io
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest
from minio import Minio

from common.sealing import Keyring, Sealer, Unsealable
from common.storage import ObjectMissing, ObjectStore, SealedBucket

SEALER = Sealer(Keyring({1: bytes(range(32))}, current=1))
PICTURE = random.Random(2).randbytes(300_000)


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


@pytest.fixture(scope="module")
def bucket(s3: S3, store: ObjectStore) -> Iterator[str]:
    name = f"sealed-{uuid4().hex}"
    s3.client.make_bucket(name)
    yield name
    for found in list(store.list(name)):
        store.delete(name, found.key)
    s3.client.remove_bucket(name)


@pytest.fixture
def pictures(store: ObjectStore, bucket: str) -> SealedBucket:
    return SealedBucket(store, bucket, SEALER, "figurines")


@pytest.fixture
def key() -> str:
    return f"pictures/{uuid4()}"


def move(store: ObjectStore, bucket: str, source: str, target: str, *, keep: slice = slice(None)) -> None:
    """What somebody with access to the store could do: other bytes under a key."""
    with store.get(bucket, source) as stored:
        sealed, metadata = stored.stream.read()[keep], stored.metadata
    store.put(bucket, target, io.BytesIO(sealed), length=len(sealed), metadata=metadata)


def test_a_picture_comes_back_to_its_owner(pictures: SealedBucket, key: str) -> None:
    pictures.put(key, PICTURE, owner="ann")
    assert pictures.read(key, owner="ann") == PICTURE
    assert pictures.size(key) == len(PICTURE)


def test_a_picture_may_come_from_a_file(pictures: SealedBucket, key: str) -> None:
    pictures.put(key, io.BytesIO(PICTURE), owner="ann", length=len(PICTURE))
    assert pictures.read(key, owner="ann") == PICTURE


def test_a_file_of_unknown_length_is_refused(pictures: SealedBucket, key: str) -> None:
    with pytest.raises(ValueError, match="how long"):
        pictures.put(key, io.BytesIO(PICTURE), owner="ann")


def test_a_file_that_is_longer_than_announced_is_not_stored(pictures: SealedBucket, key: str) -> None:
    with pytest.raises(ValueError, match="announced"):
        pictures.put(key, io.BytesIO(PICTURE), owner="ann", length=len(PICTURE) - 1)
    with pytest.raises(ObjectMissing):
        pictures.size(key)


def test_what_lies_in_the_store_is_not_the_picture(
    store: ObjectStore, bucket: str, pictures: SealedBucket, key: str
) -> None:
    pictures.put(key, b"marker " * 1000, owner="ann")
    with store.get(bucket, key) as stored:
        assert b"marker" not in stored.stream.read()
        assert set(stored.metadata) == {"sealed-key"}


def test_a_picture_does_not_open_for_somebody_else(pictures: SealedBucket, key: str) -> None:
    pictures.put(key, PICTURE, owner="ann")
    with pytest.raises(Unsealable):
        pictures.read(key, owner="bob")


def test_a_picture_does_not_open_for_another_purpose(
    store: ObjectStore, bucket: str, pictures: SealedBucket, key: str
) -> None:
    pictures.put(key, PICTURE, owner="ann")
    with pytest.raises(Unsealable):
        SealedBucket(store, bucket, SEALER, "training").read(key, owner="ann")


def test_a_picture_swapped_for_somebody_elses_does_not_open(
    store: ObjectStore, bucket: str, pictures: SealedBucket, key: str
) -> None:
    pictures.put(key, PICTURE, owner="ann")
    pictures.put(f"{key}/other", PICTURE, owner="bob")
    move(store, bucket, f"{key}/other", key)
    with pytest.raises(Unsealable):
        pictures.read(key, owner="ann")


@pytest.mark.parametrize("kept", [slice(0, 65552), slice(0, -1), slice(65552, None)])
def test_a_picture_cut_short_in_the_store_does_not_open(
    store: ObjectStore, bucket: str, pictures: SealedBucket, key: str, kept: slice
) -> None:
    pictures.put(key, PICTURE, owner="ann")
    move(store, bucket, key, key, keep=kept)
    with pytest.raises(Unsealable):
        pictures.read(key, owner="ann")


@pytest.mark.parametrize("metadata", [{}, {"sealed-key": "no base64!"}, {"sealed-key": "AAAA"}])
def test_an_object_without_its_key_does_not_open(
    store: ObjectStore, bucket: str, pictures: SealedBucket, key: str, metadata: dict[str, str]
) -> None:
    store.put(bucket, key, io.BytesIO(bytes(100)), length=100, metadata=metadata)
    with pytest.raises(Unsealable):
        pictures.read(key, owner="ann")


@pytest.mark.parametrize(("start", "length"), [(0, 1), (65_530, 20), (100_000, 150_000), (299_999, 1), (0, 300_000)])
def test_a_range_of_a_picture_is_exactly_that_range(pictures: SealedBucket, key: str, start: int, length: int) -> None:
    pictures.put(key, PICTURE, owner="ann")
    with pictures.open_range(key, owner="ann", start=start, length=length) as opened:
        assert (opened.length, opened.total) == (length, len(PICTURE))
        assert b"".join(opened) == PICTURE[start : start + length]


def test_a_range_outside_the_picture_is_refused(pictures: SealedBucket, key: str) -> None:
    pictures.put(key, PICTURE, owner="ann")
    with pytest.raises(ValueError, match="not inside"):
        pictures.open_range(key, owner="ann", start=299_999, length=2)


def test_a_picture_that_is_not_there_is_missing_before_anything_is_sent(pictures: SealedBucket, key: str) -> None:
    with pytest.raises(ObjectMissing):
        pictures.open(key, owner="ann")
    with pytest.raises(ObjectMissing):
        pictures.open_range(key, owner="ann", start=0, length=1)


def test_pictures_that_are_closed_half_read_do_not_spoil_the_next(pictures: SealedBucket, key: str) -> None:
    pictures.put(key, PICTURE, owner="ann")
    for _ in range(40):
        opened = pictures.open(key, owner="ann")
        assert next(iter(opened)) == PICTURE[:65536]
        opened.close()


def test_a_deleted_picture_is_gone(pictures: SealedBucket, key: str) -> None:
    pictures.put(key, PICTURE, owner="ann")
    assert pictures.delete(key) is True
    assert pictures.delete(key) is False
    with pytest.raises(ObjectMissing):
        pictures.read(key, owner="ann")


class TestDetachedKeys:
    """The key goes to the caller, and nothing of it stays beside the object."""

    def test_an_object_opens_with_the_key_its_writer_was_given_and_not_without(
        self, store: ObjectStore, bucket: str, pictures: SealedBucket, key: str
    ) -> None:
        wrapped = pictures.put_detached(key, PICTURE, owner="ann")
        assert "sealed-key" not in store.stat(bucket, key).metadata
        assert pictures.read(key, owner="ann", wrapped_key=wrapped) == PICTURE
        with pytest.raises(Unsealable):
            pictures.read(key, owner="ann")
        with pytest.raises(Unsealable):
            pictures.open_range(key, owner="ann", start=0, length=1)

    def test_pieces_of_unknown_length_and_ranges_of_them_too(self, pictures: SealedBucket, key: str) -> None:
        pieces = (PICTURE[at : at + 1000] for at in range(0, len(PICTURE), 1000))
        wrapped = pictures.put_pieces_detached(key, pieces, owner="ann")
        assert pictures.read(key, owner="ann", wrapped_key=wrapped) == PICTURE
        with pictures.open_range(key, owner="ann", start=70_000, length=80_000, wrapped_key=wrapped) as opened:
            assert b"".join(opened) == PICTURE[70_000:150_000]

    def test_the_key_of_another_object_or_for_another_owner_opens_nothing(
        self, pictures: SealedBucket, key: str
    ) -> None:
        wrapped = pictures.put_detached(key, PICTURE, owner="ann")
        another = pictures.put_detached(f"{key}-2", PICTURE, owner="ann")
        for owner, wrong in (("ann", another), ("bob", wrapped), ("ann", wrapped[:-1]), ("ann", b"x")):
            with pytest.raises(Unsealable):
                pictures.read(key, owner=owner, wrapped_key=wrong)

    def test_a_key_given_for_an_object_that_has_its_own_beside_it_counts_alone(
        self, pictures: SealedBucket, key: str
    ) -> None:
        pictures.put(key, PICTURE, owner="ann")
        another = pictures.put_detached(f"{key}-2", PICTURE, owner="ann")
        with pytest.raises(Unsealable):
            pictures.read(key, owner="ann", wrapped_key=another)
        assert pictures.read(key, owner="ann") == PICTURE

    def test_an_object_that_was_not_stored_gave_no_key(self, pictures: SealedBucket, key: str) -> None:
        with pytest.raises(ValueError, match="announced"):
            pictures.put_detached(key, io.BytesIO(PICTURE), owner="ann", length=len(PICTURE) - 1)
        with pytest.raises(ObjectMissing):
            pictures.size(key)
