"""Objects in S3, and the sealed buckets that personal data goes into."""

from common.storage.objects import ObjectInfo, ObjectMissing, ObjectStat, ObjectStore, StoredObject
from common.storage.sealed import OpenedObject, SealedBucket

__all__ = ["ObjectInfo", "ObjectMissing", "ObjectStat", "ObjectStore", "OpenedObject", "SealedBucket", "StoredObject"]
