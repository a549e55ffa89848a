"""Call-backs: endpoints made and removed, news for them, and what came of each call."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from gateway.domain.security import Kind, Origin
from gateway.domain.webhooks import (
    SECRET_BYTES,
    Called,
    Errand,
    Happening,
    NoSuchDelivery,
    NoSuchWebhook,
    Webhook,
    WebhookState,
)
from gateway.repository import Work
from gateway.use_cases import security

PAUSED_MAIL = "webhook-paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeWebhook:
    """A fresh endpoint; its secret is shown this once."""

    webhook: Webhook
    secret: bytes


def make(
    work: Work, account_id: UUID, url: str, events: frozenset[Happening], origin: Origin, *, session_id: UUID
) -> MadeWebhook:
    """Have an address called. Raises TooManyWebhooks."""
    webhook = Webhook(
        id=work.clock.new_id(),
        account_id=account_id,
        url=url,
        events=events,
        state=WebhookState.ACTIVE,
        paused_at=None,
        failing_since=None,
        created_at=work.clock.now(),
    )
    secret = secrets.token_bytes(SECRET_BYTES)
    work.webhooks.add(webhook, secret)
    security.note(work, account_id, Kind.WEBHOOK_MADE, origin, session_id=session_id)
    return MadeWebhook(webhook=webhook, secret=secret)


def read(work: Work, account_id: UUID, webhook_id: UUID) -> Webhook:
    """One's own endpoint; raises NoSuchWebhook."""
    webhook = work.webhooks.find(account_id, webhook_id)
    if webhook is None:
        raise NoSuchWebhook
    return webhook


def remove(work: Work, account_id: UUID, webhook_id: UUID, origin: Origin, *, session_id: UUID) -> None:
    """Call it no more. Raises NoSuchWebhook."""
    if not work.webhooks.remove(account_id, webhook_id):
        raise NoSuchWebhook
    security.note(work, account_id, Kind.WEBHOOK_REMOVED, origin, session_id=session_id)


def rotate(work: Work, account_id: UUID, webhook_id: UUID) -> MadeWebhook:
    """Another secret; calls are signed with the old one too for a day. Raises NoSuchWebhook."""
    webhook = read(work, account_id, webhook_id)
    secret = secrets.token_bytes(SECRET_BYTES)
    work.webhooks.rotate(webhook, secret)
    return MadeWebhook(webhook=webhook, secret=secret)


def send_again(work: Work, account_id: UUID, webhook_id: UUID, delivery_id: UUID | None) -> int:
    """Have one call made again, or all that failed; a paused endpoint goes on. Raises NoSuchWebhook, NoSuchDelivery."""
    read(work, account_id, webhook_id)
    again = work.webhooks.send_again(webhook_id, delivery_id)
    if delivery_id is not None and not again:
        raise NoSuchDelivery
    return again


def settle(work: Work, errand: Errand, called: Called) -> bool:
    """Record what came of a call. One that fails for a day is paused, and its owner told; True when that is now."""
    work.webhooks.settle(errand, called)
    if called.is_taken or not work.webhooks.pause(errand.webhook_id, at_once=called.is_over):
        return False
    work.mails.add(errand.account_id, PAUSED_MAIL)
    return True
