"""Analytics listens; it publishes nothing."""

from common.contracts.base import Event

EVENTS: tuple[type[Event], ...] = ()
