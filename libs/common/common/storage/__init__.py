"""Objects in S3, and the sealed buckets that personal data goes into."""

from common.storage.objects import ObjectStore
from common.storage.records import ObjectInfo, ObjectMissing, ObjectStat, StoredObject
from common.storage.sealed import OpenedObject, Resealed, SealedBucket

__all__ = [
    "ObjectInfo",
    "ObjectMissing",
    "ObjectStat",
    "ObjectStore",
    "OpenedObject",
    "Resealed",
    "SealedBucket",
    "StoredObject",
]
