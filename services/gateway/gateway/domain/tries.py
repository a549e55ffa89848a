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
_MINUTE: Final = timedelta(minutes=1)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """By what the tries of one sign-in are counted.

    A device that signed in before has tries of its own, which no stranger can use up. From elsewhere, each network has
    its own for each account; and where the account's are all used up, by strangers from many networks, each network
    still has one now and then: the right password gets in after a wait, however many guess.
    """

    device: Limit | None
    pair: Limit
    account: Limit
    reserve: Limit
    network: Limit


def guard_of(digest: Digest, what: str, address: str, network: str, device: str | None) -> Guard:
    """What a try at an address from a network is counted by, whether or not anybody has the address."""
    own = Limit(who=digest(what, "device", address, device), at_once=10, every=_MINUTE) if device else None
    return Guard(
        device=own,
        pair=Limit(who=digest(what, "pair", address, network), at_once=5, every=_MINUTE),
        account=Limit(who=digest(what, "account", address), at_once=30, every=5 * _MINUTE),
        reserve=Limit(who=digest(what, "reserve", address, network), at_once=1, every=30 * _MINUTE),
        network=Limit(who=digest(what, "network", network), at_once=60, every=_MINUTE / 2),
    )


def proof_limit(digest: Digest, session: str) -> Limit:
    """How often a signed-in device may give a wrong password where it is asked for again."""
    return Limit(who=digest("proof", session), at_once=10, every=_MINUTE)


def challenge_limit(digest: Digest, network: str) -> Limit:
    """How often passkeys may be asked for from one network: each time leaves a row for five minutes."""
    return Limit(who=digest("challenges", network), at_once=240, every=_MINUTE / 60)
