"""Delivered pictures. Pure."""

from dataclasses import dataclass

from common.errors import NotFound


class NoSuchPicture(NotFound):
    """There is no such picture, or it is not yours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """A picture of a figurine, sealed in the store in three sizes under one prefix."""

    n: int
    prefix: str
    media_type: str
    width: int
    height: int
