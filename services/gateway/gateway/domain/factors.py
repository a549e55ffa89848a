"""Second factors: what is asked for beside the password, and for how long a sign-in may be half done. Pure."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from common.errors import Conflict, Invalid, NotFound, Unauthenticated
from gateway.domain.figurines import check_words

STEP_LIFETIME: Final = timedelta(minutes=10)
STEP_TRIES: Final = 5
CHALLENGE_LIFETIME: Final = timedelta(minutes=5)
MAX_PASSKEYS: Final = 20
MAX_PASSKEY_NAME: Final = 60
RECOVERY_CODES: Final = 10
_HALF: Final = 5
# Letters and digits that nobody mistakes for each other; ten of them are 49 random bits.
_ALPHABET: Final = "23456789abcdefghjkmnpqrstvwxyz"


class WrongCode(Unauthenticated):
    """This code is not right, or was used before. Take the one your app shows now, or one of your recovery codes."""

    code = "wrong_code"


class StepOver(Unauthenticated):
    """This sign-in took too long, or too many codes were wrong. Begin again with your password."""

    code = "sign_in_over"


class PasskeyRefused(Unauthenticated):
    """This passkey could not be checked. Try again, or sign in with your password."""

    code = "passkey_refused"


class PasskeyNotTaken(Invalid):
    """This passkey could not be added. Try again, and let the device ask for your finger, your face or its code."""


class TooManyPasskeys(Conflict):
    """You have twenty passkeys already. Remove one you use no more, then add this one."""


class NoSuchPasskey(NotFound):
    """There is no such passkey, or it is not yours."""


class TotpOn(Conflict):
    """An authenticator app is set up already. Remove it first, then set up another."""


class TotpNotBegun(Conflict):
    """No authenticator app waits to be confirmed. Begin with setting one up."""


class NoSecondFactor(Conflict):
    """There is no second factor that recovery codes could stand in for. Add a passkey or an authenticator app first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totp:
    """The secret an authenticator app shares with the studio, sealed at rest and open here."""

    account_id: UUID
    secret: str
    made_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """What a device tells of a passkey it has made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey of somebody's; its name is sealed at rest and open here."""

    id: UUID
    account_id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    made_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What somebody has beside her password."""

    totp_since: datetime | None
    passkeys: Sequence[Passkey]
    codes_left: int

    @property
    def any(self) -> bool:
        """Whether her password alone lets nobody in."""
        return self.totp_since is not None or bool(self.passkeys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A sign-in whose password was right."""

    id: UUID
    account_id: UUID
    expires_at: datetime


def new_codes() -> list[str]:
    """Fresh recovery codes, as `k7f2m-x3q9t`."""
    drawn = ["".join(secrets.choice(_ALPHABET) for _ in range(2 * _HALF)) for _ in range(RECOVERY_CODES)]
    return [f"{code[:_HALF]}-{code[_HALF:]}" for code in drawn]


def plain_code(code: str) -> str:
    """A code as it is compared: however it was typed in."""
    return "".join(sign for sign in code.casefold() if sign.isalnum())


def check_passkey_name(name: str) -> str:
    """How somebody calls a passkey of hers; raises Invalid."""
    checked = check_words(name, longest=MAX_PASSKEY_NAME, what="name")
    if not checked:
        raise Invalid("Give the passkey a name, so that you recognise it.")
    return checked
