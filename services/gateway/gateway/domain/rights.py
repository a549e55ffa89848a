"""Requests about one's own data, as far as the public door knows them. Pure."""

from common.errors import Conflict, NotFound
from gateway.domain.people import FreshSignInNeeded


class NoSuchRequest(NotFound):
    """There is no such request, or it is not yours. GET /v1/privacy/requests lists yours."""


class ArchiveNotReady(Conflict):
    """This archive is still being put together. We write to you as soon as it is there."""

    code = "archive_not_ready"


class ArchiveExpired(NotFound):
    """This archive is gone: it is kept for seven days. Ask for another copy."""

    code = "archive_expired"


class FreshSignInToFetch(FreshSignInNeeded):
    """An archive is given only to who signed in within the last 15 minutes. Sign in again, then fetch it."""
