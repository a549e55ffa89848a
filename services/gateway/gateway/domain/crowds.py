"""Many accounts that are opened from one neighbourhood of addresses. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import ip_address, ip_network
from typing import Final
from uuid import UUID

from common.errors import NotFound

RATE: Final = "accounts_opened_together"

# What one household, school or company has: it takes more than one address to hide behind.
_PREFIX: Final = {4: 24, 6: 48}


class NoSuchCrowd(NotFound):
    """There is no such finding, or its addresses are gone: they are kept for 30 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Accounts that were opened on one day from one neighbourhood; nothing in it says which."""

    id: UUID
    day: date
    accounts: int
    noticed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An account of a crowd, and from where it was opened."""

    account_id: UUID
    address: str
    at: datetime


def neighbourhood_of(address: str) -> str:
    """The range an address is in, as in `203.0.113.0/24`; empty where there is no address."""
    if not address:
        return ""
    version = ip_address(address).version
    return str(ip_network(f"{address}/{_PREFIX[version]}", strict=False))


def detail_of(accounts: int, *, limit: int) -> str:
    """What operators are told of it."""
    return (
        f"{accounts} accounts were opened on one day from one neighbourhood of addresses; {limit} are nothing unusual."
    )
