"""Lists that come in pages."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel

from figurine_client.connection import Asked, Connection
from figurine_client.models.base import Page

T = TypeVar("T", bound=BaseModel)
# The most the API gives at once: few requests for who reads all.
PAGE = 100


def every(connection: Connection, item: type[T], asked: Asked, *, page: int = PAGE) -> Iterator[T]:
    """All of a list, one by one; the next page is asked for when it is needed. Raises StudioError."""
    cursor: str | int | None = None
    while True:
        params = {**asked.params, "limit": page, "cursor": cursor}
        found = connection.read(Page[item], replace(asked, params=params))
        yield from found.items
        cursor = found.next_cursor
        if cursor is None:
            return
