"""Webhooks: what is called, and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import Field

from figurine_client.models.base import Answer


class Happening(StrEnum):
    """What a webhook is called for."""

    GENERATED = "figurine.generated"
    FAILED = "figurine.failed"
    DELETED = "figurine.deleted"
    CREDITS_CHANGED = "credits.changed"


class WebhookState(StrEnum):
    """Whether a webhook is called."""

    ACTIVE = "active"
    PAUSED = "paused"


class DeliveryState(StrEnum):
    """What became of a call."""

    DUE = "due"
    DELIVERED = "delivered"
    FAILED = "failed"


KnownHappening: TypeAlias = Annotated[Happening | str, Field(union_mode="left_to_right")]
KnownWebhookState: TypeAlias = Annotated[WebhookState | str, Field(union_mode="left_to_right")]
KnownDeliveryState: TypeAlias = Annotated[DeliveryState | str, Field(union_mode="left_to_right")]


class Webhook(Answer):
    """An address that is called, and whether it answers."""

    id: UUID
    url: str
    events: tuple[KnownHappening, ...]
    state: KnownWebhookState
    created_at: datetime
    paused_at: datetime | None
    failing_since: datetime | None


class Delivered(Answer):
    """A call: how often it was tried, and what was answered. `status` is HTTP's, `trouble` what kept it from one."""

    id: UUID
    sequence: int
    type: KnownHappening
    figurine_id: UUID | None
    state: KnownDeliveryState
    attempts: int
    status: int | None
    trouble: str | None
    happened_at: datetime
    settled_at: datetime | None
    next_try_at: datetime | None


class Again(Answer):
    """How many calls are made again."""

    again: int
