"""Billing's rooms as they are where codes are taken and documents written."""

from billing.repository import Work
from common.clock import Clock
from common.database import Connection
from common.outbox import Outbox
from tests.fakes.papers import papers

CODE_KEY = bytes(range(32))


def rooms_with_codes(connection: Connection, outbox: Outbox, clock: Clock) -> Work:
    """The rooms of one transaction."""
    return Work(connection, outbox, clock, code_key=CODE_KEY, papers=papers())
