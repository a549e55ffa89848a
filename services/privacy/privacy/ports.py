"""What privacy's doors are told by the wiring."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, runtime_checkable
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privacy.domain.archives import Gathering


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How requests are dealt with: how long somebody who asks for erasure may think again."""

    think_again: timedelta


class Opened(Protocol):
    """An object that is being read, piece by piece."""

    def __iter__(self) -> Iterator[bytes]:
        """Its bytes."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


class ArchiveMaker(Protocol):
    """Puts an archive together."""

    def put(self, gathering: Gathering, through: Callable[[Iterator[bytes]], Iterator[bytes]]) -> int:
        """Put it together and store it; `through` sees every piece on its way. Returns the length in bytes."""
        ...


@runtime_checkable
class ArchiveStore(Protocol):
    """Where parts and archives lie. Every method raises Unavailable while it does not answer."""

    def open(self, key: str, *, owner: UUID, span: tuple[int, int] | None = None) -> Opened:
        """An archive, to hand out, or the bytes of an inclusive span of it."""
        ...

    def length(self, key: str) -> int:
        """How many plain bytes an archive has. Raises NotFound."""
        ...

    def clear(self, request_id: UUID, *, keep: str = "", parts: bool = True) -> int:
        """Destroy what lies there of a request, but what is to be kept; returns how many objects."""
        ...

    def drop(self, key: str) -> None:
        """Destroy one object."""
        ...

    def requests(self) -> Iterator[UUID]:
        """The requests of which something lies there."""
        ...

    def abort_stale(self, *, started_before: datetime) -> int:
        """Destroy what uploads left that were begun before that time and never ended."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditKey:
    """What audits are signed with, in PEM; None where nobody files any."""

    public: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often probes look, compared with usual."""

    of_probes: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Where the chain of findings stood at a moment: its last number, and that one's digest."""

    number: int
    digest: bytes
    at: datetime


@runtime_checkable
class Anchors(Protocol):
    """Where the chain stood, outside the database. Every method raises Unavailable while it does not answer."""

    def head(self) -> Anchor | None:
        """The newest. Raises AnchorForged for one that is not ours."""
        ...

    def first_since(self, day: date) -> Anchor | None:
        """The first of the first day from that one on. Raises AnchorForged."""
        ...

    def put(self, anchor: Anchor) -> None:
        """Write down where it stands."""
        ...


class AnchorForged(Exception):
    """What stands there was not signed by the studio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptKeys:
    """What receipts are signed with, and what each service's statements are checked with, in PEM."""

    private: Ed25519PrivateKey
    public: Mapping[str, str]
