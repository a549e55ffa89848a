"""The security log: what happened with an account, from where, and with what, in words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address
from typing import Final
from uuid import UUID

# Whoever guesses at somebody's password shall not fill her log: of each kind of failure so many a day are noted.
FAILURES_A_DAY: Final = 50
A_DAY: Final = timedelta(days=1)
LONGEST_AGENT: Final = 300

NOBODY_KNOWS: Final = "An unknown program"

# The first that fits: browsers name those they descend from, too.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "A Python program"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


class Kind(StrEnum):
    """What happened."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    PASSWORD_REFUSED = "password_refused"  # noqa: S105 - a name of something that happened
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - likewise
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    DELETION_ASKED = "deletion_asked"
    RECOVERY_ASKED = "recovery_asked"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - likewise
    CODE_REFUSED = "code_refused"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    TOTP_ON = "totp_on"
    TOTP_OFF = "totp_off"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_REFUSED = "passkey_refused"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_REMOVED = "identity_removed"
    WEBHOOK_MADE = "webhook_made"
    WEBHOOK_REMOVED = "webhook_removed"


FAILURES: Final = frozenset({Kind.SIGN_IN_FAILED, Kind.PASSWORD_REFUSED, Kind.CODE_REFUSED, Kind.PASSKEY_REFUSED})

SENTENCES: Final[Mapping[Kind, str]] = {
    Kind.SIGNED_IN: "Signed in",
    Kind.SIGN_IN_FAILED: "Somebody tried to sign in with a wrong password",
    Kind.PASSWORD_REFUSED: "The password was asked for again, and a wrong one was given",
    Kind.PASSWORD_CHANGED: "The password was changed",
    Kind.SIGNED_OUT: "Signed out",
    Kind.SESSION_ENDED: "A device was signed out from elsewhere",
    Kind.DELETION_ASKED: "The deletion of the account was asked for",
    Kind.RECOVERY_ASKED: "Somebody asked for a new password, and a link was mailed to your address",
    Kind.PASSWORD_RESET: "A new password was set with the link from a mail",
    Kind.CODE_REFUSED: "The password was right, and a wrong code was given",
    Kind.RECOVERY_CODE_USED: "A recovery code was used",
    Kind.RECOVERY_CODES_MADE: "New recovery codes were made",
    Kind.TOTP_ON: "An authenticator app was set up",
    Kind.TOTP_OFF: "The authenticator app was removed",
    Kind.PASSKEY_ADDED: "A passkey was added",
    Kind.PASSKEY_REMOVED: "A passkey was removed",
    Kind.PASSKEY_REFUSED: "A passkey of yours gave an answer that was refused",
    Kind.KEY_MADE: "An API key was made",
    Kind.KEY_REVOKED: "An API key was revoked",
    Kind.IDENTITY_LINKED: "Signing in with a provider was added",
    Kind.IDENTITY_REMOVED: "Signing in with a provider was removed",
    Kind.WEBHOOK_MADE: "A webhook was made",
    Kind.WEBHOOK_REMOVED: "A webhook was removed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """From where something was asked, and with what program; empty where nobody asked."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """One thing that happened with an account."""

    id: UUID
    kind: Kind
    at: datetime
    session_id: UUID | None
    origin: Origin


def address_of(given: str | None) -> str:
    """An IP address as people know it; empty for what is none, as a careless proxy may send."""
    try:
        address = ip_address((given or "").strip())
    except (AddressValueError, ValueError):
        return ""
    return str(_plain(address))


def agent_of(given: str) -> str:
    """What a program calls itself, as far as it is kept."""
    return "".join(letter for letter in given if letter.isprintable())[:LONGEST_AGENT]


def words_of(agent: str) -> str:
    """Browser and system, as in `Firefox on Windows`."""
    browser = _first(_BROWSERS, agent)
    system = _first(_SYSTEMS, agent)
    return f"{browser} on {system}" if browser and system else browser or system or NOBODY_KNOWS


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """A listener for both families writes IPv4 addresses as IPv6 ones (RFC 4291, section 2.5.5.2)."""
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for mark, name in known if mark in agent), "")
