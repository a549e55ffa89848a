"""Second factors: set up and taken away by their owner, and asked for after the password."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from gateway.domain.factors import (
    MAX_PASSKEYS,
    Factors,
    NewPasskey,
    NoSecondFactor,
    NoSuchPasskey,
    Passkey,
    PasskeyNotTaken,
    TooManyPasskeys,
    TotpNotBegun,
    TotpOn,
    WrongCode,
    check_passkey_name,
    new_codes,
)
from gateway.domain.people import NotSignedIn
from gateway.domain.security import Kind, Origin
from gateway.repository import Work
from gateway.use_cases import alerts, security

# Of which half minute a code is, by a secret; None if of none around now.
StepOf = Callable[[str, str], int | None]
FACTOR_MAIL: Final = "second-factor"


def has_second_factor(work: Work, account_id: UUID) -> bool:
    """Whether somebody's password alone lets nobody in, as for staff it must not."""
    return work.factors.any(account_id)


def begin_totp(work: Work, account_id: UUID, secret: str) -> None:
    """An app is to learn this secret; it counts once a code has shown that it has. Raises TotpOn."""
    if not work.factors.begin_totp(account_id, secret):
        raise TotpOn


def confirm_totp(work: Work, account_id: UUID, code: str, step_of: StepOf, origin: Origin) -> list[str]:
    """The app shows its first code. Returns recovery codes where there were none. Raises TotpNotBegun, WrongCode."""
    _lock(work, account_id)
    totp = work.factors.totp(account_id)
    if totp is None or totp.confirmed_at is not None:
        raise TotpNotBegun
    step = step_of(totp.secret, code)
    if step is None or not work.factors.use_step(account_id, step, confirm=True):
        raise WrongCode
    return _added(work, account_id, Kind.TOTP_ON, origin)


def remove_totp(work: Work, account_id: UUID, origin: Origin) -> None:
    """The app counts no more. Saying it again is no fault."""
    _lock(work, account_id)
    if work.factors.drop_totp(account_id):
        _removed(work, account_id, Kind.TOTP_OFF, origin)


def check_room(factors: Factors) -> None:
    """Raises TooManyPasskeys."""
    if len(factors.passkeys) >= MAX_PASSKEYS:
        raise TooManyPasskeys


def add_passkey(work: Work, account_id: UUID, made: NewPasskey, name: str, origin: Origin) -> tuple[Passkey, list[str]]:
    """Keep a passkey; with recovery codes where there were none. Raises Invalid, TooManyPasskeys, PasskeyNotTaken."""
    _lock(work, account_id)
    check_room(work.factors.of(account_id))
    passkey = work.factors.add_passkey(account_id, made, check_passkey_name(name))
    if passkey is None:
        raise PasskeyNotTaken
    return passkey, _added(work, account_id, Kind.PASSKEY_ADDED, origin)


def remove_passkey(work: Work, account_id: UUID, passkey_id: UUID, origin: Origin) -> None:
    """A passkey counts no more. Raises NoSuchPasskey."""
    _lock(work, account_id)
    if not work.factors.drop_passkey(account_id, passkey_id):
        raise NoSuchPasskey
    _removed(work, account_id, Kind.PASSKEY_REMOVED, origin)


def make_codes(work: Work, account_id: UUID, origin: Origin) -> list[str]:
    """Other recovery codes: those before count no more. Raises NoSecondFactor."""
    _lock(work, account_id)
    if not has_second_factor(work, account_id):
        raise NoSecondFactor
    codes = new_codes()
    work.factors.put_codes(account_id, codes)
    security.note(work, account_id, Kind.RECOVERY_CODES_MADE, origin)
    return codes


def is_code_of(work: Work, account_id: UUID, code: str, step_of: StepOf, origin: Origin) -> bool:
    """Whether this is the code of her app, or a recovery code; it is used up by that."""
    totp = work.factors.totp(account_id)
    if totp is not None and totp.confirmed_at is not None:
        step = step_of(totp.secret, "".join(code.split()))
        if step is not None and work.factors.use_step(account_id, step):
            return True
    if work.factors.use_code(account_id, code):
        security.note(work, account_id, Kind.RECOVERY_CODE_USED, origin)
        alerts.tell(work, account_id, FACTOR_MAIL, {"change": Kind.RECOVERY_CODE_USED})
        return True
    security.note(work, account_id, Kind.CODE_REFUSED, origin)
    return False


def _added(work: Work, account_id: UUID, kind: Kind, origin: Origin) -> list[str]:
    security.note(work, account_id, kind, origin)
    alerts.tell(work, account_id, FACTOR_MAIL, {"change": kind})
    if work.factors.of(account_id).codes_left:
        return []
    codes = new_codes()
    work.factors.put_codes(account_id, codes)
    return codes


def _removed(work: Work, account_id: UUID, kind: Kind, origin: Origin) -> None:
    """With the last factor go the codes that stand in for it."""
    if not has_second_factor(work, account_id):
        work.factors.drop_codes(account_id)
    security.note(work, account_id, kind, origin)
    alerts.tell(work, account_id, FACTOR_MAIL, {"change": kind})


def _lock(work: Work, account_id: UUID) -> None:
    if work.accounts.lock(account_id) is None:
        raise NotSignedIn
