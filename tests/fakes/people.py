"""People of the gateway, without the ceremony of signing up."""

from uuid import UUID

from common.person_keys import PersonKeys
from common.sealing import Keyring
from common.work import UnitOfWork
from gateway.domain.people import Account
from gateway.repository import Work, rooms

gateway_rooms = rooms(PersonKeys(Keyring({1: bytes(range(32))}, current=1)), b"an index key of the tests, 32 b.")


def add_account(unit: UnitOfWork[Work], account_id: UUID) -> Account:
    """A person with this id, who can be told news."""
    account = Account(
        id=account_id,
        email=f"{account_id}@example.org",
        name="Ada",
        password_hash="none",
        verified_at=None,
        created_at=unit.clock.now(),
    )
    with unit.begin() as work:
        work.accounts.add(account, policy_version="2026-11-01")
    return account
