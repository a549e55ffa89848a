"""A toy house that owes parts: letters and scans of Ada and Bob, on real servers."""

from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from common.clock import Clock, MovableClock
from common.contracts import EVENTS, Event, decode
from common.contracts.privacy import ExportRequested
from common.contracts.rights import ExportPartReady
from common.database import Connection, Database
from common.inventory import (
    COMMON_TABLES,
    AsFiles,
    AsJson,
    Bucket,
    Category,
    Column,
    Delete,
    Inventory,
    NamedBy,
    Pseudonymise,
    Purpose,
    Table,
    UntilErased,
    Via,
    Withheld,
    Years,
)
from common.outbox import Outbox
from common.parts import ExportDesk, Exports, ExportTask, Kind, PartReader, Shelf, Sources, record_export
from common.sealing import Keyring, Sealer
from common.storage import ObjectStore, SealedBucket
from common.work import UnitOfWork

SEALER = Sealer(Keyring({1: b"t" * 32}, current=1))
EXPORT_SEALER = Sealer(Keyring({1: b"e" * 32}, current=1))

INVENTORY = Inventory(
    "toy",
    Table(
        "letters",
        what="Letters you wrote",
        subject="owner",
        category=Category.C3,
        purposes=(Purpose.U2,),
        retain=UntilErased(),
        erase=Delete(),
        export=AsJson("post/letters.json"),
        columns={
            "id": "Its number.",
            "owner": "Who wrote.",
            "text": Column("What was written.", sealed=True),
            "scan": Column("Where its scan lies.", withheld="The archive holds the scan."),
        },
    ),
    Table(
        "stamps",
        what="What you paid",
        subject=Via("letters", "letter"),
        category=Category.C6,
        purposes=(Purpose.U7,),
        retain=Years(10, after="at", ground="the law of stamps"),
        erase=Pseudonymise("letter"),
        export=AsJson("post/stamps.json"),
        columns={"letter": "The letter.", "cents": "How much.", "at": "When."},
    ),
    Table(
        "drafts",
        what="Drafts",
        subject="owner",
        category=Category.C3,
        purposes=(Purpose.U2,),
        retain=UntilErased(),
        erase=Delete(),
        export=Withheld("The letters hold what became of them."),
        columns={"owner": "Whose."},
    ),
    Bucket(
        "scans",
        what="Scans of your letters",
        subject=NamedBy("letters", "scan"),
        category=Category.C3,
        purposes=(Purpose.U2,),
        retain=UntilErased(),
        erase=Delete(),
        export=AsFiles("scans", original="-full", small="-thumb"),
    ),
    *COMMON_TABLES,
)


class Rooms:
    def __init__(self, connection: Connection, outbox: Outbox, clock: Clock) -> None:
        self.exports = Exports(connection, clock)
        self.outbox = outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The toy, its clock, and its post."""

    database: Database
    clock: MovableClock
    store: ObjectStore
    scans: str
    exports: str

    @property
    def unit(self) -> UnitOfWork[Rooms]:
        return UnitOfWork(service="toy", database=self.database, build=Rooms, clock=self.clock)

    @property
    def scanned(self) -> SealedBucket:
        return SealedBucket(self.store, self.scans, SEALER, "scan")

    @property
    def exported(self) -> SealedBucket:
        return SealedBucket(self.store, self.exports, EXPORT_SEALER, "export")

    def desk(self, on_key: Callable[[str], None] = lambda _: None) -> ExportDesk[Rooms]:
        """Who writes parts; `on_key` is called whenever an object is opened."""

        def sealed(key: str) -> SealedBucket:
            on_key(key)
            return self.scanned

        sources = Sources(
            database=self.database,
            inventory=INVENTORY,
            open_value=lambda value, owner, place: SEALER.open(value, owner=owner, purpose=place),
            shelves={"scans": Shelf(self.store, self.scans, sealed)},
        )
        return ExportDesk(unit=self.unit, sources=sources, bucket=self.exported)

    def write(self, owner: UUID, number: int, text: str, *scans: bytes) -> None:
        """A letter, with its scan and the small copy of it."""
        name = f"{owner}/{number}"
        for ending, scan in zip(("full", "thumb"), scans, strict=False):
            self.scanned.put(f"{name}-{ending}", scan, owner=str(owner))
        sealed = SEALER.seal(text.encode(), owner=str(owner), purpose="letters.text")
        with self.database.begin() as connection:
            connection.execute("INSERT INTO letters VALUES (%s, %s, %s, %s)", [number, owner, sealed, name])
            connection.execute("INSERT INTO stamps VALUES (%s, 95, %s)", [number, self.clock.now()])

    def ask(self, request_id: UUID, owner: UUID) -> None:
        with self.unit.begin() as work:
            record_export(work, ExportRequested(request_id=request_id, user_id=owner), service="toy")

    def erase(self, owner: UUID) -> None:
        with self.database.begin() as connection:
            connection.execute("DELETE FROM exports WHERE user_id = %s", [owner])

    def claim(self) -> ExportTask | None:
        with self.unit.begin() as work:
            return work.exports.claim(self.desk().lease)

    def told(self) -> list[Event]:
        """The events that wait for the relay, in their order."""
        with self.database.begin() as connection:
            rows = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
        return [decode(body, EVENTS).event for (body,) in rows]

    def stored(self) -> list[str]:
        return [found.key for found in self.store.list(self.exports)]

    def read(self, key: str, owner: UUID) -> dict[str, bytes]:
        """Everything in a part but what is broken, opened with the key that was told with it."""
        ready = [each for each in self.told() if isinstance(each, ExportPartReady) and each.object == key]
        wrapped_key = b64decode(ready[-1].wrapped_key) if ready else None
        reader = PartReader(self.exported, key, owner=str(owner), wrapped_key=wrapped_key)
        contents = [(entry, b"".join(pieces)) for entry, pieces in reader.contents()]
        return {entry.path: content for entry, content in contents if entry.kind is not Kind.BROKEN}


def prepare(database: Database) -> None:
    with database.begin() as connection:
        connection.execute("CREATE TABLE letters (id int, owner uuid, text bytea, scan text)")
        connection.execute("CREATE TABLE stamps (letter int, cents int, at timestamptz)")
        connection.execute("CREATE TABLE drafts (owner uuid)")


def each(items: Iterator[bytes], do: Callable[[int], None]) -> Iterator[bytes]:
    for number, item in enumerate(items):
        do(number)
        yield item
