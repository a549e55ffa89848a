"""Buckets: made public, left unencrypted, filled with what anybody can open; in the store the studio has."""

import json
import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from ops.audit.checks import buckets
from ops.audit.findings import Finding, Said
from ops.audit.target import NotExamined, Running, Target
from ops.embedded.seaweedfs import REGION, make_buckets
from ops.embedded.stack import Stack
from tests.fixtures.storage import S3

SEALED = b"FSEAL1" + bytes(range(40))


class Yard:
    """One bucket of a test's own, as the audit sees it."""

    def __init__(self, s3: S3, stack: Stack, name: str) -> None:
        self.s3 = s3
        self.name = name
        store = {
            "endpoint": s3.endpoint,
            "access_key": s3.access_key,
            "secret_key": s3.secret_key,
            "region": REGION,
            "buckets": [name],
        }
        audit = {"environments": str(stack.site.environments)}
        self.stack = Running({"ca": str(s3.ca_file), "s3": store, "audit": audit}, Path("/"))

    def put(self, name: str, body: bytes) -> None:
        self.s3.client.put_object(self.name, name, BytesIO(body), len(body))

    def allow_everybody(self, *actions: str) -> None:
        arn = f"arn:aws:s3:::{self.name}"
        statement = {"Effect": "Allow", "Principal": "*", "Action": list(actions), "Resource": [arn, f"{arn}/*"]}
        self.s3.client.set_bucket_policy(self.name, json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    def look(self) -> list[str]:
        return ids(buckets.check(Target(stack=self.stack)))


def ids(said: list[Said]) -> list[str]:
    return [each.id for each in said if isinstance(each, Finding)]


@pytest.fixture
def yard(s3: S3, embedded_stack: Stack) -> Iterator[Yard]:
    name = f"audit-{os.getpid()}"
    make_buckets(s3.client, (name,))
    yield Yard(s3, embedded_stack, name)
    for found in s3.client.list_objects(name, recursive=True):
        s3.client.remove_object(name, str(found.object_name))
    s3.client.remove_bucket(name)


def test_a_bucket_with_sealed_objects_passes(yard: Yard) -> None:
    yard.put("one", SEALED)
    yard.put("marks", b'{"mark": "of who left"}')
    assert yard.look() == []


def test_a_bucket_that_everybody_may_read_is_found(yard: Yard) -> None:
    yard.allow_everybody("s3:GetObject")
    assert yard.look() == ["bucket.public", "bucket.policy"]


def test_a_bucket_in_which_everybody_may_do_everything_is_found_and_left_as_it_was(yard: Yard) -> None:
    yard.allow_everybody("s3:*")
    # The services are somebody, too.
    assert set(yard.look()) == {"bucket.public", "bucket.policy", "bucket.foreign"}
    assert list(yard.s3.client.list_objects(yard.name)) == []


def test_a_bucket_without_encryption_is_found(yard: Yard) -> None:
    yard.s3.client.delete_bucket_encryption(yard.name)
    assert yard.look() == ["bucket.unencrypted"]


def test_an_object_that_anybody_can_open_is_found(yard: Yard) -> None:
    yard.put("sealed", SEALED)
    for number, begins in enumerate(buckets.MAGIC):
        yard.put(f"folder/{number}", begins + b" and so on")
    found = [each for each in buckets.check(Target(stack=yard.stack)) if isinstance(each, Finding)]
    assert {each.id for each in found} == {"bucket.unsealed"}
    assert {each.where for each in found} == {f"{yard.name}/folder/{number}" for number in range(len(buckets.MAGIC))}


def test_a_service_that_reaches_a_bucket_that_is_not_its_own_is_found(yard: Yard, embedded_stack: Stack) -> None:
    stack = Running({**yard.stack.said, "s3": {**yard.stack.said["s3"], "buckets": ["tombstones"]}}, Path("/"))
    assert ids(list(buckets.as_service(stack, stack.store, "billing", own={"tombstones"}))) == []
    assert ids(list(buckets.as_service(stack, stack.store, "billing", own=()))) == ["bucket.foreign"]


def test_a_store_that_is_away_was_not_examined(yard: Yard) -> None:
    away = {**yard.stack.said["s3"], "endpoint": "https://localhost:1"}
    with pytest.raises(NotExamined, match="cannot be reached"):
        buckets.check(Target(stack=Running({**yard.stack.said, "s3": away}, Path("/"))))
