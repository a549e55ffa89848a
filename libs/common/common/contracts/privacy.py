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


class ProcessingRestricted(Event):
    """A person wants nothing done with her data but keeping it, until she takes that back."""

    type: ClassVar[str] = "processing.restricted"

    user_id: UUID
    request_id: UUID
    changed_at: datetime


class ProcessingResumed(Event):
    """A person took her restriction back: her data may be worked with again."""

    type: ClassVar[str] = "processing.resumed"

    user_id: UUID
    request_id: UUID
    changed_at: datetime


class UserDeletionRequested(Event):
    """A person wants everything gone; every service erases and answers."""

    type: ClassVar[str] = "user.deletion_requested"

    user_id: UUID
    request_id: UUID


class UserIdentityErasureDue(Event):
    """All other services erased what they held: whoever kept the identity for the last letter can go on."""

    type: ClassVar[str] = "user.identity_erasure_due"

    request_id: UUID


class ExportRequested(Event):
    """A person wants a copy of everything; every service delivers its part, or again only those that are named."""

    type: ClassVar[str] = "export.requested"

    user_id: UUID
    request_id: UUID
    only: tuple[str, ...] = ()


class PolicyPublished(Event):
    """A version of the policy came out; of a significant one, everybody who had an account by then is told once."""

    type: ClassVar[str] = "policy.published"

    # Named after its day; what it says is data that every service has.
    policy_version: str
    significant: bool
    published_at: datetime


EVENTS: tuple[type[Event], ...] = (
    ConsentChanged,
    ProcessingRestricted,
    ProcessingResumed,
    UserDeletionRequested,
    UserIdentityErasureDue,
    ExportRequested,
    PolicyPublished,
)
