"""Sharing a figurine by a link that nobody can guess, and rating it. Pure."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from common.errors import Invalid, NotFound, Refused
from generation.domain.quality import Reason

MAX_COMMENT: Final = 500
# 256 bits: guessing one is hopeless, so that looking one up needs no further limit.
_TOKEN_BYTES: Final = 32


class NoSuchShare(NotFound):
    """This link leads nowhere: it was taken back, or it was never given out."""


class NotRated(NotFound):
    """You have not rated this figurine."""


class NothingToShow(Refused):
    """This figurine has no pictures yet. Share or rate it once it is finished."""

    code = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A link that is given out; `token` lies sealed."""

    figurine_id: UUID
    user_id: UUID
    token: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFigurine:
    """What whoever has the link may know: nothing about whose it is, and none of her words."""

    figurine_id: UUID
    user_id: UUID
    style: str
    engine: str
    finished_at: datetime
    pictures: tuple[int, ...]
    # Width and height of each, in pixels, in the same order: a page keeps room for a picture that is still on its way.
    sizes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What its owner thinks of a figurine; the comment lies sealed."""

    figurine_id: UUID
    user_id: UUID
    stars: int
    comment: bytes | None
    rated_at: datetime
    reasons: tuple[Reason, ...] = ()


def new_token() -> str:
    """A token for a link, safe in an address."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_digest(token: str) -> bytes:
    """By which a token is found; a stolen table opens no figurine."""
    return sha256(token.encode()).digest()


def check_comment(text: str) -> str:
    """A person's words about her figurine; raises Invalid."""
    comment = text.strip()
    if len(comment) > MAX_COMMENT:
        raise Invalid(f"The comment may have at most {MAX_COMMENT} characters.")
    if any(not character.isprintable() and character not in "\n\u200c\u200d" for character in comment):
        raise Invalid("The comment holds characters that cannot be printed. Remove them and try again.")
    return comment
