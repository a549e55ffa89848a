"""A part's layout: whatever is written is read again, in blocks of any size, and what is damaged is skipped."""

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from common.parts.layout import Draft, Entry, Kind, PartReader, written
from common.sealing import Unsealable
from common.storage import ObjectStore, SealedBucket
from tests.integration.parts.desk import SEALER


class S3(Protocol):
    endpoint: str
    access_key: str
    secret_key: str
    ca_file: Path
    buckets: Mapping[str, str]


@pytest.fixture
def bucket(s3: S3) -> Iterator[SealedBucket]:
    store = ObjectStore(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file)
    yield SealedBucket(store, s3.buckets["exports"], SEALER, "layout")
    for found in list(store.list(s3.buckets["exports"])):
        store.delete(s3.buckets["exports"], found.key)


def pieces(*given: bytes, broken: bool = False) -> Generator[bytes]:
    yield from given
    if broken:
        raise Unsealable


def put(bucket: SealedBucket, drafts: list[Draft], entries_in_a_block: int) -> PartReader:
    key = f"{uuid4()}/toy-1.part"
    bucket.put_pieces(key, written(drafts, entries_in_a_block=entries_in_a_block), owner="ada")
    return PartReader(bucket, key, owner="ada")


def read(reader: PartReader, entry: Entry) -> bytes:
    return b"".join(reader.pieces(entry))


@pytest.mark.parametrize("entries_in_a_block", [1, 2, 3, 100])
def test_entries_come_back_in_their_order_one_by_one_and_all_in_a_row(
    bucket: SealedBucket, entries_in_a_block: int
) -> None:
    contents = [b"", b"a" * 200_000, b"b", b"", b"c" * 70_000, b""]
    drafts = [
        Draft(path=str(number), kind=Kind.FILE, pieces=pieces(content[:10], content[10:]))
        for number, content in enumerate(contents)
    ]
    reader = put(bucket, drafts, entries_in_a_block)
    entries = list(reader.entries())
    assert [entry.path for entry in entries] == ["0", "1", "2", "3", "4", "5"]
    assert [read(reader, entry) for entry in entries] == contents
    assert [b"".join(content) for _, content in reader.contents()] == contents


def test_a_part_with_nothing_in_it_is_one(bucket: SealedBucket) -> None:
    reader = put(bucket, [], 3)
    assert list(reader.entries()) == list(reader.contents()) == []


def test_what_broke_on_the_way_is_marked_and_what_follows_is_whole(bucket: SealedBucket) -> None:
    drafts = [
        Draft(path="broken", kind=Kind.FILE, pieces=pieces(b"half", broken=True)),
        Draft(path="whole", kind=Kind.FILE, pieces=pieces(b"whole")),
    ]
    reader = put(bucket, drafts, 3)
    broken, whole = reader.entries()
    assert (broken.kind, whole.kind, read(reader, whole)) == (Kind.BROKEN, Kind.FILE, b"whole")


def test_something_that_is_no_part_does_not_pass_for_one(bucket: SealedBucket) -> None:
    key = f"{uuid4()}/toy-1.part"
    bucket.put(key, b"x" * 500, owner="ada")
    with pytest.raises(Unsealable):
        PartReader(bucket, key, owner="ada")
