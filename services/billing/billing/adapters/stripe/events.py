"""Webhooks and the list of events: verified, and read for nothing but what to look at."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import stripe

from billing.domain.payments import ProviderEvent, Subject, SubjectKind
from billing.ports import BadSignature
from common.clock import Clock

from .client import reading
from .shapes import Json, at, id_of, object_of, subscription_of_invoice

TOLERANCE_SECONDS = 300


class Inbox:
    """Takes what Stripe tells. Without a secret it takes nothing."""

    def __init__(self, client: stripe.StripeClient, *, secret: str | None, live: bool, clock: Clock) -> None:
        self._client = client
        self._secret = secret
        self._live = live
        self._clock = clock

    def read(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent | None:
        """The event, when Stripe signed it lately and it is of our world (live or test). Raises BadSignature."""
        if not self._secret:
            return None
        signature = headers.get("Stripe-Signature", "")
        self._check_age(signature)
        try:
            event = self._client.construct_event(body, signature, self._secret, tolerance=10**9).to_dict()
            if bool(event["livemode"]) is not self._live:
                raise BadSignature("This event is of the other world: live and test do not mix.")
            return read_event(event)
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadSignature from error

    def since(self, since: datetime) -> Iterator[ProviderEvent]:
        """What happened after that, the oldest first."""
        with reading():
            found = self._client.v1.events.list({"created": {"gt": int(since.timestamp()) - 1}, "limit": 100})
            events = [read_event(each.to_dict()) for each in found.auto_paging_iter()]
        yield from reversed(events)

    def _check_age(self, signature: str) -> None:
        """Stripe's library lets the future pass, and asks a clock of its own."""
        parts: dict[str, str] = dict(part.split("=", 1) for part in signature.split(",") if "=" in part)
        signed = parts.get("t", "")
        if not (signed.isascii() and signed.isdecimal() and len(signed) < 12):
            raise BadSignature
        if abs(self._clock.now().timestamp() - int(signed)) > TOLERANCE_SECONDS:
            raise BadSignature("This message is too old, or of a time to come.")


def read_event(event: Json) -> ProviderEvent:
    """An event, and what to look at because of it."""
    return ProviderEvent(
        id=event["id"], type=event["type"], at=at(event["created"]), subject=_subject(event["type"], event)
    )


def _subject(kind: str, event: Json) -> Subject | None:
    thing = object_of(object_of(event.get("data")).get("object"))
    match kind.split("."):
        case ["checkout", "session", *_]:
            return _named(SubjectKind.CHECKOUT, thing.get("id"))
        case ["payment_intent", *_]:
            return _named(SubjectKind.PAYMENT, thing.get("id"))
        case ["charge" | "refund", *_]:
            return _named(SubjectKind.PAYMENT, id_of(thing.get("payment_intent")))
        case ["invoice", *_]:
            return _named(SubjectKind.SUBSCRIPTION, subscription_of_invoice(thing))
        case ["customer", "subscription", *_]:
            return _named(SubjectKind.SUBSCRIPTION, thing.get("id"))
        case _:
            return None


def _named(kind: SubjectKind, reference: Any) -> Subject | None:
    return Subject(kind=kind, reference=reference) if isinstance(reference, str) and reference else None
