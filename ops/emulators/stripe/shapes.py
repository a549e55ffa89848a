"""Objects as they were before 2025: where subscriptions, invoices and payment intents kept what has moved since."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from ops.emulators.stripe.errors import Json
from ops.emulators.stripe.world import World

OLD_VERSION = "2024-06-20"


def old(world: World, it: Any) -> Any:
    """A copy in the old shape, at any depth."""
    if isinstance(it, list):
        return [old(world, each) for each in cast("list[Any]", it)]
    if not isinstance(it, dict):
        return it
    copied: Json = {name: old(world, value) for name, value in cast("Json", it).items()}
    change = _CHANGES.get(str(copied.get("object")))
    if change is not None:
        change(world, copied)
    return copied


def _session(_world: World, it: Json) -> None:
    it["ui_mode"] = "hosted"


def _event(_world: World, it: Json) -> None:
    it["api_version"] = OLD_VERSION


def _subscription(_world: World, it: Json) -> None:
    first: Json = it["items"]["data"][0]
    start, end = first["current_period_start"], first["current_period_end"]
    it |= {
        "current_period_start": start,
        "current_period_end": end,
        "plan": first["plan"],
        "quantity": first["quantity"],
    }
    for row in it["items"]["data"]:
        del row["current_period_start"], row["current_period_end"]


def _invoice(world: World, it: Json) -> None:
    parent: Json = it.pop("parent", None) or {}
    details: Json = parent.get("subscription_details") or {}
    kept = world.kinds.get("invoice", {}).get(it.get("id", ""), {})
    intent = kept.get("_intent")
    found = world.find(intent) if intent else None
    it |= {
        "subscription": details.get("subscription"), "subscription_details": {"metadata": details.get("metadata")},
        "payment_intent": intent, "charge": found and found["latest_charge"], "paid": it["status"] == "paid",
        "discount": None, "tax": None,
    }  # fmt: skip


def _line(world: World, it: Json) -> None:
    parent: Json = it.pop("parent", None) or {}
    details: Json = parent.get("subscription_item_details") or {}
    pricing: Json = it.pop("pricing", None) or {}
    found = world.find(pricing.get("price_details", {}).get("price", ""))
    it |= {
        "price": found, "proration": details.get("proration", False), "subscription": details.get("subscription"),
        "subscription_item": details.get("subscription_item"), "type": "subscription",
    }  # fmt: skip


_CHANGES: Mapping[str, Callable[[World, Json], None]] = {
    "checkout.session": _session,
    "event": _event,
    "invoice": _invoice,
    "line_item": _line,
    "subscription": _subscription,
}
