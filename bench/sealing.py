"""What it costs that every person has a key of her own.

    python -m bench.sealing [--rounds 300]

Each line in three ways that take turns: everything under the service's keyring, as it was before; under the person's
key when the process has used it within the last half minute; and when it has to be read first. Only the ratios mean
anything. Then what it takes to move what was there before.
"""

import argparse
import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from time import perf_counter
from typing import Final
from uuid import UUID, uuid4

from bench.events_servers import DIRECTORY
from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.migrations import migrate
from common.person_keys import PersonKeys, reseal_rows, rewrap_keys
from common.sealing import Keyring, Sealer
from common.storage import ObjectStore, SealedBucket
from gateway.domain.figurines import Figurine, State
from gateway.domain.people import Account
from gateway.inventory import INVENTORY
from gateway.repository.accounts import Accounts
from gateway.repository.figurines import Figurines
from ops.embedded.seaweedfs import make_buckets
from ops.embedded.site import PROJECT
from ops.embedded.stack import Stack

MIGRATIONS = PROJECT / "services/gateway/gateway/migrations"
INDEX_KEY = bytes(32)
KEYRING = Keyring({1: bytes(range(32))}, current=1)
ROTATED = Keyring({1: bytes(range(32)), 2: bytes(range(32, 64))}, current=2)
WAYS: Final = ("keyring", "at hand", "read first")
PICTURE = Random(1).randbytes(1_500_000)
SMALL = Random(2).randbytes(60_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Servers, and two people: one of before, and one with a key."""

    database: Database
    store: ObjectStore
    bucket: str
    keys: PersonKeys
    old: UUID
    new: UUID

    @contextmanager
    def sealing(self, way: str) -> Iterator[tuple[Figurines, Accounts, Sealer, UUID]]:
        """A transaction that seals in one of the three ways."""
        if way == "read first":
            self.keys.forget(self.new)
        with self.database.begin() as connection:
            sealer = Sealer(KEYRING) if way == "keyring" else self.keys.sealer(connection, SYSTEM_CLOCK)
            rooms = Figurines(connection, SYSTEM_CLOCK, sealer), Accounts(connection, SYSTEM_CLOCK, sealer, INDEX_KEY)
            yield *rooms, sealer, self.old if way == "keyring" else self.new

    def files(self, way: str) -> tuple[SealedBucket, UUID]:
        """A bucket that seals in one of the three ways."""
        if way == "read first":
            self.keys.forget(self.new)
        sealer = Sealer(KEYRING) if way == "keyring" else self.keys.sealer_of(self.database, SYSTEM_CLOCK)
        return SealedBucket(self.store, self.bucket, sealer, "bench"), self.old if way == "keyring" else self.new


def transaction(place: Place, way: str) -> None:
    with place.sealing(way) as (_, accounts, _, owner):
        accounts.verify(owner)


def seal(place: Place, way: str) -> None:
    with place.sealing(way) as (_, accounts, sealer, owner):
        accounts.verify(owner)
        sealer.seal(b"Ada of Berlin", owner=str(owner), purpose="bench")


def account(place: Place, way: str) -> None:
    with place.sealing(way) as (_, accounts, _, owner):
        assert accounts.find(owner)


def listing(place: Place, way: str) -> None:
    with place.sealing(way) as (figurines, _, _, owner):
        page = figurines.page(owner, before=None, limit=20, style=None, state=None, favourite=None)
        assert len(page) == 20


def read_picture(place: Place, way: str) -> None:
    bucket, owner = place.files(way)
    bucket.read(f"{owner}/picture", owner=str(owner))


def read_small(place: Place, way: str) -> None:
    bucket, owner = place.files(way)
    bucket.read(f"{owner}/small", owner=str(owner))


def write_small(place: Place, way: str) -> None:
    bucket, owner = place.files(way)
    bucket.put(f"{owner}/written", SMALL, owner=str(owner))


QUESTIONS: Final[Mapping[str, Callable[[Place, str], None]]] = {
    "a transaction with nothing sealed": transaction,
    "the same, and one value sealed": seal,
    "an account: two values opened": account,
    "a page of 20 figurines: 40 values opened": listing,
    "a small picture read, 60 kB": read_small,
    "a picture read, 1.5 MB": read_picture,
    "a small picture stored, 60 kB": write_small,
}


def populate(place: Place) -> None:
    """The same for both: an account, 20 figurines with notes, two pictures."""
    for way in WAYS[:2]:
        with place.sealing(way) as (figurines, accounts, _, owner):
            email = f"{owner}@example.org"
            ada = Account(
                id=owner,
                email=email,
                name="Ada",
                password_hash="none",
                verified_at=None,
                created_at=SYSTEM_CLOCK.now(),
            )
            accounts.add(ada, policy_version="bench")
            for number in range(20):
                figurines.add(ordered(owner, number))
        bucket, owner = place.files(way)
        bucket.put(f"{owner}/picture", PICTURE, owner=str(owner))
        bucket.put(f"{owner}/small", SMALL, owner=str(owner))


def ordered(owner: UUID, number: int) -> Figurine:
    return Figurine(
        id=SYSTEM_CLOCK.new_id(),
        account_id=owner,
        upload_id=SYSTEM_CLOCK.new_id(),
        state=State.RECEIVED,
        style="bench",
        variants=1,
        aspect_ratio="1:1",
        title=f"Number {number}",
        note="in the garden, with a hat",
        price=1,
        engine=None,
        pictures=(),
        failure_code=None,
        created_at=SYSTEM_CLOCK.now(),
        finished_at=None,
    )


def measure(place: Place, rounds: int) -> dict[str, dict[str, float]]:
    """The median of each question in each way, in milliseconds; the ways take turns."""
    found: dict[str, dict[str, float]] = {}
    for question, ask in QUESTIONS.items():
        taken: dict[str, list[float]] = {way: [] for way in WAYS}
        for _ in range(rounds):
            for way in WAYS:
                began = perf_counter()
                ask(place, way)
                taken[way].append((perf_counter() - began) * 1000)
        found[question] = {way: statistics.median(each) for way, each in taken.items()}
    return found


def move(place: Place, objects: int) -> dict[str, float]:
    """What it takes to move what was there before, in milliseconds for each."""
    old, owner = SealedBucket(place.store, place.bucket, Sealer(KEYRING), "bench"), uuid4()
    for number in range(objects):
        old.put(f"{owner}/{number}", SMALL, owner=str(owner))
    with place.sealing("keyring") as (figurines, _, _, of_before):
        for number in range(1000):
            figurines.add(ordered(of_before, number))
    bucket, _ = place.files("at hand")
    before = datetime.now(UTC) + timedelta(minutes=1)
    began = perf_counter()
    moved = bucket.reseal(f"{owner}/", owner=str(owner), settled_before=before).moved
    each_object = (perf_counter() - began) * 1000 / moved
    began = perf_counter()
    values = sum(iter(lambda: reseal_rows(place.database, INVENTORY, place.keys, SYSTEM_CLOCK), 0))
    each_value = (perf_counter() - began) * 1000 / values
    with place.database.begin() as connection:
        place.keys.of(connection, SYSTEM_CLOCK, [uuid4() for _ in range(2000)])
    began = perf_counter()
    keys = sum(iter(lambda: rewrap_keys(place.database, ROTATED), 0))
    return {
        "an object of 60 kB moved": each_object,
        "a value moved": each_value,
        "a key wrapped again": (perf_counter() - began) * 1000 / keys,
    }


@contextmanager
def place() -> Iterator[Place]:
    """Postgres and the store of a stack of its own, gone afterwards."""
    Stack(DIRECTORY).remove()
    stack = Stack(DIRECTORY)
    stack.start_servers()
    try:
        dsn = stack.postgres.admin_url()
        migrate(dsn, MIGRATIONS)
        database = Database(dsn, application="bench")
        store = ObjectStore(
            endpoint=stack.seaweedfs.endpoint,
            access_key="operator",
            secret_key=stack.seaweedfs.secret_key("operator"),
            ca_file=stack.site.ca,
        )
        make_buckets(store._client, ("bench",))  # noqa: SLF001 - a bucket that is encrypted, as the studio's are
        keys = PersonKeys(KEYRING)
        yield Place(database=database, store=store, bucket="bench", keys=keys, old=uuid4(), new=uuid4())
        database.close()
    finally:
        stack.remove()


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.sealing")
    parser.add_argument("--rounds", type=int, default=300)
    rounds = parser.parse_args().rounds
    with place() as here:
        populate(here)
        measure(here, 5)  # first connections, first plans
        found = measure(here, rounds)
        moved = move(here, objects=200)
    print(f"{'milliseconds, median':<44}{'keyring':>10}{'her key, at hand':>20}{'read first':>18}")
    for question, ways in found.items():
        plain, *others = (ways[way] for way in WAYS)
        told = "".join(f"{each:>11.3f} {each / plain:>5.2f}x" for each in others)
        print(f"{question:<44}{plain:>10.3f}  {told}")
    print()
    for what, each in moved.items():
        print(f"{what:<44}{each:>10.3f} ms each")


if __name__ == "__main__":
    main()
