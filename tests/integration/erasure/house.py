"""A toy house that people leave: notes and scans of Ada and Bob, on real servers."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from common.clock import Clock, MovableClock
from common.contracts import EVENTS, Envelope, Event, decode
from common.contracts.gateway import UserRegistered
from common.contracts.privacy import UserDeletionRequested
from common.contracts.rights import UserDataErased
from common.database import Connection, Database
from common.erasure import Fence, Leaving
from common.erasure.eraser import Eraser
from common.erasure.journal import Journal
from common.erasure.replay import Replay
from common.intake import Intake
from common.inventory import (
    COMMON_TABLES,
    AsFiles,
    AsJson,
    Bucket,
    Category,
    Delete,
    Inventory,
    NamedBy,
    Pseudonym,
    Pseudonymise,
    Purpose,
    Table,
    UntilErased,
    Years,
)
from common.outbox import Outbox
from common.rights import rights_of
from common.service import Service
from common.settings import ServiceSettings
from common.storage import ObjectStore
from common.work import UnitOfWork
from tests.fakes.toy.keys import PRIVATE_KEY, PUBLIC_KEY

FENCE = Fence(b"f" * 32)


def inventory(bucket: str) -> Inventory:
    """Notes with scans, books that have to be kept, and visits under a pseudonym."""

    def table(name: str, subject: str | Pseudonym, **terms: object) -> Table:
        plain = {
            "what": f"Your {name}",
            "category": Category.C3,
            "purposes": (Purpose.U2,),
            "retain": UntilErased(),
            "erase": Delete(),
            "export": AsJson(f"{name}.json"),
        }
        return Table(name, subject=subject, **{**plain, **terms})  # pyright: ignore[reportArgumentType]

    return Inventory(
        "toy",
        table("notes", "owner", columns={"id": "Its number.", "owner": "Whose.", "scan": "Where its scan lies."}),
        table(
            "books",
            "owner",
            columns={"owner": "Whose.", "at": "When."},
            retain=Years(10, after="at", ground="the law of books"),
            erase=Pseudonymise("owner"),
        ),
        table("visits", Pseudonym("visitor"), columns={"visitor": "A pseudonym."}),
        Bucket(
            bucket,
            what="Scans of your notes",
            subject=NamedBy("notes", "scan"),
            category=Category.C3,
            purposes=(Purpose.U2,),
            retain=UntilErased(),
            erase=Delete(),
            export=AsFiles("scans"),
        ),
        *COMMON_TABLES,
    )


class Rooms:
    """The toy's rooms: notes."""

    def __init__(self, connection: Connection, outbox: Outbox, clock: Clock) -> None:
        self.connection = connection
        self.outbox = outbox
        self.clock = clock

    def write(self, owner: UUID, number: int, scan: str | None = None) -> None:
        self.connection.execute("INSERT INTO notes VALUES (%s, %s, %s)", [number, owner, scan])


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The toy as a service, its clock, its post; `busy` are those with work under way."""

    database: Database
    store: ObjectStore
    bucket: str
    journal_bucket: str
    clock: MovableClock = field(default_factory=MovableClock)
    busy: set[UUID] = field(default_factory=set[UUID])
    told_to_leave: list[UUID] = field(default_factory=list[UUID])

    @property
    def unit(self) -> UnitOfWork[Rooms]:
        return UnitOfWork(service="toy", database=self.database, build=Rooms, clock=self.clock, fence=FENCE)

    @property
    def journal(self) -> Journal:
        return Journal(self.store, "toy", bucket=self.journal_bucket)

    def service(self) -> Service[Rooms]:
        settings = ServiceSettings(
            mode="local",
            database_url=SecretStr("postgresql://unused"),
            broker_url=SecretStr("amqp://unused"),
            token_public_key=PUBLIC_KEY,
            receipt_private_key=SecretStr(PRIVATE_KEY),
        )
        leaving: Leaving[Rooms] = Leaving(
            begin=lambda _, user_id: self.told_to_leave.append(user_id),
            settled=lambda _, user_id, __: user_id not in self.busy,
        )
        return Service(
            settings=settings,
            unit=self.unit,
            migrations=Path(),
            inventory=inventory(self.bucket),
            leaving=leaving,
            store=self.store,
            pseudonyms=lambda user_id: [b"visitor " + user_id.bytes],
        )

    def eraser(self, *, again: bool = False, inventory: Inventory | None = None) -> Eraser[Rooms]:
        service = self.service()
        if inventory is not None:
            service = Service(
                settings=service.settings,
                unit=service.unit,
                migrations=service.migrations,
                inventory=inventory,
                leaving=service.leaving,
                pseudonyms=service.pseudonyms,
            )
        return Eraser(service, FENCE, self.journal, self.store, again=again)

    def replay(self) -> int:
        again = self.eraser(again=True)
        return Replay(service=self.service(), fence=FENCE, journal=self.journal, eraser=again).run()

    def take(self, *events: Event, on_registered: Callable[[Rooms, UserRegistered], None] | None = None) -> None:
        """Take events as the worker does; `user.registered` writes a note."""
        own = on_registered or (lambda work, event: work.write(event.user_id, 99))
        subscriptions = {UserRegistered: own, **rights_of(self.service()).subscriptions}
        envelopes: Sequence[Envelope] = [
            Envelope(id=self.clock.new_id(), source="/services/test", time=self.clock.now(), event=event)
            for event in events
        ]
        with closing(Intake(database=self.database, unit=self.unit, subscriptions=subscriptions)) as intake:
            intake.take(envelopes, wake_relay=False)

    def fill(self, owner: UUID, *numbers: int) -> None:
        """Notes with scans, a line in the books and a visit."""
        with self.database.begin() as connection:
            for number in numbers:
                self.put(f"{owner}/{number}/full")
                connection.execute("INSERT INTO notes VALUES (%s, %s, %s)", [number, owner, f"{owner}/{number}"])
            connection.execute("INSERT INTO books VALUES (%s, %s)", [owner, self.clock.now()])
            connection.execute("INSERT INTO visits VALUES (%s)", [b"visitor " + owner.bytes])

    def put(self, key: str) -> None:
        self.store.put(self.bucket, key, BytesIO(b"scan"), length=4)

    def ask(self, request_id: UUID, owner: UUID) -> None:
        self.take(UserDeletionRequested(user_id=owner, request_id=request_id))

    def erase(self, times: int = 1) -> None:
        for _ in range(times):
            while self.eraser().run():
                pass
            self.clock.advance(timedelta(minutes=2))

    def held(self, owner: UUID) -> dict[str, int]:
        """How many rows and objects there are of somebody."""
        with self.database.begin() as connection:
            notes = connection.execute("SELECT count(*) FROM notes WHERE owner = %s", [owner]).fetchone()
            books = connection.execute("SELECT count(*) FROM books WHERE owner = %s", [owner]).fetchone()
            visits = connection.execute(
                "SELECT count(*) FROM visits WHERE visitor = %s", [b"visitor " + owner.bytes]
            ).fetchone()
        assert notes
        assert books
        assert visits
        scans = sum(1 for _ in self.store.list(self.bucket, f"{owner}/"))
        return {"notes": notes[0], "books": books[0], "visits": visits[0], "scans": scans}

    def answers(self) -> list[UserDataErased]:
        """What the house has said, in order."""
        with self.database.begin() as connection:
            rows = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
        events = [decode(body, EVENTS).event for (body,) in rows]
        return [event for event in events if isinstance(event, UserDataErased)]


def prepare(database: Database) -> None:
    with database.begin() as connection:
        connection.execute("CREATE TABLE notes (id int, owner uuid, scan text)")
        connection.execute("CREATE TABLE books (owner uuid, at timestamptz)")
        connection.execute("CREATE TABLE visits (visitor bytea)")
