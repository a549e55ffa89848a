"""Reading Stripe's objects, in the shape of the pinned version and in the one of before 2025."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias, cast
from uuid import UUID

Json: TypeAlias = Mapping[str, Any]


def at(seconds: int | float) -> datetime:
    """A moment, from Stripe's seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def id_of(value: object) -> str | None:
    """The id of something that is named or written out."""
    if isinstance(value, Mapping):
        value = cast("Json", value).get("id")
    return value if isinstance(value, str) and value else None


def object_of(value: object) -> Json:
    """What is written out; nothing when it is only named."""
    return cast("Json", value) if isinstance(value, Mapping) else {}


def listed(value: object) -> Sequence[Json]:
    """The items of a list object."""
    return cast("Sequence[Json]", object_of(value).get("data") or ())


def our_id(source: Json, key: str) -> UUID | None:
    """An id of ours that was given along as metadata; somebody else's text is none."""
    text = object_of(source.get("metadata")).get(key)
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def subscription_of_invoice(invoice: Json) -> str | None:
    """The subscription a bill is for."""
    parent = object_of(object_of(invoice.get("parent")).get("subscription_details"))
    return id_of(parent.get("subscription")) or id_of(invoice.get("subscription"))


def payment_of_invoice(invoice: Json) -> str | None:
    """The payment that settled a bill; None when nothing had to be paid."""
    for payment in listed(invoice.get("payments")):
        named = id_of(object_of(payment.get("payment")).get("payment_intent"))
        if named is not None and payment.get("status") in {None, "paid"}:
            return named
    return id_of(invoice.get("payment_intent"))


def price_of_line(line: Json) -> tuple[str | None, Json]:
    """The price a bill's line is for: its id, and the object when it is written out."""
    details = object_of(object_of(line.get("pricing")).get("price_details"))
    for value in (details.get("price"), line.get("price"), line.get("plan")):
        if (named := id_of(value)) is not None:
            return named, object_of(value)
    return None, {}


def is_proration(line: Json) -> bool:
    """Whether a bill's line makes up for a change within a period."""
    parent = object_of(object_of(line.get("parent")).get("subscription_item_details"))
    return bool(parent.get("proration") or line.get("proration"))


def only_item(subscription: Json) -> Json:
    """The one thing a subscription of ours is for."""
    items = listed(subscription.get("items"))
    return items[0] if items else {}


def price_of_item(item: Json) -> tuple[str | None, Json]:
    """The price a subscription's item is at: its id, and the object when it is written out."""
    value = item.get("price") or item.get("plan")
    return id_of(value), object_of(value)


def period_of(subscription: Json) -> tuple[datetime, datetime]:
    """The running period; since 2025 it is the item's."""
    item = only_item(subscription)
    start = item.get("current_period_start") or subscription.get("current_period_start") or 0
    end = item.get("current_period_end") or subscription.get("current_period_end") or 0
    return at(start), at(end)
