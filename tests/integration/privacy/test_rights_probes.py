"""What privacy looks at for the rights of people, and that it is seen when one of them is not answered."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts.rights import UserDataErased
from common.database import Database
from common.erasure.statements import ClassOutcome, Statement, public_pem, sign
from common.probes import Finding, Found, Look
from common.storage import ObjectStore
from common.work import UnitOfWork
from privacy.domain import HOLDERS
from privacy.domain import Kind as RequestKind
from privacy.jobs import rights_probes
from privacy.jobs.rights_probes import probes
from privacy.ports import ArchiveStore, ReceiptKeys
from privacy.repository import Work
from privacy.use_cases import erasures, requests
from tests.integration.privacy.copying import Copying

HOUR = timedelta(hours=1)
KEYS = {service: Ed25519PrivateKey.generate() for service in HOLDERS}
RECEIPTS = ReceiptKeys(private=KEYS["privacy"], public={name: public_pem(key) for name, key in KEYS.items()})
Admin = Callable[..., None]


class S3(Protocol):
    endpoint: str
    access_key: str
    secret_key: str
    ca_file: Path
    buckets: Mapping[str, str]


@pytest.fixture
def admin(admin_dsn: str) -> Admin:
    """What the service's role may not do itself."""

    def admin(query: str, *values: object) -> None:
        with psycopg.connect(admin_dsn) as connection:
            connection.execute("SET search_path = privacy")
            connection.execute(query.encode(), values)

    return admin


@pytest.fixture
def copying(unit: UnitOfWork[Work], clock: MovableClock, s3: S3, admin: Admin) -> Iterator[Copying]:
    store = ObjectStore(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file)
    for table in ("archives", "receipts", "requests"):
        admin(f"DELETE FROM {table}")  # noqa: S608 - names from the line above
    yield Copying(unit=unit, clock=clock, store=store, bucket=s3.buckets["exports"])
    for found in list(store.list(s3.buckets["exports"])):
        store.delete(s3.buckets["exports"], found.key)
    for table in ("archives", "receipts", "requests"):
        admin(f"DELETE FROM {table}")  # noqa: S608 - names from the line above


@pytest.fixture
def at(copying: Copying, database: Database, clock: MovableClock) -> Callable[[str], Finding]:
    looks = {probe.promise: probe for probe in probes(RECEIPTS, copying.shelf)}
    return lambda promise: looks[promise].check(Look(database=database, clock=clock))


def test_a_copy_that_does_not_come_is_late_and_one_that_is_gathered_is_not(
    copying: Copying, at: Callable[[str], Finding], ada: UUID, clock: MovableClock
) -> None:
    request = copying.ask(ada)
    clock.advance(HOUR + HOUR / 2)
    assert at("R1").state is Found.KEPT
    clock.advance(HOUR)
    assert (at("R1").state, at("R1").figures["late"]) == (Found.BROKEN, 1)
    copying.give_others(request)
    assert copying.desk().assemble_next() == 1
    assert (at("R1").state, at("R1").figures["slowest_seconds"]) == (Found.KEPT, 2.5 * 3600)


def test_a_copy_that_lacks_a_part_for_a_day_is_not_the_copy_that_was_promised(
    copying: Copying, at: Callable[[str], Finding], ada: UUID, clock: MovableClock
) -> None:
    request = copying.ask(ada)
    copying.give_others(request, "billing")
    clock.advance(HOUR)
    assert copying.desk().assemble_next() == 1
    assert at("R1").state is Found.KEPT
    assert at("R4").state is Found.KEPT
    clock.advance(25 * HOUR)
    assert (at("R1").state, at("R1").figures["lacking"]) == (Found.BROKEN, 1)


def test_an_archive_that_is_not_where_it_was_put_is_missed_until_its_week_is_over(
    copying: Copying, at: Callable[[str], Finding], ada: UUID, clock: MovableClock
) -> None:
    request = copying.ask(ada)
    copying.give_others(request)
    assert at("R4").figures["archives"] == 0
    assert copying.desk().assemble_next() == 1
    assert (at("R4").state, at("R4").figures["archives"]) == (Found.KEPT, 1)
    copying.store.delete(copying.bucket, f"{request.id}/archive-1.zip")
    assert (at("R4").state, at("R4").figures["strange"]) == (Found.BROKEN, 1)
    clock.advance(timedelta(days=8))
    assert at("R4").state is Found.KEPT


def test_an_archive_that_was_cut_short_is_noticed(copying: Copying, at: Callable[[str], Finding], ada: UUID) -> None:
    request = copying.ask(ada)
    copying.give_others(request)
    assert copying.desk().assemble_next() == 1
    copying.sealed.put(f"{request.id}/archive-1.zip", b"PK", owner=str(ada))
    assert at("R4").state is Found.BROKEN


def erased(unit: UnitOfWork[Work], clock: MovableClock) -> UUID:
    """Somebody left, and every service said so."""
    with unit.begin() as work:
        request = requests.ask(
            work, SYSTEM_CLOCK.new_id(), RequestKind.ERASURE, policy_version="2026-11-01", think_again=timedelta(0)
        )
        requests.begin_due(work)
    for service in HOLDERS:
        now = clock.now()
        statement = Statement(
            request_id=request.id,
            service=service,
            plan="0" * 64,
            fenced_at=now,
            erased_at=now,
            classes={"things": ClassOutcome(what="Things", found=1, erased=1)},
        ).text()
        event = UserDataErased(
            request_id=request.id,
            service=service,
            residue=0,
            statement=statement,
            signature=sign(KEYS[service], statement),
        )
        with unit.begin() as work:
            erasures.note_erased(work, event, keys=RECEIPTS)
    return request.id


def test_receipts_of_who_left_are_read_and_hold(
    copying: Copying, at: Callable[[str], Finding], clock: MovableClock
) -> None:
    assert at("R3").state is Found.KEPT
    for _ in range(3):
        erased(copying.unit, clock)
    found = at("R3")
    assert (found.state, found.figures["deletions"], found.figures["receipts"]) == (Found.KEPT, 3, 3), found.checked


def test_receipts_are_read_in_parts_each_without_a_gap(
    copying: Copying, at: Callable[[str], Finding], clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights_probes, "_RECEIPTS", 3)
    for _ in range(8):
        erased(copying.unit, clock)
    found = [at("R3") for _ in range(20)]
    assert {each.state for each in found} == {Found.KEPT}, {each.checked for each in found}
    # The newest three, and up to three from anywhere.
    assert {int(each.figures["receipts"]) for each in found} <= {3, 4, 5, 6}


@pytest.mark.parametrize(
    ("forgery", "told"),
    [
        ("UPDATE receipts SET body = replace(body, 'erased', 'eraced') WHERE request_id = %s", "was changed"),
        ("UPDATE receipts SET digest = sha256('another') WHERE request_id = %s", "the digest of receipt 2"),
        ("DELETE FROM receipts WHERE request_id = %s", "1 have no receipt"),
    ],
)
def test_a_receipt_that_was_changed_or_taken_out_is_noticed(
    copying: Copying, at: Callable[[str], Finding], clock: MovableClock, admin: Admin, *, forgery: str, told: str
) -> None:
    requests_of = [erased(copying.unit, clock) for _ in range(3)]
    admin(forgery, requests_of[1])
    found = at("R3")
    assert found.state is Found.BROKEN
    assert told in found.checked


def test_a_receipt_that_says_something_is_left_proves_no_deletion(
    copying: Copying, at: Callable[[str], Finding], clock: MovableClock, admin: Admin
) -> None:
    request_id = erased(copying.unit, clock)
    with copying.unit.begin() as work:
        receipt = work.receipts.of(request_id)
    assert receipt is not None
    said: dict[str, Any] = json.loads(receipt.body)
    part = said["services"]["billing"]
    part["statement"] = part["statement"].replace('"residue":0', '"residue":2')
    part["signature"] = sign(KEYS["billing"], part["statement"])
    body = json.dumps(said, sort_keys=True, separators=(",", ":"))
    admin(
        "UPDATE receipts SET body = %s, signature = %s WHERE request_id = %s",
        body,
        sign(KEYS["privacy"], body),
        request_id,
    )
    assert at("R3").state is Found.BROKEN


def test_where_there_are_no_keys_and_no_store_nothing_is_promised(database: Database, clock: MovableClock) -> None:
    nobody: ArchiveStore | None = None
    looks = {probe.promise: probe for probe in probes(None, nobody)}
    look = Look(database=database, clock=clock)
    assert [looks[promise].check(look).state for promise in ("R3", "R4")] == [Found.NOT_APPLICABLE] * 2
