"""The rights of a person: consent, requests, copies, receipts, and what is stored."""

from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from figurine_client.models.base import Answer

Kind: TypeAlias = Literal["access", "portability", "erasure", "restriction", "objection"]


class ConsentChange(Answer):
    """When something was allowed or no longer, under which policy, and how."""

    changed_at: datetime
    granted: bool
    how: str
    policy_version: str


class Consent(Answer):
    """A purpose, what allowing it means, and whether it is allowed."""

    purpose: str
    title: str
    sentence: str
    allows: str
    withdrawn: str
    until_withdrawn: bool
    granted: bool
    changed_at: datetime | None
    history: tuple[ConsentChange, ...]


class Consents(Answer):
    """Every purpose, and the versions of the policy that consent can be given under."""

    items: tuple[Consent, ...]
    policy_versions: tuple[str, ...]


class Archive(Answer):
    """A copy that can be fetched, in bytes, until when, and which services it comes without."""

    bytes: int
    ready_at: datetime
    expires_at: datetime
    missing: tuple[str, ...]


class PrivacyRequest(Answer):
    """A request: `services` says how far each of them is, `missing` who has not done its part yet.

    `archive` is there when one request is asked for that has one. `follow` is the link of an erasure, which is of use
    when there is no account any more.
    """

    id: UUID
    kind: str
    state: str
    asked_at: datetime
    due_at: datetime
    begins_at: datetime
    ended_at: datetime | None
    services: dict[str, str]
    missing: tuple[str, ...]
    archive: Archive | None = None
    follow: str | None = None


class Receipt(Answer):
    """The signed receipt of an erasure; `body` is what the signature is of, byte for byte; `keys` check it."""

    number: int
    body: str
    signature: str
    keys: dict[str, str]


class ReceiptKeys(Answer):
    """What receipts are checked with, how many there are, and the hash of the latest."""

    keys: dict[str, str]
    latest: str | None
    receipts: int


class Disclosure(Answer):
    """What a partner got, when, why, and until when it keeps it."""

    at: datetime
    partner: str
    partner_name: str
    what: str
    why: str
    terms: str
    figurine_id: UUID | None
    expires_at: datetime | None


class Access(Answer):
    """Who of the studio looked at what, when, and for which reason."""

    at: datetime
    operator: str
    what: str
    reason: str


class Ground(Answer):
    """A category or a purpose, in a sentence."""

    id: str
    sentence: str


class StoredField(Answer):
    """A field that is stored; `withheld` says why a copy leaves it out."""

    name: str
    sealed: bool
    sentence: str
    withheld: str | None


class Entry(Answer):
    """Something that is stored: why, how long, how it is copied, what becomes of it, and how often (`count`)."""

    key: str
    what: str
    category: Ground
    purposes: tuple[Ground, ...]
    fields: tuple[StoredField, ...]
    kept: str
    exported: str
    erased: str
    outcome: str
    count: int | None = None
    stays_until: str | None = None


class ServiceRecord(Answer):
    """What one service stores; `available` is false while it cannot say."""

    service: str
    available: bool
    items: tuple[Entry, ...]


class Record(Answer):
    """What is stored about a person, by service."""

    services: tuple[ServiceRecord, ...]
