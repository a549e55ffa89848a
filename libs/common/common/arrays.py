"""Arrays of ids for Postgres, several times cheaper than the driver's: one text instead of an object per item."""

from collections.abc import Iterable
from uuid import UUID


def array_of(items: Iterable[UUID | int]) -> str:
    """An array literal, to be cast in the query; ids and numbers need no quoting."""
    return f"{{{','.join(map(str, items))}}}"
