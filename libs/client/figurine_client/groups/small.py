"""The groups of few words: styles, credits, photos, account, promises, webhooks."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

from figurine_client import routes
from figurine_client.connection import Asked, Connection
from figurine_client.downloads import Fetched, download
from figurine_client.groups.lists import every
from figurine_client.groups.photo_files import PhotoFile, read_photo
from figurine_client.models.base import Page
from figurine_client.models.promises import Finding, Promise
from figurine_client.models.studio import (
    Account,
    Balance,
    Catalogue,
    Check,
    Movement,
    Photos,
    Style,
    Usage,
)
from figurine_client.models.webhooks import Again, Delivered, Webhook


class Styles:
    """The style wall."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Sequence[Style]:
        """Every style with its options and its price in credits. Needs nobody."""
        return self._connection.read(Page[Style], Asked(route=routes.STYLES)).items


class Credits:
    """What can be spent, and what was."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def balance(self) -> Balance:
        """Credits that can be spent, and credits set aside."""
        return self._connection.read(Balance, Asked(route=routes.BALANCE))

    def statement(self) -> Iterator[Movement]:
        """Every movement with its reason, the newest first."""
        return every(self._connection, Movement, Asked(route=routes.STATEMENT))

    def catalogue(self) -> Catalogue:
        """What can be bought. Needs nobody."""
        return self._connection.read(Catalogue, Asked(route=routes.CATALOGUE))


class PhotoAlbum:
    """Photos that are held, saved, or gone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Photos:
        """Photos held with their deadlines, saved ones, and proofs of those that went."""
        return self._connection.read(Photos, Asked(route=routes.PHOTOS))

    def check(self, photo: PhotoFile) -> Check:
        """What could be better about a photo, before anything is ordered. The studio looks, and keeps nothing."""
        return self._connection.read(Check, Asked(route=routes.CHECK_PHOTO, files={"photo": read_photo(photo)}))

    def download(self, photo_id: UUID, to: Path, *, size: Literal["full", "thumb"] = "full") -> Fetched:
        """A saved photo, as a file."""
        asked = Asked(route=routes.PHOTO, places={"photo_id": photo_id}, params={"size": size})
        return download(self._connection, asked, to)

    def delete(self, photo_id: UUID) -> None:
        """Delete a saved photo."""
        self._connection.send(Asked(route=routes.DELETE_PHOTO, places={"photo_id": photo_id}))


class OwnAccount:
    """Who one is to the studio. Needs a session; no key may."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self) -> Account:
        """One's own data."""
        return self._connection.read(Account, Asked(route=routes.ACCOUNT))

    def correct(self, *, name: str | None = None, contact: str | None = None) -> Account:
        """Another name, or other contact details; what is None stays as it is."""
        said = {field: value for field, value in (("name", name), ("contact", contact)) if value is not None}
        return self._connection.read(Account, Asked(route=routes.CORRECT, json=said))

    def usage(self) -> Usage:
        """What was made, by day and by style."""
        return self._connection.read(Usage, Asked(route=routes.USAGE))


class Promises:
    """What the studio promises, and whether it is kept. Needs nobody."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Sequence[Promise]:
        """Every promise with its last proof."""
        return self._connection.read(Page[Promise], Asked(route=routes.PROMISES)).items

    def findings(self, promise: str) -> Iterator[Finding]:
        """Every signed finding on one promise, the newest first."""
        return every(self._connection, Finding, Asked(route=routes.FINDINGS, places={"promise": promise}))


class Webhooks:
    """Addresses that are called when something happens. `figurine_client.verify_signature` checks a call."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Sequence[Webhook]:
        """One's addresses, and whether they are called."""
        return self._connection.read(Page[Webhook], Asked(route=routes.WEBHOOKS)).items

    def get(self, webhook_id: UUID) -> Webhook:
        """One of them."""
        return self._connection.read(Webhook, Asked(route=routes.WEBHOOK, places={"webhook_id": webhook_id}))

    def deliveries(self, webhook_id: UUID) -> Iterator[Delivered]:
        """The calls of 30 days, the newest first."""
        return every(self._connection, Delivered, Asked(route=routes.DELIVERIES, places={"webhook_id": webhook_id}))

    def redeliver(self, webhook_id: UUID, delivery_id: UUID | None = None) -> int:
        """Make one call again, or all that failed; gives back how many. Needs a session; no key may."""
        said: Final = {} if delivery_id is None else {"delivery_id": str(delivery_id)}
        asked = Asked(route=routes.REDELIVER, places={"webhook_id": webhook_id}, json=said)
        return self._connection.read(Again, asked).again
