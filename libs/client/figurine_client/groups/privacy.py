"""A person's rights. All of it needs a session, except an erasure that is followed by its key; no key may."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

from figurine_client import routes
from figurine_client.connection import Asked, Connection
from figurine_client.downloads import Fetched, download
from figurine_client.groups.lists import every
from figurine_client.models.privacy import (
    Access,
    Consent,
    Consents,
    Disclosure,
    Kind,
    PrivacyRequest,
    Receipt,
    ReceiptKeys,
    Record,
)


class Privacy:
    """Consent, requests, the copy of everything, receipts, and what is stored."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def consents(self) -> Sequence[Consent]:
        """Every purpose, and whether it is allowed."""
        return self._connection.read(Consents, Asked(route=routes.CONSENTS)).items

    def consent(self, purpose: str, *, granted: bool) -> Consent:
        """Allow a purpose, or no longer."""
        asked = Asked(route=routes.CONSENT, places={"purpose": purpose}, json={"granted": granted})
        return self._connection.read(Consent, asked)

    def ask(self, kind: Kind, *, password: str | None = None, key: str | None = None) -> PrivacyRequest:
        """Ask for something as one's right; `erasure` needs the password, or a sign-in of the last 15 minutes.

        `key` is an Idempotency-Key of one's own, for who wants to ask again after a crash.
        """
        said = {"kind": kind} | ({} if password is None else {"password": password})
        return self._connection.read(PrivacyRequest, Asked(route=routes.ASK_PRIVACY, json=said, key=key))

    def requests(self) -> Iterator[PrivacyRequest]:
        """What was asked for, the newest first."""
        return every(self._connection, PrivacyRequest, Asked(route=routes.PRIVACY_REQUESTS))

    def request(self, request_id: UUID) -> PrivacyRequest:
        """How far a request is."""
        return self._connection.read(
            PrivacyRequest, Asked(route=routes.PRIVACY_REQUEST, places={"request_id": request_id})
        )

    def take_back(self, request_id: UUID) -> PrivacyRequest:
        """Take a request back, as long as that can be done."""
        return self._connection.read(PrivacyRequest, Asked(route=routes.TAKE_BACK, places={"request_id": request_id}))

    def archive(self, request_id: UUID, to: Path) -> Fetched:
        """The copy of everything, as a ZIP; needs a sign-in of the last 15 minutes."""
        return download(self._connection, Asked(route=routes.ARCHIVE, places={"request_id": request_id}), to)

    def disclosures(self) -> Iterator[Disclosure]:
        """Which partner got what, and when."""
        return every(self._connection, Disclosure, Asked(route=routes.DISCLOSURES))

    def accesses(self) -> Iterator[Access]:
        """Who of the studio looked at one's data, and why."""
        return every(self._connection, Access, Asked(route=routes.ACCESSES))

    def record(self) -> Record:
        """What is stored about one, why, and how long."""
        return self._connection.read(Record, Asked(route=routes.RECORD))

    def erasure(self, request_id: UUID, key: str) -> PrivacyRequest:
        """How far an erasure is, by the key of its link; needs nobody, since there may be no account any more."""
        asked = Asked(route=routes.ERASURE, places={"request_id": request_id}, params={"key": key})
        return self._connection.read(PrivacyRequest, asked)

    def receipt(self, request_id: UUID, key: str) -> Receipt:
        """The signed receipt of an erasure that is over."""
        asked = Asked(route=routes.RECEIPT, places={"request_id": request_id}, params={"key": key})
        return self._connection.read(Receipt, asked)

    def receipt_keys(self) -> ReceiptKeys:
        """What receipts are checked with."""
        return self._connection.read(ReceiptKeys, Asked(route=routes.RECEIPT_KEYS))
