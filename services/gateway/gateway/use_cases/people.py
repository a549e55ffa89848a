"""Signing up, signing in, and being recognised."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from common.contracts.gateway import UserRegistered
from gateway.domain.corrections import check_name
from gateway.domain.factors import Step
from gateway.domain.keys import ApiKey, is_key
from gateway.domain.people import (
    Account,
    LinkExpired,
    NotAdult,
    NotSignedIn,
    Session,
    check_address,
    check_policy,
    token_digest,
)
from gateway.domain.security import Kind, Origin
from gateway.repository import Work
from gateway.use_cases import security

VERIFY_MAIL = "verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """What a person gives to open an account; nothing else is asked for (promise C1).

    The hash is empty where she has no password.
    """

    email: str
    name: str
    password_hash: str
    adult: bool
    policy_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """A fresh session; the token is shown this once."""

    session: Session
    token: str


def sign_up(work: Work, request: SignUp, *, address: str = "", verified: bool = False) -> Account:
    """Open an account, ask for the verification mail, tell the house. Raises NotAdult, UnknownPolicy, Invalid.

    From which address it is opened is noted, as far as that is known. `verified` is whether somebody else has confirmed
    already that the e-mail address is her own.
    """
    if not request.adult:
        raise NotAdult
    account = Account(
        id=work.clock.new_id(),
        email=check_address(request.email),
        name=check_name(request.name),
        password_hash=request.password_hash,
        verified_at=None,
        created_at=work.clock.now(),
    )
    work.accounts.add(account, policy_version=check_policy(request.policy_version, account.created_at.date()))
    if address:
        work.crowds.note(account.id, address)
    if verified:
        work.accounts.verify(account.id)
    else:
        work.mails.add(account.id, VERIFY_MAIL)
    work.outbox.add(UserRegistered(user_id=account.id, registered_at=account.created_at))
    return account


def open_session(
    work: Work, account_id: UUID, *, device: str, origin: Origin = security.NOWHERE, factor: bool = False
) -> OpenedSession:
    """Sign a device in, with or without a second factor. The token has 256 random bits; only its digest is kept."""
    token = secrets.token_urlsafe(32)
    session = work.sessions.open(account_id, token_digest(token), device=device)
    if factor:
        work.sessions.note_factor(session.id)
    security.note(work, account_id, Kind.SIGNED_IN, origin, session_id=session.id)
    return OpenedSession(session=session, token=token)


def begin_step(work: Work, account_id: UUID) -> tuple[str, Step]:
    """The password was right, the second factor is still to come. The token opens nothing by itself."""
    token = secrets.token_urlsafe(32)
    return token, work.sessions.begin_step(account_id, token_digest(token))


def recognise(work: Work, token: str) -> Session:
    """The live session of a token; raises NotSignedIn."""
    session = work.sessions.find(token_digest(token))
    if session is None:
        raise NotSignedIn
    work.sessions.touch(session.id)
    return session


def recognise_key(work: Work, token: str) -> ApiKey:
    """The live key that this is; raises NotSignedIn."""
    key = work.keys.find(token)
    if key is None:
        raise NotSignedIn
    work.keys.touch(key)
    return key


def is_still_known(work: Work, token: str) -> bool:
    """Whether a token still opens the door: a session that goes on, a key nobody has revoked."""
    if is_key(token):
        return work.keys.find(token) is not None
    return work.sessions.find(token_digest(token)) is not None


def read_account(work: Work, account_id: UUID) -> Account:
    """The person's own data; raises NotSignedIn when the account is gone."""
    account = work.accounts.find(account_id)
    if account is None:
        raise NotSignedIn
    return account


def verify_address(work: Work, account_id: UUID) -> None:
    """The address is the person's own: she followed the link in the mail."""
    if work.accounts.find(account_id) is None:
        raise LinkExpired
    work.accounts.verify(account_id)
    work.news.forget_trouble(account_id)
