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


class ExportPartReady(Event):
    """A service wrote its part of a copy: where it lies sealed, its plain length in bytes and its SHA-256 in hex."""

    type: ClassVar[str] = "export.part_ready"

    request_id: UUID
    service: str
    object: str
    bytes: int
    sha256: str


class ExportPartFailed(Event):
    """A service gave up writing its part of a copy; it may be asked again."""

    type: ClassVar[str] = "export.part_failed"

    request_id: UUID
    service: str


EVENTS: tuple[type[Event], ...] = (UserDataErased, UserIdentityErasureDue, ExportPartReady, ExportPartFailed)
"""Published by whoever holds personal data, and by privacy."""
