"""The object store, through the minio client: the one file that knows it."""

import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.commonconfig import REPLACE, CopySource
from minio.datatypes import Object, Upload
from minio.deleteobjects import DeleteObject
from minio.error import InvalidResponseError, S3Error, ServerError
from urllib3.exceptions import HTTPError

from common.errors import Unavailable
from common.sealing import Readable
from common.storage.records import ObjectInfo, ObjectMissing, ObjectStat, StoredObject

CONNECT_SECONDS = 2.0
CLOCK_SECONDS = 2.0
RETRIES = 2
CONNECTIONS = 16
PART_BYTES = 8 * 1024 * 1024
UNKNOWN_LENGTH = -1

_METADATA_PREFIX = "x-amz-meta-"
_ENCRYPTION = "x-amz-server-side-encryption"
_MISSING = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchUpload"})
# What it says of an object that is not the one that was meant.
_ANOTHER = "PreconditionFailed"
_AWAY = frozenset({"InternalError", "OperationAborted", "RequestTimeout", "ServiceUnavailable", "SlowDown"})


class ObjectStore:
    """An S3 store.

    Connects on first use, so that no connection crosses a fork. Every method raises Unavailable
    when the store does not answer. Calls that may be repeated are tried three times, each with so
    much patience, before that.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        access_key: str,
        secret_key: str,
        ca_file: Path | None,
        region: str = "us-east-1",
        patience_seconds: float = 6.0,
    ) -> None:
        """`endpoint` is `https://host:port`; without a scheme it is https."""
        url = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
        self._host = url.netloc
        self._secure = url.scheme == "https"
        self._access_key = access_key
        self._secret_key = secret_key
        self._ca_file = ca_file
        self._region = region
        self._patience_seconds = patience_seconds
        self._clients: dict[int, tuple[Minio, urllib3.PoolManager]] = {}

    @property
    def _client(self) -> Minio:
        return self._own[0]

    @property
    def _own(self) -> tuple[Minio, urllib3.PoolManager]:
        """This process's own; what a parent opened belongs to the parent."""
        return self._clients.get(os.getpid()) or self._clients.setdefault(os.getpid(), self._connect())

    def _connect(self) -> tuple[Minio, urllib3.PoolManager]:
        pool = urllib3.PoolManager(
            maxsize=CONNECTIONS,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=self._patience_seconds),
            retries=urllib3.Retry(total=RETRIES, backoff_factor=0.1, status_forcelist=[500, 502, 503, 504]),
            cert_reqs="CERT_REQUIRED",
            ca_certs=str(self._ca_file) if self._ca_file else None,
        )
        client = Minio(
            self._host,
            # Without a key it comes as a stranger, who signs nothing.
            self._access_key or None,
            self._secret_key or None,
            secure=self._secure,
            region=self._region,
            http_client=pool,
        )
        return client, pool

    def now(self) -> datetime:
        """The store's own time, to the second, as every answer of its tells it. Asks once, with little patience."""
        scheme = "https" if self._secure else "http"
        try:
            answer = self._own[1].request(
                "HEAD", f"{scheme}://{self._host}/", timeout=CLOCK_SECONDS, retries=False, redirect=False
            )
        except HTTPError as error:
            raise Unavailable from error
        try:
            return parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC)
        except (KeyError, ValueError) as error:
            raise Unavailable("The object store does not tell its time.") from error

    def put(
        self, bucket: str, key: str, data: Readable, *, length: int | None, metadata: Mapping[str, str] | None = None
    ) -> None:
        """Store `length` bytes, or with None whatever comes, at most one part of 8 MiB in memory at a time.

        An object is there whole or not at all. Raises OSError when the data ends early.
        """
        with _answers():
            self._client.put_object(
                bucket,
                key,
                cast("BinaryIO", data),  # only its read() is called
                UNKNOWN_LENGTH if length is None else length,
                metadata=dict(metadata or {}),
                part_size=PART_BYTES,
                num_parallel_uploads=1,
            )

    @contextmanager
    def get(self, bucket: str, key: str) -> Generator[StoredObject]:
        """Read an object while the block lasts. Raises ObjectMissing."""
        with self._reading(bucket, key, offset=0, length=0) as stored:
            yield stored

    @contextmanager
    def get_range(self, bucket: str, key: str, *, offset: int, length: int) -> Generator[StoredObject]:
        """Read `length` bytes from `offset` on.

        Raises ObjectMissing, and ValueError for an empty range.
        """
        if offset < 0 or length < 1:
            raise ValueError("a range has at least one byte and starts inside the object")
        with self._reading(bucket, key, offset=offset, length=length) as stored:
            yield stored

    def stat(self, bucket: str, key: str) -> ObjectStat:
        """Size, time and metadata. Raises ObjectMissing."""
        with _answers():
            found = self._client.stat_object(bucket, key)
        headers = cast("Mapping[str, str]", found.metadata)
        return ObjectStat(
            length=found.size or 0,
            modified_at=_utc(found.last_modified),
            etag=found.etag or "",
            metadata=_metadata(headers),
            encrypted=_ENCRYPTION in headers,
        )

    def replace_metadata(self, bucket: str, key: str, metadata: Mapping[str, str], *, etag: str) -> bool:
        """Other metadata beside the same bytes, which the store moves by itself if it has to.

        False when the object is not the one of this etag any more, and nothing was changed. Where the bucket keeps
        versions, one with the old metadata stays behind: see `delete_older_versions`. Raises ObjectMissing.
        """
        try:
            with _answers():
                source = CopySource(bucket, key, match_etag=etag)
                self._client.copy_object(bucket, key, source, metadata=dict(metadata), metadata_directive=REPLACE)
        except S3Error as error:
            if error.code != _ANOTHER:
                raise
            return False
        return True

    def delete_older_versions(self, bucket: str, prefix: str) -> int:
        """Destroy what newer objects under the prefix have taken the place of; returns how many versions."""
        with _answers():
            older = [
                found
                for found in self._client.list_objects(bucket, prefix=prefix, recursive=True, include_version=True)
                if str(found.is_latest).lower() != "true"
            ]
            for found in older:
                self._client.remove_object(bucket, str(found.object_name), version_id=found.version_id)
        return len(older)

    def delete(self, bucket: str, key: str) -> bool:
        """Destroy every version and delete marker; says whether there was one."""
        with _answers():
            versions = [
                found.version_id
                for found in self._client.list_objects(bucket, prefix=key, recursive=True, include_version=True)
                if found.object_name == key
            ]
            for version in versions:
                self._client.remove_object(bucket, key, version_id=version)
        return bool(versions)

    def delete_all(self, bucket: str, name: str) -> int:
        """Destroy the object `name` and everything below it, with all versions and unfinished uploads.

        Returns how many there were. Raises Unavailable when the store refused to delete one.
        """
        with _answers():
            doomed = [DeleteObject(str(found.object_name), found.version_id) for found in self._all(bucket, name)]
            for error in self._client.remove_objects(bucket, iter(doomed)):
                raise Unavailable(f"The object store kept an object it was asked to delete ({error.code}).")
            unfinished = [upload for upload in self._unfinished(bucket, name) if _belongs(upload.object_name, name)]
            for upload in unfinished:
                self._abort(bucket, upload)
        return len(doomed) + len(unfinished)

    def count_all(self, bucket: str, name: str) -> int:
        """How many versions and unfinished uploads there are of the object `name` and of everything below it."""
        with _answers():
            unfinished = sum(1 for upload in self._unfinished(bucket, name) if _belongs(upload.object_name, name))
            return sum(1 for _ in self._all(bucket, name)) + unfinished

    def _all(self, bucket: str, name: str) -> Iterator[Object]:
        """Every version and delete marker of `name` itself and of what lies below it; its namesakes stay."""
        for found in self._client.list_objects(bucket, prefix=name, recursive=True, include_version=True):
            if _belongs(found.object_name, name):
                yield found

    def list(self, bucket: str, prefix: str = "", *, after: str = "") -> Iterator[ObjectInfo]:
        """Every object whose key begins with the prefix and comes after another, in order of key."""
        with _answers():
            for found in self._client.list_objects(bucket, prefix=prefix, recursive=True, start_after=after or None):
                if found.object_name is not None and not found.is_dir:
                    yield ObjectInfo(key=found.object_name, size=found.size or 0, modified_at=_utc(found.last_modified))

    def check(self, bucket: str) -> None:
        """Raise Unavailable unless the store answers and has the bucket."""
        try:
            with _answers():
                found = self._client.bucket_exists(bucket)
        except S3Error as error:
            raise Unavailable(f"The object store does not let this service use the bucket {bucket}.") from error
        if not found:
            raise Unavailable(f"The object store has no bucket {bucket}; create it first.")

    def abort_uploads(self, bucket: str, prefix: str = "", *, started_before: datetime | None = None) -> int:
        """Destroy what unfinished uploads in parts left; returns how many.

        Without `started_before` those still under way are aborted too.
        """
        with _answers():
            stale = [
                upload
                for upload in self._unfinished(bucket, prefix)
                if started_before is None or _utc(upload.initiated_time) < started_before
            ]
            for upload in stale:
                self._abort(bucket, upload)
        return len(stale)

    def unfinished(self, bucket: str, *, started_before: datetime) -> Iterator[str]:
        """The keys of uploads in parts that were begun before that time and never ended."""
        with _answers():
            for upload in self._unfinished(bucket, ""):
                if _utc(upload.initiated_time) < started_before:
                    yield upload.object_name

    def _abort(self, bucket: str, upload: Upload) -> None:
        self._client._abort_multipart_upload(bucket, upload.object_name, upload.upload_id or "")  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]  # minio has no public call for it

    def _unfinished(self, bucket: str, prefix: str) -> Iterator[Upload]:
        """Uploads in several parts that were begun and not ended, page by page."""
        after, more = None, True
        while more:
            page = self._client._list_multipart_uploads(bucket, prefix=prefix, key_marker=after)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]  # minio has no public call for it
            yield from page.uploads
            after, more = page.next_key_marker, page.is_truncated

    @contextmanager
    def _reading(self, bucket: str, key: str, *, offset: int, length: int) -> Generator[StoredObject]:
        with _answers():
            response = self._client.get_object(bucket, key, offset=offset, length=length)
        try:
            yield StoredObject(
                stream=_Body(response),
                length=int(response.headers["content-length"]),
                metadata=_metadata(response.headers),
            )
        finally:
            # Read to its end, the connection went back already; half-read, it cannot be used again.
            response.close()


class _Body:
    """The bytes of an answer; when its connection breaks, we say so."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self._response = response

    def read(self, size: int = -1, /) -> bytes:
        with _answers():
            return self._response.read(None if size < 0 else size)


@contextmanager
def _answers() -> Generator[None]:
    """Turn the client's errors into ours."""
    try:
        yield
    except S3Error as error:
        if error.code in _MISSING:
            raise ObjectMissing from error
        if error.code in _AWAY:
            raise Unavailable from error
        raise
    except (HTTPError, InvalidResponseError, ServerError) as error:
        raise Unavailable from error


def _belongs(key: str | None, name: str) -> bool:
    """Whether a key is the object of this name, or lies below it."""
    return key is not None and (key == name or key.startswith(name if name.endswith("/") else f"{name}/"))


def _metadata(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {
        name.lower().removeprefix(_METADATA_PREFIX): value
        for name, value in headers.items()
        if name.lower().startswith(_METADATA_PREFIX)
    }


def _utc(moment: datetime | None) -> datetime:
    if moment is None:
        raise Unavailable
    return moment.astimezone(UTC)
