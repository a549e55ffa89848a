"""The life of an upload's clock on real Postgres."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts import EVENTS, Event, decode
from common.contracts.gateway import ImageUploaded
from common.contracts.generation import FigurineFailed, ImageDeleted
from common.contracts.rights import PromiseBroken
from common.database import Database
from common.errors import NotYet
from common.work import UnitOfWork
from privacy import use_cases
from privacy.domain import Retention
from privacy.jobs import OLDEST_UPLOAD, OPEN_CLOCKS, OVERDUE_CLOCKS, watch_clocks
from privacy.repository import Work

DAY = timedelta(hours=24)


@pytest.fixture
def published(database: Database) -> Callable[[], list[Event]]:
    """The events that wait for the relay."""

    def published() -> list[Event]:
        with database.begin() as connection:
            rows = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
        return [decode(body, EVENTS).event for (body,) in rows]

    return published


@pytest.fixture
def uploaded(clock: MovableClock) -> ImageUploaded:
    return ImageUploaded(
        figurine_id=clock.new_id(),
        upload_id=clock.new_id(),
        user_id=clock.new_id(),
        style="window-box",
        variants=1,
        aspect_ratio="1:1",
        seed=1,
        uploaded_at=clock.now(),
        delete_by=clock.now() + DAY,
    )


@pytest.fixture
def deleted(uploaded: ImageUploaded) -> ImageDeleted:
    return ImageDeleted(
        upload_id=uploaded.upload_id,
        figurine_id=uploaded.figurine_id,
        user_id=uploaded.user_id,
        reason="generated",
        deleted_at=uploaded.uploaded_at + timedelta(seconds=30),
    )


def findings(database: Database, upload_id: UUID) -> list[tuple[bool, dict[str, object]]]:
    with database.begin() as connection:
        return connection.execute(
            "SELECT kept, fact FROM evidence WHERE upload_id = %s ORDER BY id", [upload_id]
        ).fetchall()


def test_a_deletion_that_comes_before_its_upload_waits(unit: UnitOfWork[Work], deleted: ImageDeleted) -> None:
    with pytest.raises(NotYet), unit.begin() as work:
        use_cases.prove_deletion(work, deleted)


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_of_two_ends_the_earlier_is_remembered_whichever_is_told_first(
    unit: UnitOfWork[Work], uploaded: ImageUploaded, database: Database, order: tuple[int, int]
) -> None:
    with unit.begin() as work:
        for seconds in order:
            failed = FigurineFailed(
                figurine_id=uploaded.figurine_id,
                user_id=uploaded.user_id,
                style=uploaded.style,
                code="cancelled",
                failed_at=uploaded.uploaded_at + timedelta(seconds=seconds),
            )
            use_cases.remember_failed(work, failed)
    with database.begin() as connection:
        ended = connection.execute(
            "SELECT ended_at FROM endings WHERE figurine_id = %s", [uploaded.figurine_id]
        ).fetchall()
    assert ended == [(uploaded.uploaded_at + timedelta(seconds=1),)]


def test_an_upload_past_its_deadline_breaks_the_promise_once(
    unit: UnitOfWork[Work],
    clock: MovableClock,
    uploaded: ImageUploaded,
    database: Database,
    published: Callable[[], list[Event]],
) -> None:
    with unit.begin() as work:
        use_cases.start_clock(work, uploaded)
    clock.advance(DAY)
    assert watch_clocks(unit) == 0
    clock.advance(timedelta(seconds=90))
    assert [watch_clocks(unit), watch_clocks(unit)] == [1, 0]
    (broken,) = published()
    assert isinstance(broken, PromiseBroken)
    assert broken.promise == "K1"
    assert str(uploaded.upload_id) in broken.detail
    assert "90 s" in broken.detail
    assert str(uploaded.user_id) not in broken.detail
    ((kept, fact),) = findings(database, uploaded.upload_id)
    assert not kept
    assert fact["late_seconds"] == 90


def test_a_deletion_after_the_deadline_is_filed_as_a_broken_promise(
    unit: UnitOfWork[Work], uploaded: ImageUploaded, deleted: ImageDeleted, database: Database
) -> None:
    late = deleted.model_copy(update={"deleted_at": uploaded.uploaded_at + DAY + timedelta(seconds=1)})
    with unit.begin() as work:
        use_cases.start_clock(work, uploaded)
        use_cases.prove_deletion(work, late)
    assert [kept for kept, _ in findings(database, uploaded.upload_id)] == [False]


def test_of_many_reporters_at_once_each_late_upload_is_reported_by_one(
    unit: UnitOfWork[Work], clock: MovableClock, uploaded: ImageUploaded, published: Callable[[], list[Event]]
) -> None:
    with unit.begin() as work:
        for _ in range(20):
            ids = {name: clock.new_id() for name in ("upload_id", "figurine_id")}
            use_cases.start_clock(work, uploaded.model_copy(update=ids))
    clock.advance(2 * DAY)

    def report(_: int) -> int:
        with unit.begin() as work:
            return use_cases.report_overdue(work, limit=5)

    with ThreadPoolExecutor(4) as reporters:
        reported = sum(reporters.map(report, range(12)))
    assert reported == len(published()) == 20


def test_of_many_deletions_at_once_one_is_filed(
    unit: UnitOfWork[Work], uploaded: ImageUploaded, deleted: ImageDeleted, database: Database
) -> None:
    with unit.begin() as work:
        use_cases.start_clock(work, uploaded)

    def prove(_: int) -> None:
        with unit.begin() as work:
            use_cases.prove_deletion(work, deleted)

    with ThreadPoolExecutor(4) as provers:
        list(provers.map(prove, range(12)))
    assert len(findings(database, uploaded.upload_id)) == 1


def test_an_operator_sees_how_many_uploads_are_held_and_for_how_long(
    unit: UnitOfWork[Work], clock: MovableClock, uploaded: ImageUploaded
) -> None:
    later = uploaded.model_copy(
        update={
            "upload_id": clock.new_id(),
            "figurine_id": clock.new_id(),
            "uploaded_at": clock.now() + DAY / 2,
            "delete_by": clock.now() + 2 * DAY,
        }
    )
    with unit.begin() as work:
        use_cases.start_clock(work, uploaded)
        use_cases.start_clock(work, later)
    clock.advance(DAY + timedelta(hours=1))
    watch_clocks(unit)
    shown = [gauge.collect()[0].samples[0].value for gauge in (OPEN_CLOCKS, OVERDUE_CLOCKS, OLDEST_UPLOAD)]
    assert shown == [2, 1, 25 * 3600]


def test_where_nothing_is_held_nothing_is_old(unit: UnitOfWork[Work]) -> None:
    with unit.begin() as work:
        assert use_cases.read_retention(work) == Retention(open=0, overdue=0, oldest_seconds=0, last_deletion_at=None)


@pytest.mark.parametrize("statement", ["UPDATE evidence SET kept = true", "DELETE FROM evidence", "TRUNCATE evidence"])
def test_the_service_cannot_take_back_what_it_found(database: Database, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.begin() as connection:
        connection.execute(statement.encode())


def test_the_database_itself_refuses_a_deadline_beyond_a_day(database: Database) -> None:
    now = SYSTEM_CLOCK.now()
    row = [*(SYSTEM_CLOCK.new_id() for _ in range(3)), now, now + DAY + timedelta(seconds=1)]
    with pytest.raises(psycopg.errors.CheckViolation), database.begin() as connection:
        connection.execute(
            "INSERT INTO clocks (upload_id, figurine_id, user_id, uploaded_at, due_at) VALUES (%s, %s, %s, %s, %s)", row
        )
