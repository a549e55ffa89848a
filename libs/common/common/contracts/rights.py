"""What every service says of its own: its part when somebody asks for her rights, and a promise it finds broken."""

from datetime import datetime
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


class ExportPartReady(Event):
    """A service wrote its part of a copy: where it lies sealed, its plain length in bytes and its SHA-256 in hex.

    `wrapped_key` is what opens it, wrapped under the export keyring, in base64: it lies nowhere near the object.
    """

    type: ClassVar[str] = "export.part_ready"

    request_id: UUID
    service: str
    object: str
    bytes: int
    sha256: str
    # Empty from a service of a release that put it there.
    wrapped_key: str = ""


class ExportPartFailed(Event):
    """A service gave up writing its part of a copy; it may be asked again."""

    type: ClassVar[str] = "export.part_failed"

    request_id: UUID
    service: str


class PromiseBroken(Event):
    """A probe found a promise of the policy not kept."""

    type: ClassVar[str] = "promise.broken"

    promise: str
    detail: str
    noticed_at: datetime


class PromiseChecked(Event):
    """A probe looked at a promise; `statement` says what it found, as its service signed it (Ed25519, base64)."""

    type: ClassVar[str] = "promise.checked"

    promise: str
    probe: str
    service: str
    statement: str
    signature: str


EVENTS: tuple[type[Event], ...] = (UserDataErased, ExportPartReady, ExportPartFailed, PromiseBroken, PromiseChecked)
"""Published by whoever holds personal data, and by privacy."""
