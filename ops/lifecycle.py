"""The object store's own rules for what is too old: a net behind the sweeps of the services, by the store's clock.

    set_rules(client, {"uploads": "uploads", …})      the buckets that took none

A store that knows no rules is no reason not to start: the sweeps do not need them.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

from minio.commonconfig import ENABLED, Filter
from minio.error import S3Error
from minio.lifecycleconfig import AbortIncompleteMultipartUpload, Expiration, LifecycleConfig, Rule

# A day beyond what may ever be needed: a day for uploads; for a copy of somebody's data four weeks in which all of its
# parts are waited for, and the week for which it can be fetched.
EXPIRY_DAYS: Mapping[str, int] = {"uploads": 2, "exports": 36}
# No upload in parts takes as long as this.
UNFINISHED_DAYS = 1
_UNKNOWN = frozenset({"NotImplemented", "MethodNotAllowed"})


class Store(Protocol):
    """What this needs of a minio client."""

    def set_bucket_lifecycle(self, bucket_name: str, config: LifecycleConfig) -> None:
        """Put these rules in the place of those the bucket has."""
        ...


def set_rules(client: Store, buckets: Mapping[str, str]) -> list[str]:
    """Give each bucket its rules; may be repeated. `buckets` says what each of the studio's is called in this store."""
    refused: list[str] = []
    for name, bucket in buckets.items():
        try:
            client.set_bucket_lifecycle(bucket, LifecycleConfig(list(rules_of(name))))
        except S3Error as error:
            if error.code not in _UNKNOWN:
                raise
            refused.append(bucket)
    return refused


def rules_of(name: str) -> Iterator[Rule]:
    """What ends by itself in a bucket of the studio's."""
    if name in EXPIRY_DAYS:
        yield Rule(
            ENABLED,
            rule_id="too old",
            rule_filter=Filter(prefix=""),
            expiration=Expiration(days=EXPIRY_DAYS[name]),
        )
    yield Rule(
        ENABLED,
        rule_id="never finished",
        rule_filter=Filter(prefix=""),
        abort_incomplete_multipart_upload=AbortIncompleteMultipartUpload(days_after_initiation=UNFINISHED_DAYS),
    )
