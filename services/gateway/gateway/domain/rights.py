"""Requests about one's own data, as far as the public door knows them. Pure."""

from common.errors import NotFound


class NoSuchRequest(NotFound):
    """There is no such request, or it is not yours. GET /v1/privacy/requests lists yours."""
