"""Buckets: nothing for strangers, each service its own, encrypted by the store and sealed by us."""

from collections.abc import Callable, Collection, Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from ops.audit.findings import Finding, Said, Severity, Unexamined
from ops.audit.target import NotExamined, Running, Store, Target
from ops.services import BUCKETS_OF, WRITTEN_BY

# The newest of each bucket; the rest was looked at when it was new.
SAMPLE = 20
# What files that anybody can open begin with.
MAGIC = (b"\xff\xd8\xff", b"\x89PNG", b"PK\x03\x04", b"%PDF", b"RIFF", b"GIF8", b"glTF")
_PROBE = "audit-probe"
_AES256 = "AES256"


def check(target: Target) -> list[Said]:
    """Look at every bucket as a stranger, as each service, and as its keeper."""
    stack = target.running
    store = stack.store
    try:
        said: list[Said] = [each for bucket in store.buckets for each in _as_stranger(store, stack.ca, bucket)]
        for service, buckets in BUCKETS_OF.items():
            own = {*buckets, *WRITTEN_BY.get(service, ())}
            said += as_service(stack, store, service, own)
        if not store.secret_key:
            return [*said, Unexamined(what="encryption and contents", why="no key to the object store is here")]
        return [*said, *(each for bucket in store.buckets for each in as_keeper(store, stack.ca, bucket))]
    except urllib3.exceptions.HTTPError as error:
        message = f"the object store cannot be reached ({type(error).__name__})"
        raise NotExamined(message) from None


def client(store: Store, ca: Path | None, access_key: str | None = None, secret_key: str | None = None) -> Minio:
    """A client that does not try twice; without keys it is a stranger."""
    pool = urllib3.PoolManager(ca_certs=None if ca is None else str(ca), retries=False, timeout=10)
    host = store.endpoint.partition("://")[2]
    return Minio(host, access_key, secret_key, region=store.region, http_client=pool)


def _as_stranger(store: Store, ca: Path | None, bucket: str) -> Iterator[Said]:
    stranger = client(store, ca)
    if _may(lambda: next(iter(stranger.list_objects(bucket)), None)):
        yield _finding("bucket.public", "Anybody may list what lies there; remove its policy and its ACL.", bucket)
    if _may(lambda: stranger.stat_object(bucket, _PROBE)):
        yield _finding("bucket.public", "Anybody may read what lies there; remove its policy and its ACL.", bucket)
    if _may(lambda: stranger.put_object(bucket, _PROBE, BytesIO(b"x"), 1)):
        yield _finding("bucket.public", "Anybody may put something there; remove its policy and its ACL.", bucket)
        if store.secret_key:
            client(store, ca, store.access_key, store.secret_key).remove_object(bucket, _PROBE)


def as_service(stack: Running, store: Store, service: str, own: Collection[str]) -> Iterator[Said]:
    """Whether a service reaches a bucket that is none of its own."""
    try:
        secret_key = stack.environment(service)["FIGURINE_S3_SECRET_KEY"]
    except (NotExamined, KeyError, OSError):
        yield Unexamined(what=f"which buckets {service} reaches", why="its key to the object store is not to be seen")
        return
    identity = client(store, stack.ca, service, secret_key)
    for bucket in store.buckets:
        if bucket not in own and _may(lambda bucket=bucket: next(iter(identity.list_objects(bucket)), None)):
            sentence = f"{service} may look into a bucket that is none of its own; take that out of its identity."
            yield _finding("bucket.foreign", sentence, bucket)


def as_keeper(store: Store, ca: Path | None, bucket: str) -> Iterator[Said]:
    """Policy, default encryption, and what the newest objects begin with."""
    keeper = client(store, ca, store.access_key, store.secret_key)
    if _may(lambda: keeper.get_bucket_policy(bucket)):
        sentence = "It has a policy of its own; who may what is said by identities alone. Remove the policy."
        yield _finding("bucket.policy", sentence, bucket, Severity.MEDIUM)
    configured = keeper.get_bucket_encryption(bucket)
    if configured is None or configured.rule.sse_algorithm != _AES256:
        sentence = "The store does not encrypt by itself what is put there; set its default encryption (SSE-S3)."
        yield _finding("bucket.unencrypted", sentence, bucket)
    yield from _contents(keeper, bucket)


def _contents(keeper: Minio, bucket: str) -> Iterator[Finding]:
    for found in islice(keeper.list_objects(bucket, recursive=True), SAMPLE):
        name = str(found.object_name)
        try:
            with keeper.get_object(bucket, name, length=16) as opened:
                begins = opened.read()
        except S3Error:
            # It went meanwhile, as uploads do.
            continue
        if begins.startswith(MAGIC):
            sentence = "An object lies there as anybody could open it; whoever stores it has to seal it first."
            yield _finding("bucket.unsealed", sentence, f"{bucket}/{name}")


def _may(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except S3Error as refusal:
        # It was let in, and there is no such thing.
        return refusal.code in {"NoSuchKey", "NoSuchObject"}
    except MinioException:
        return False
    return True


def _finding(rule: str, sentence: str, bucket: str, severity: Severity = Severity.HIGH) -> Finding:
    return Finding(id=rule, severity=severity, sentence=sentence, where=bucket)
