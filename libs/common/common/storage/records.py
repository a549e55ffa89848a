"""What is known of an object, and that there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from common.errors import NotFound
from common.sealing import Readable


class ObjectMissing(NotFound):
    """There is no such object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectInfo:
    """An object in a listing; `size` in bytes."""

    key: str
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """An object that is being read: `stream` has `length` bytes."""

    stream: Readable
    length: int
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStat:
    """What is known of an object without reading it; `length` in bytes, `etag` tells it from others of its key.

    `encrypted` is whether the store says that it encrypts it.
    """

    length: int
    modified_at: datetime
    etag: str
    metadata: Mapping[str, str]
    encrypted: bool = False
