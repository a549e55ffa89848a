"""Asking a service behind the gateway, in the name of whom the gateway vouches for."""

from typing import Any, Protocol
from uuid import UUID

Answered = tuple[int, dict[str, Any]]


class Ask(Protocol):
    """What a service answers: the status and the body."""

    def __call__(
        self, path: str, user_id: UUID | None, *, method: str = "GET", json: object = None, audience: str = "privacy"
    ) -> Answered: ...
