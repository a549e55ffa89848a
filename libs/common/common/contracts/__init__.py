"""Every event of the house, by its type."""

from common.contracts import analytics, billing, gateway, generation, privacy, rights
from common.contracts.base import Envelope, Event, Malformed, UnknownEvent, decode, encode

OWNERS: dict[str, tuple[type[Event], ...]] = {
    "gateway": gateway.EVENTS,
    "generation": generation.EVENTS,
    "billing": billing.EVENTS,
    "privacy": privacy.EVENTS,
    "analytics": analytics.EVENTS,
    "every service": rights.EVENTS,
}

EVENTS: dict[str, type[Event]] = {event.type: event for events in OWNERS.values() for event in events}

__all__ = ["EVENTS", "OWNERS", "Envelope", "Event", "Malformed", "UnknownEvent", "decode", "encode"]
