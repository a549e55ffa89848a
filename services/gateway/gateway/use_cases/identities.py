"""Signing in with a provider: who has come, what she lets in, and how she takes that back."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from gateway.domain.people import Account, NotSignedIn
from gateway.domain.providers import AddressUnverified, Arrival, IdentityTaken, LastWayIn, NoSuchIdentity
from gateway.domain.security import Kind, Origin
from gateway.repository import Work
from gateway.use_cases import alerts, people, security
from gateway.use_cases.people import SignUp

IDENTITY_MAIL: Final = "identity"


def owner_of(work: Work, arrival: Arrival) -> Account | None:
    """The account that this opens, if there is one."""
    identity = work.identities.find(arrival)
    return None if identity is None else work.accounts.find(identity.account_id)


def use(work: Work, arrival: Arrival, account_id: UUID) -> None:
    """It lets somebody in now. Raises IdentityTaken when it was removed meanwhile."""
    identity = work.identities.find(arrival)
    if identity is None or identity.account_id != account_id:
        raise IdentityTaken
    work.identities.use(identity.id)


def open_account(
    work: Work, arrival: Arrival, *, name: str, adult: bool, policy_version: str, address: str = ""
) -> Account:
    """Open an account that has no password, and whose address the provider has confirmed.

    Raises AddressUnverified, AddressTaken, IdentityTaken, NotAdult, UnknownPolicy, Invalid. An account that has the
    address already is never taken over by it: a provider that is careless with addresses would open everybody's.
    """
    if not arrival.verified:
        raise AddressUnverified
    request = SignUp(email=arrival.email, name=name, password_hash="", adult=adult, policy_version=policy_version)
    account = people.sign_up(work, request, address=address, verified=True)
    if not work.identities.add(account.id, arrival):
        raise IdentityTaken
    return account


def link(work: Work, account_id: UUID, arrival: Arrival, provider_name: str, origin: Origin) -> None:
    """Let it open this account from now on; a mail tells of it. Saying it again is no fault. Raises IdentityTaken."""
    if work.accounts.lock(account_id) is None:
        raise NotSignedIn
    if not work.identities.add(account_id, arrival):
        use(work, arrival, account_id)
        return
    _tell(work, account_id, Kind.IDENTITY_LINKED, provider_name, origin)


def unlink(work: Work, account_id: UUID, identity_id: UUID, names: Mapping[str, str], origin: Origin) -> None:
    """It opens the account no more; a mail tells of it. Raises NoSuchIdentity, LastWayIn.

    `names` are those of the providers that are there; what is left counts as a way in with one of those only.
    """
    account = work.accounts.lock(account_id)
    if account is None:
        raise NotSignedIn
    had = work.identities.of(account_id)
    gone = next((each for each in had if each.id == identity_id), None)
    if gone is None:
        raise NoSuchIdentity
    others = any(each.provider in names for each in had if each.id != identity_id)
    if not (others or account.has_password or work.factors.of(account_id).passkeys):
        raise LastWayIn
    work.identities.drop(account_id, identity_id)
    _tell(work, account_id, Kind.IDENTITY_REMOVED, names.get(gone.provider, gone.provider), origin)


def _tell(work: Work, account_id: UUID, kind: Kind, provider_name: str, origin: Origin) -> None:
    security.note(work, account_id, kind, origin)
    alerts.tell(work, account_id, IDENTITY_MAIL, {"change": kind, "provider": provider_name})
