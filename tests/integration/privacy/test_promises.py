"""Findings on a real Postgres: signed, chained, judged, told once, and never changed."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.clock import MovableClock
from common.contracts import Event
from common.contracts.promises import PROMISES, witness_of
from common.contracts.rights import PromiseBroken, PromiseChecked
from common.database import Database
from common.erasure.statements import public_pem, sign
from common.probes import Finding, Found, Look, statement_of
from common.storage import ObjectStore
from common.work import UnitOfWork
from privacy.adapters.anchors import S3Anchors
from privacy.checking import main
from privacy.domain.promises import State
from privacy.jobs.probes import look_at_the_chain
from privacy.jobs.promises import anchor_proofs
from privacy.ports import Pace, ReceiptKeys
from privacy.repository import Work
from privacy.use_cases import promises
from privacy.use_cases.promises import FindingRefused
from tests.fixtures.storage import S3

PACE = Pace()
KEYS = {name: Ed25519PrivateKey.generate() for name in ("privacy", "billing")}
RECEIPTS = ReceiptKeys(private=KEYS["privacy"], public={name: public_pem(key) for name, key in KEYS.items()})
LEDGER = witness_of("U7", "the books balance")


@pytest.fixture(autouse=True)
def _nothing_found_yet(database: Database, admin_dsn: str) -> None:
    # Only the administrator can: the service's role may not take back what was found.
    with psycopg.connect(admin_dsn) as connection:
        for table in ("proofs", "probe_states", "promise_states", "promise_days"):
            connection.execute(f"DELETE FROM privacy.{table}".encode())  # noqa: S608 - names from the line above


def finding(
    clock: MovableClock,
    found: Found = Found.KEPT,
    *,
    service: str = "billing",
    signed_by: str = "billing",
    ago: timedelta = timedelta(0),
) -> PromiseChecked:
    seen = Finding(state=found, checked=f"It was {found}.", figures={"laws": 0})
    at = clock.now() - ago
    text = statement_of(seen, promise=LEDGER.promise, probe=LEDGER.probe, service=service, at=at)
    return PromiseChecked(
        promise=LEDGER.promise,
        probe=LEDGER.probe,
        service=service,
        statement=text,
        signature=sign(KEYS[signed_by], text),
    )


def file(unit: UnitOfWork[Work], *events: PromiseChecked) -> None:
    for event in events:
        with unit.begin() as work:
            promises.file_finding(work, event, keys=RECEIPTS, pace=PACE)


def standing(unit: UnitOfWork[Work]) -> State:
    with unit.begin() as work:
        return promises.judge_one(work, LEDGER.promise, pace=PACE.of_probes)


def told(published: Callable[[], list[Event]]) -> list[str]:
    return [event.detail for event in published() if isinstance(event, PromiseBroken) and event.promise == "U7"]


def test_a_promise_turns_red_when_it_is_found_broken_and_green_when_it_is_seen_whole(
    unit: UnitOfWork[Work], clock: MovableClock, published: Callable[[], list[Event]]
) -> None:
    assert standing(unit) is State.STALE
    file(unit, finding(clock))
    assert standing(unit) is State.KEPT
    clock.advance(timedelta(minutes=1))
    file(unit, finding(clock, Found.BROKEN), finding(clock, Found.BROKEN))
    assert standing(unit) is State.BROKEN
    clock.advance(timedelta(minutes=1))
    file(unit, finding(clock))
    assert standing(unit) is State.KEPT
    # Told when it turned red: once, whatever was found again.
    assert told(published) == ["It was broken."]


def test_what_nobody_looks_at_any_more_turns_stale_and_is_told_once(
    unit: UnitOfWork[Work], clock: MovableClock, published: Callable[[], list[Event]]
) -> None:
    file(unit, finding(clock))
    clock.advance(LEDGER.fresh_for(1) + timedelta(seconds=1))
    assert [standing(unit) for _ in range(3)] == [State.STALE] * 3
    assert told(published) == ["Nothing has looked at it for too long."]


def test_a_finding_that_comes_late_does_not_cover_a_newer_one(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    file(unit, finding(clock, Found.BROKEN), finding(clock, Found.KEPT, ago=timedelta(minutes=2)))
    assert standing(unit) is State.BROKEN
    # And one from a clock that runs ahead is not the newest for ever.
    file(unit, finding(clock, Found.BROKEN, ago=-timedelta(hours=9)))
    clock.advance(timedelta(minutes=1))
    file(unit, finding(clock, Found.KEPT))
    assert standing(unit) is State.KEPT


@pytest.mark.parametrize(
    "change",
    [
        {"signed_by": "privacy"},
        {"service": "privacy", "signed_by": "privacy"},
        {"service": "stranger"},
    ],
)
def test_a_finding_that_its_service_did_not_sign_or_was_not_asked_for_counts_as_none(
    unit: UnitOfWork[Work], clock: MovableClock, change: dict[str, Any]
) -> None:
    with pytest.raises(FindingRefused), unit.begin() as work:
        promises.file_finding(work, finding(clock, **change), keys=RECEIPTS, pace=PACE)
    assert standing(unit) is State.STALE


def test_the_service_itself_can_neither_change_nor_take_back_what_was_found(
    unit: UnitOfWork[Work], clock: MovableClock, database: Database
) -> None:
    file(unit, finding(clock, Found.BROKEN))
    for statement in (
        b"UPDATE proofs SET state = 'kept'",
        b"DELETE FROM proofs",
        b"TRUNCATE proofs",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), database.begin() as connection:
            connection.execute(statement)
    with unit.begin() as work:
        assert promises.forget_proofs(work) == 0
        assert [proof.state for proof in work.proofs.chain(after=0, limit=9)] == [State.BROKEN]


class TestTheChain:
    @pytest.fixture
    def anchors(self, s3: S3) -> S3Anchors:
        store = ObjectStore(
            endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file
        )
        bucket = s3.buckets["anchors"]
        for found in list(store.list(bucket, "")):
            store.delete(bucket, found.key)
        return S3Anchors(store, RECEIPTS, bucket=bucket)

    @pytest.fixture
    def look(self, database: Database, clock: MovableClock) -> Look:
        return Look(database=database, clock=clock)

    @pytest.fixture
    def found(self, unit: UnitOfWork[Work], clock: MovableClock, anchors: S3Anchors) -> None:
        file(unit, *(finding(clock, state) for state in (Found.KEPT, Found.BROKEN, Found.KEPT, Found.KEPT)))
        anchor_proofs(unit, anchors)

    @pytest.mark.usefixtures("found")
    def test_it_holds_while_nobody_touches_it(self, look: Look, anchors: S3Anchors) -> None:
        seen = look_at_the_chain(look, RECEIPTS, anchors)
        assert (seen.state, seen.figures["last"], seen.figures["anchored"]) == (Found.KEPT, 4, 4)

    @pytest.mark.usefixtures("found")
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE privacy.proofs SET body = replace(body, 'broken', 'kept') WHERE number = 2",
            "UPDATE privacy.proofs SET digest = '\\x00' WHERE number = 3",
            "DELETE FROM privacy.proofs WHERE number = 2",
            # Cut off at the end: the chain that is left fits, and is shorter than it was.
            "DELETE FROM privacy.proofs WHERE number > 2",
            # And at the beginning, where only what is old may go.
            "DELETE FROM privacy.proofs WHERE number < 5",
        ],
    )
    def test_whoever_owns_the_database_is_found_out(
        self, unit: UnitOfWork[Work], look: Look, anchors: S3Anchors, admin_dsn: str, statement: str
    ) -> None:
        with psycopg.connect(admin_dsn) as connection:
            connection.execute(statement.encode())
        assert look_at_the_chain(look, RECEIPTS, anchors).state is Found.BROKEN
        # Nor does the next anchor cover it up.
        before = anchors.head()
        anchor_proofs(unit, anchors)
        if "number > 2" in statement:
            assert anchors.head() == before

    @pytest.mark.usefixtures("found")
    def test_an_anchor_that_somebody_else_wrote_is_found_out(self, look: Look, anchors: S3Anchors, s3: S3) -> None:
        stranger = ReceiptKeys(private=Ed25519PrivateKey.generate(), public=RECEIPTS.public)
        head = anchors.head()
        assert head is not None
        store = ObjectStore(
            endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file
        )
        S3Anchors(store, stranger, bucket=s3.buckets["anchors"]).put(head)
        assert look_at_the_chain(look, RECEIPTS, anchors).state is Found.BROKEN

    @pytest.mark.usefixtures("found")
    def test_anybody_verifies_it_offline(
        self, unit: UnitOfWork[Work], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with unit.begin() as work:
            chain = promises.read_chain(work, after=0, limit=9)
        items = [{"body": proof.body, "signature": proof.signature} for proof in chain]
        keys, page = tmp_path / "keys.json", tmp_path / "findings.json"
        keys.write_text(json.dumps({"keys": RECEIPTS.public}))
        page.write_text(json.dumps({"items": items, "keys": {}}))
        assert main(["--keys", str(keys), str(page)]) == 0
        assert "4 findings without a gap" in capsys.readouterr().out
        items[1]["body"] = items[1]["body"].replace("broken", "kept")
        page.write_text(json.dumps({"items": items, "keys": {}}))
        assert main(["--keys", str(keys), str(page)]) == 1
        page.write_text(json.dumps({"items": [items[0], items[2]], "keys": {}}))
        assert main(["--keys", str(keys), str(page)]) == 0
        assert "without a gap" not in capsys.readouterr().out


def test_every_promise_is_shown_with_what_was_seen_and_its_minutes(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    file(unit, finding(clock))
    with unit.begin() as work:
        shown = {each.promise: each for each in promises.read_promises(work, pace=1)}
    assert shown.keys() == PROMISES.keys()
    ledger = shown["U7"]
    assert (ledger.state, ledger.proven_at, ledger.checked) == (State.KEPT, clock.now(), "It was kept.")
    assert [(day.kept, day.broken) for day in ledger.days] == [(1, 0)]
    assert (shown["C1"].state, shown["C1"].proven_at) == (State.STALE, None)
