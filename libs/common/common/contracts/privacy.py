"""What privacy publishes."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from common.contracts.base import Event


class ConsentChanged(Event):
    """A person gave or withdrew consent for one purpose."""

    type: ClassVar[str] = "consent.changed"

    user_id: UUID
    purpose: str
    granted: bool
    changed_at: datetime


class UserDeletionRequested(Event):
    """A person wants everything gone; every service erases and answers."""

    type: ClassVar[str] = "user.deletion_requested"

    user_id: UUID
    request_id: UUID


class ExportRequested(Event):
    """A person wants a copy of everything; every service delivers its part, or again only those that are named."""

    type: ClassVar[str] = "export.requested"

    user_id: UUID
    request_id: UUID
    only: tuple[str, ...] = ()


class PromiseBroken(Event):
    """A probe found a promise of the policy not kept."""

    type: ClassVar[str] = "promise.broken"

    promise: str
    detail: str
    noticed_at: datetime


EVENTS: tuple[type[Event], ...] = (
    ConsentChanged,
    UserDeletionRequested,
    ExportRequested,
    PromiseBroken,
)
