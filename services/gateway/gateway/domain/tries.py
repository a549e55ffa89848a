"""How often somebody may try what a stranger could guess at: by account, by device, by network. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from common.errors import Refused

# A keyed digest of who tries: recognised again, and no word of it can be read.
Digest = Callable[..., bytes]

# What one provider gives to one customer, more or less.
_IPV4_PREFIX: Final = 24
_IPV6_PREFIX: Final = 48


class TooManyTries(Refused):
    """There were too many tries within a short while. Wait as long as Retry-After says, then try again."""

    code = "rate_limited"

    def __init__(self, message: str | None = None, *, retry_after_seconds: int = 60) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many tries at once, and one more after each `every`."""

    who: bytes
    at_once: int
    every: timedelta


def network_of(address: str) -> str:
    """The network an address belongs to, of IPv4 a /24 and of IPv6 a /48; one for all that are none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    prefix = _IPV6_PREFIX if isinstance(parsed, IPv6Address) else _IPV4_PREFIX
    return str(ip_network((parsed, prefix), strict=False))


def seconds_of(wait: timedelta) -> int:
    """Whole seconds, rounded up, and one at least."""
    return max(1, -int(-wait.total_seconds() // 1))
