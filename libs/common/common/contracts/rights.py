"""What every service that holds personal data answers when somebody asks for her rights."""

from typing import ClassVar
from uuid import UUID

from common.contracts.base import Event


class UserDataErased(Event):
    """A service erased what it held of a person, or says what is left.

    `statement` is the text it signed (Ed25519, `signature` in base64): kinds of records and numbers, never whose.
    `residue` is how much it found again afterwards and should not have.
    """

    type: ClassVar[str] = "user.data_erased"

    request_id: UUID
    service: str
    residue: int
    statement: str
    signature: str


class UserIdentityErasureDue(Event):
    """All other services erased what they held: whoever kept the identity for the last letter can go on."""

    type: ClassVar[str] = "user.identity_erasure_due"

    request_id: UUID


EVENTS: tuple[type[Event], ...] = (UserDataErased, UserIdentityErasureDue)
"""Published by whoever holds personal data, and by privacy."""
