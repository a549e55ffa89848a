"""Comes to buckets where it may have no business, and says whether it was let in."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Final, Self

from minio.error import S3Error

from common.errors import Unavailable
from common.storage.objects import ObjectStore
from common.storage.records import ObjectMissing

_REFUSED: Final = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AllAccessDisabled"})
# Whoever may not read is not told whether there is such an object.
_NOBODYS: Final = "probe/nobody"


class Knocker(ObjectStore):
    """With a key of the studio's, or with none. It changes nothing, and reads nothing of anybody's."""

    @classmethod
    def stranger(cls, *, endpoint: str, ca_file: Path | None) -> Self:
        """Somebody from the street."""
        return cls(endpoint=endpoint, access_key="", secret_key="", ca_file=ca_file)

    def may_list(self, bucket: str) -> bool:
        """Whether it is told what is in a bucket. Raises Unavailable."""
        return _is_let_in(lambda: list(islice(self.list(bucket), 1)))

    def may_read(self, bucket: str) -> bool:
        """Whether it could read there. Raises Unavailable."""
        return _is_let_in(lambda: self.stat(bucket, _NOBODYS))


def _is_let_in(knock: Callable[[], object]) -> bool:
    try:
        knock()
    except ObjectMissing:
        return True
    except S3Error as error:
        if error.code in _REFUSED:
            return False
        raise Unavailable from error
    return True
