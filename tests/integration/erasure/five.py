"""The five services that somebody leaves, on one thread: their own inventories, real Postgres, chance for a broker."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from psycopg import sql
from pydantic import SecretStr

import analytics.repository
import analytics.use_cases
import generation.repository
import privacy.repository
from analytics.domain import Pseudonyms
from analytics.inventory import INVENTORY as ANALYTICS
from analytics.subscribers import subscriptions as analytics_subscriptions
from billing.inventory import INVENTORY as BILLING
from billing.subscribers import subscriptions as billing_subscriptions
from billing.use_cases import leaving as billing_leaving
from common.clock import MovableClock
from common.contracts import Envelope
from common.database import Database
from common.erasure import Fence, Leaving
from common.erasure.eraser import Eraser
from common.erasure.statements import public_pem
from common.inventory import Inventory
from common.rights import rights_of
from common.service import Service
from common.settings import ServiceSettings
from common.work import UnitOfWork
from gateway.inventory import INVENTORY as GATEWAY
from gateway.subscribers import SUBSCRIPTIONS as GATEWAY_SUBSCRIPTIONS
from gateway.use_cases import leaving as gateway_leaving
from generation.adapters.catalogue import read_catalogue
from generation.inventory import INVENTORY as GENERATION
from generation.subscribers import subscriptions as generation_subscriptions
from generation.use_cases import leaving as generation_leaving
from privacy.domain import Kind, Request
from privacy.inventory import INVENTORY as PRIVACY
from privacy.ports import Pace, ReceiptKeys
from privacy.subscribers import subscriptions as privacy_subscriptions
from privacy.use_cases import erasures, requests
from privacy.use_cases.erasures import StatementRefused
from tests.fakes.house import House, Room
from tests.fakes.leftovers import clear
from tests.fakes.people import gateway_rooms
from tests.fakes.toy.keys import PUBLIC_KEY
from tests.integration.billing.rooms import rooms_with_codes

SERVICES: Final = ("gateway", "generation", "billing", "privacy", "analytics")
POLICY: Final = "2026-11-01"
_ROUNDS: Final = 60
_NOTHING: Final = "CREATE OR REPLACE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"


class Shelves:
    """What a house keeps in memory, as generation's eraser meets it in the object store.

    A forgetful one says it destroyed what it keeps.
    """

    def __init__(self, house: House, *, forgetful: bool = False) -> None:
        self._house = house
        self._forgetful = forgetful

    def names(self) -> Mapping[str, list[str]]:
        """What there is, by bucket."""
        return {
            "uploads": [f"{upload_id}/photo" for upload_id in self._house.photos.held()],
            "photos": [f"{photo_id}/photo" for photo_id in self._house.saved.kept],
            "figurines": list(self._house.pictures.stored),
        }

    def delete_all(self, bucket: str, name: str) -> int:
        found = self.count_all(bucket, name)
        if self._forgetful:
            return found
        match bucket:
            case "uploads":
                self._house.photos.delete(UUID(name))
            case "photos":
                self._house.saved.delete(UUID(name))
            case _:
                self._house.pictures.sweep(f"{name}/")
        return found

    def count_all(self, bucket: str, name: str) -> int:
        return sum(1 for key in self.names()[bucket] if key.startswith(f"{name}/"))


class Quiet(House):
    """A house in which people leave, too."""

    def __init__(self, five: "Five", chance: Random) -> None:
        super().__init__(list(five.rooms.values()), five.units["generation"], five.clock, chance)
        self.five = five
        five.house = self

    def _workshop_turn(self) -> None:
        if self._chance.random() < 0.4:
            self.five.erase(self._chance.choice(SERVICES))
        else:
            super()._workshop_turn()

    def _quiet(self) -> bool:
        return super()._quiet() and not self.five.leaving()


class Five:
    """The services, and who stands between them; and what a test breaks.

    `inventories` stand in the place of a service's own, services `away` neither hear nor do anything, `forgers` sign
    with a key that is not theirs, and `forgetful` is a store that keeps what it was told to destroy.
    """

    def __init__(
        self,
        *,
        clock: MovableClock,
        services: Mapping[str, Service[Any]],
        rooms: Mapping[str, Room],
        administrator: str,
        keys: ReceiptKeys,
    ) -> None:
        self.clock = clock
        self.services = services
        self.rooms = rooms
        self.keys = keys
        self.house: House | None = None
        self.inventories: dict[str, Inventory] = {}
        self.away: set[str] = set()
        self.forgers: set[str] = set()
        self.forgetful = False
        self.goodbyes: list[str] = []
        # Answers that privacy did not take: in the studio they end among its dead letters.
        self.refused: list[Envelope] = []
        self._administrator = administrator

    @property
    def units(self) -> Mapping[str, UnitOfWork[Any]]:
        return {name: service.unit for name, service in self.services.items()}

    @property
    def shelves(self) -> Shelves:
        assert self.house is not None
        return Shelves(self.house, forgetful=self.forgetful)

    def eraser(self, name: str) -> Eraser[Any]:
        """A service's eraser, as `rights_of` makes it, over what lies in memory."""
        service = self.services[name]
        mine = replace(service, inventory=self.inventories.get(name, service.inventory))
        if name in self.forgers:
            mine = replace(mine, settings=settings_with(Ed25519PrivateKey.generate()))
        assert service.unit.fence is not None
        return Eraser(mine, service.unit.fence, None, self.shelves)

    def erase(self, name: str) -> None:
        """One turn of a service's eraser, which is away or not; and letters go out."""
        if name not in self.away:
            self.eraser(name).run()
        self._send_letters()

    def _send_letters(self) -> None:
        sent = "UPDATE mails SET state = 'sent' WHERE state = 'waiting' RETURNING template"
        self.goodbyes += [template for (template,) in self.ask("gateway", sent) if template == gateway_leaving.GOODBYE]

    def leave(self, user_id: UUID) -> Request:
        """Ask for erasure, as privacy's route does."""
        with self.units["privacy"].begin(person=user_id) as work:
            return requests.ask(work, user_id, Kind.ERASURE, policy_version=POLICY, think_again=timedelta(0))

    def request(self, request_id: UUID) -> Request:
        with self.units["privacy"].begin() as work:
            return erasures.read_erasure(work, request_id)

    def chase(self) -> None:
        """What privacy does when an hour is over."""
        self.clock.advance(timedelta(hours=1, seconds=1))
        with self.units["privacy"].begin() as work:
            erasures.chase(work)

    def carry(self) -> None:
        """Bring every event to whoever listens and is not away."""
        for room in self.rooms.values():
            room.publish(list(self.rooms.values()))
        for name, room in self.rooms.items():
            if name not in self.away:
                self._take(room)

    def _take(self, room: Room) -> None:
        arrived, room.arriving[:] = list(room.arriving), []
        for each in arrived:
            try:
                room.arriving.extend(room.consumer.take([each]))
            except StatementRefused:
                self.refused.append(each)

    def settle(self, request_id: UUID, *, rounds: int = _ROUNDS) -> Request:
        """Let everybody work until nothing of the request is open, or for so many rounds."""
        for _ in range(rounds):
            self.carry()
            for name in SERVICES:
                self.erase(name)
            self.clock.advance(timedelta(seconds=2))
            if self.request(request_id).ended_at is not None and not self.leaving():
                break
        self.carry()
        return self.request(request_id)

    def leaving(self) -> int:
        """How many erasures are not over."""
        return sum(len(self.ask(name, "SELECT 1 FROM erasures WHERE state <> 'erased'")) for name in SERVICES) + len(
            self.ask("privacy", "SELECT 1 FROM requests WHERE kind = 'erasure' AND ended_at IS NULL")
        )

    def ask(self, service: str, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.units[service].database.begin() as connection:
            return connection.execute(query.encode(), list(values)).fetchall()

    def traces(self, user_id: UUID) -> set[str]:
        """The tables of all services in which an id can be read, asked for as an administrator."""
        found: set[str] = set()
        with psycopg.connect(self._administrator) as connection:
            tables = connection.execute(
                "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema = ANY(%s)",
                [list(SERVICES)],
            ).fetchall()
            for table in tables:
                query = sql.SQL("SELECT 1 FROM {} AS t WHERE t::text LIKE %s LIMIT 1").format(sql.Identifier(*table))
                if connection.execute(query, [f"%{user_id}%"]).fetchone():
                    found.add(".".join(table))
        return found

    def mend(self) -> None:
        """Everybody does her part again."""
        self.inventories.clear()
        self.away.clear()
        self.forgers.clear()
        self.refused.clear()
        self.goodbyes.clear()
        self.forgetful = False

    @contextmanager
    def stubborn(self, table: str, verb: str) -> Generator[None]:
        """A table whose rows stay as they are while the block lasts, whoever deletes or changes them."""
        where = sql.Identifier(*table.split("."))
        with psycopg.connect(self._administrator, autocommit=True) as connection:
            # A trigger, since connections that have met a rule go on obeying it when it is gone.
            connection.execute(_NOTHING)
            trigger = sql.SQL("CREATE TRIGGER stubborn BEFORE {} ON {} FOR EACH ROW EXECUTE FUNCTION stay()")
            connection.execute(trigger.format(sql.SQL("DELETE" if verb == "DELETE" else "UPDATE"), where))
            try:
                yield
            finally:
                connection.execute(sql.SQL("DROP TRIGGER stubborn ON {}").format(where))

    def clear(self) -> None:
        """Leave nothing to do, and nobody half gone."""
        for name in SERVICES:
            clear(name, self.units[name].database)
            with self.units[name].database.begin() as connection:
                connection.execute("DELETE FROM erasures WHERE state <> 'erased'")
        for room in self.rooms.values():
            room.arriving.clear()
        self.mend()


@contextmanager
def five_services(dsn_of: Callable[[str], str], administrator: str) -> Generator[Five]:
    """All of them, on databases of their own."""
    clock = MovableClock()
    private = {name: Ed25519PrivateKey.generate() for name in SERVICES}
    keys = ReceiptKeys(private=private["privacy"], public={name: public_pem(key) for name, key in private.items()})
    pseudonyms = Pseudonyms(bytes(range(32)))
    builds: Mapping[str, Any] = {
        "gateway": gateway_rooms,
        "generation": generation.repository.Work,
        "billing": rooms_with_codes,
        "privacy": privacy.repository.Work,
        "analytics": analytics.repository.Work,
    }
    subscriptions: Mapping[str, Any] = {
        "gateway": GATEWAY_SUBSCRIPTIONS,
        "generation": generation_subscriptions(read_catalogue()),
        "billing": billing_subscriptions(trial_credits=10),
        "privacy": privacy_subscriptions(keys, Pace(of_probes=1)),
        "analytics": analytics_subscriptions(pseudonyms),
    }
    inventories = dict(zip(SERVICES, (GATEWAY, GENERATION, BILLING, PRIVACY, ANALYTICS), strict=True))
    leaving: Mapping[str, Leaving[Any]] = {
        "gateway": Leaving(
            begin=gateway_leaving.sign_out,
            settled=gateway_leaving.say_goodbye,
            put_elsewhere=gateway_leaving.uploads_of,
            last=True,
        ),
        "generation": Leaving(begin=generation_leaving.end_work, settled=generation_leaving.is_settled),
        "billing": Leaving(begin=billing_leaving.end_payments, settled=billing_leaving.is_settled),
        "privacy": Leaving(settled=erasures.others_are_done, out_of_reach=erasures.out_of_reach),
        "analytics": Leaving(),
    }
    with ExitStack() as stack:
        services: dict[str, Service[Any]] = {}
        rooms: dict[str, Room] = {}
        for place, name in enumerate(SERVICES):
            database = Database(dsn_of(name), application="test")
            stack.callback(database.close)
            unit = UnitOfWork(
                service=name, database=database, build=builds[name], clock=clock, fence=Fence(bytes([place]) * 32)
            )
            services[name] = Service(
                settings=settings_with(private[name]),
                unit=unit,
                migrations=Path(),
                inventory=inventories[name],
                leaving=leaving[name],
                pseudonyms=partial(names_of, unit, pseudonyms) if name == "analytics" else (lambda _: ()),
            )
            both = {**subscriptions[name], **rights_of(services[name]).subscriptions}
            rooms[name] = Room.of(services[name].unit, both)
            stack.callback(rooms[name].close)
        yield Five(clock=clock, services=services, rooms=rooms, administrator=administrator, keys=keys)


def names_of(unit: UnitOfWork[Any], pseudonyms: Pseudonyms, user_id: UUID) -> Sequence[bytes]:
    with unit.begin() as work:
        return analytics.use_cases.names_of(work, user_id, pseudonyms=pseudonyms)


def settings_with(key: Ed25519PrivateKey) -> ServiceSettings:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return ServiceSettings(
        mode="local",
        database_url=SecretStr("postgresql://unused"),
        broker_url=SecretStr("amqp://unused"),
        token_public_key=PUBLIC_KEY,
        receipt_private_key=SecretStr(pem),
    )
