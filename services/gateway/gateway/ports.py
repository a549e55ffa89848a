"""What the gateway needs from things it does not own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol, runtime_checkable
from uuid import UUID

from common.errors import Unavailable
from gateway.domain.corrections import PendingAddress
from gateway.domain.people import Account
from gateway.domain.photo import SanePhoto, UploadKeys
from gateway.domain.styles import Style
from gateway.domain.webhooks import Called


@runtime_checkable
class PhotoIntake(Protocol):
    """Makes a clean picture of an upload nobody vouches for."""

    def sanitise(self, source: BinaryIO) -> SanePhoto:
        """The picture; raises one of the refusals of domain.photo."""
        ...


@runtime_checkable
class PhotoStore(Protocol):
    """Where photos wait, sealed, for generation."""

    def put(self, upload_id: UUID, jpeg: bytes | None, *, title: str, note: str, owner: UUID) -> UploadKeys:
        """Store a photo and the words that came with it, or the words alone. Raises Unavailable.

        What opens them is returned and lies nowhere else: without an order that tells generation, nobody reads them.
        """
        ...

    def delete(self, upload_id: UUID) -> None:
        """Destroy what was put under this id."""
        ...


class MailRefused(Exception):
    """The mail server will never take this mail."""


class AddressRefused(MailRefused):
    """The mail server says that this mailbox takes no mail."""


class Unwritable(MailRefused):
    """No mail can be written to this address, so that no server was told of it."""


class MailUnsettled(Unavailable):
    """The mail server was told and has not taken the mail, or took it and could not say so: try again later."""


class MailUnknown(MailUnsettled):
    """The mail server went away in the middle: it may have the mail, and nobody can say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A PDF that goes along with a mail."""

    name: str
    pdf: bytes


class Mailer(Protocol):
    """Sends mail."""

    def send(
        self,
        *,
        to: str,
        subject: str,
        text: str,
        html: str,
        attachment: Attachment | None = None,
        headers: Mapping[str, str] | None = None,
        trace: str = "",
    ) -> None:
        """Hand a mail over. Raises MailRefused for good, Unavailable for now; MailUnsettled once it was told.

        `headers` are beyond those of every mail; by its `trace` it is recognised if it comes back.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail's words, once as text and once as HTML.

    `headers` are beyond those of every mail; `trace` is what it is recognised by if it comes back.
    """

    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    trace: str = ""


class Letters(Protocol):
    """Writes mails."""

    def write(
        self,
        template: str,
        account: Account | None,
        parameters: Mapping[str, str] | None = None,
        *,
        change: PendingAddress | None = None,
    ) -> Letter:
        """The letter of this kind for this person, with these numbers and dates in it, or about this change.

        Without an account it is about a question, and for whoever asked it.
        """
        ...


class Caller(Protocol):
    """Calls endpoints of developers back."""

    def call(self, url: str, headers: Mapping[str, str], body: bytes) -> Called:
        """POST it there, and nowhere else. Whatever goes wrong is told, not raised."""
        ...


# Asks generation for the catalogue; raises Unavailable.
StyleSource = Callable[[], Sequence[Style]]

# Asks billing for a person's document, by both their ids; raises NotFound, Unavailable.
DocumentSource = Callable[[UUID, UUID], Attachment]

# Has billing correct what it and the payment provider hold of a person: her id, the correction's, and what it needs
# to know. Answers what was `corrected` and what is `kept`; raises Unavailable.
CopyHolder = Callable[[UUID, UUID, Mapping[str, object]], Mapping[str, Any]]
