"""Accounts and sessions: who somebody is, and for how long we believe it. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from common.contracts.consents import can_have_been_read
from common.errors import Conflict, Forbidden, Invalid, Unauthenticated

SESSION_LIFETIME: Final = timedelta(days=30)
# Whoever asks for what cannot be undone has signed in within this time, or gives the password.
FRESH_FOR: Final = timedelta(minutes=15)
VERIFICATION_LIFETIME: Final = timedelta(days=3)

# One @, something on both sides, a dot in the domain; nothing that makes a second address, a name or
# a comment of it in a mail's header (RFC 5322, section 3.4). Mail itself is the real test.
_ADDRESS = re.compile(r"""[^@\s,;:<>()[\]"\\]+@(?:[^@\s.,;:<>()[\]"\\]+\.)+[^@\s.,;:<>()[\]"\\]+""")
# What a mail header would take for encoded words (RFC 2047).
_ENCODED = "=?"


class AddressTaken(Conflict):
    """There is already an account with this e-mail address. Sign in with its password, or use another address."""


class NotAdult(Invalid):
    """The studio is for people of 18 years and over. Confirm that you are to go on; no date of birth is asked for."""


class UnknownPolicy(Invalid):
    """There is no policy of that version, so nobody can have read it. Read the one on /policy and send its version."""


class WrongCredentials(Unauthenticated):
    """The e-mail address or the password is not right. Check both and try again."""


class NotSignedIn(Unauthenticated):
    """Sign in first, then try again."""


class FreshSignInNeeded(Forbidden):
    """This needs you to have signed in within the last 15 minutes. Give your password, or sign in again."""

    code = "fresh_sign_in_needed"


class ForgedRequest(Forbidden):
    """This request did not come from our own page. Reload the page and try again."""


class LinkExpired(Invalid):
    """This link is too old or not whole. It works for three days; if they are not over, open it from the mail again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person's account; name, address and contact are sealed at rest and open here."""

    id: UUID
    email: str
    name: str
    password_hash: str
    verified_at: datetime | None
    created_at: datetime
    # How else to reach her; empty when she has not said.
    contact: str = ""
    # In which language she is spoken and written to; None when she has not said.
    language: str | None = None

    @property
    def has_password(self) -> bool:
        """False where a provider or a passkey is the only way in."""
        return bool(self.password_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One signed-in device."""

    id: UUID
    account_id: UUID
    device: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    # When she last gave her password on it, since it signed in.
    proved_at: datetime | None = None
    # When a second factor was last shown on it.
    factor_at: datetime | None = None


def check_policy(version: str, day: date) -> str:
    """A policy that can have been read by that day; raises UnknownPolicy."""
    if not can_have_been_read(version, day):
        raise UnknownPolicy
    return version


def is_fresh(session: Session, now: datetime) -> bool:
    """Whether this device signed in a moment ago, or she has shown since that it is she."""
    return now - max(session.created_at, session.proved_at or session.created_at) <= FRESH_FOR


def check_address(email: str) -> str:
    """The address as it is kept; raises Invalid when no mail could go there."""
    address = email.strip()
    well_formed = address.isprintable() and _ADDRESS.fullmatch(address) and _ENCODED not in address
    if len(address) > 254 or not well_formed:
        raise Invalid("This e-mail address does not look right. Check it and try again.")
    return address


def token_digest(token: str) -> bytes:
    """What is kept of a session token: enough to recognise it, useless to a thief."""
    return sha256(b"session:" + token.encode()).digest()


def csrf_token(session_token: str) -> str:
    """What our own pages send along with the cookie, and another site cannot know."""
    return sha256(b"csrf:" + session_token.encode()).hexdigest()[:40]
