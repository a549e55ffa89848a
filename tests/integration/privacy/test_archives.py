"""Copies of a person's data: put together from every part, complete or saying what is missing, gone in a week."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

import pytest

from common.clock import MovableClock
from common.contracts import Event
from common.contracts.billing import MailRequested
from common.contracts.privacy import ExportRequested
from common.database import Database
from common.parts import Kind
from common.parts.layout import Draft
from common.storage import ObjectStore
from common.work import UnitOfWork
from ops.services import SERVICES
from privacy.domain import HOLDERS, NoSuchRequest, RequestState
from privacy.domain import Kind as RequestKind
from privacy.domain.archives import ARCHIVE_KEPT, ASKED_AGAIN_AFTER, FRESH_COPY, ArchiveExpired, ArchiveNotReady
from privacy.domain.requests import ANSWER_WITHIN
from privacy.jobs.archives import LEASE
from privacy.repository import Work
from privacy.use_cases import archives
from tests.integration.privacy.copying import Copying, copying_in, cover, draft, record


class S3(Protocol):
    endpoint: str
    access_key: str
    secret_key: str
    ca_file: Path
    buckets: Mapping[str, str]


@pytest.fixture
def copying(unit: UnitOfWork[Work], clock: MovableClock, s3: S3) -> Iterator[Copying]:
    store = ObjectStore(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file)
    with copying_in(unit, clock, store, s3.buckets["exports"]) as copying:
        yield copying


@pytest.fixture
def mails(published: Callable[[], list[Event]]) -> Callable[[], list[dict[str, str]]]:
    return lambda: [event.parameters for event in published() if isinstance(event, MailRequested)]


def test_an_archive_is_there_when_every_service_has_given_its_part(
    copying: Copying, ada: UUID, mails: Callable[[], list[dict[str, str]]], published: Callable[[], list[Event]]
) -> None:
    request = copying.ask(ada)
    assert [event.request_id for event in published() if isinstance(event, ExportRequested)] == [request.id]
    assert request.state is RequestState.EXECUTING
    copying.give_others(request, "billing")
    assert copying.desk().assemble_next() == 0
    assert copying.read(request).missing == ["billing"]
    with pytest.raises(ArchiveNotReady):
        copying.fetch(request)
    copying.give(request, "billing")
    assert copying.desk().assemble_next() == 1
    assert copying.read(request).state is RequestState.READY
    assert copying.stored(request) == ["archive-1.zip"]
    assert len(mails()) == 1
    assert mails()[0]["missing"] == ""


def figurines_of_ada() -> list[Draft]:
    """A part with rows, pictures with their small copies, and one picture that is broken."""
    rows = [{"id": number, "name": "Ä\n<b>"} for number in range(3)]
    data = b"[" + b",".join(b"\n  " + json.dumps(row).encode() for row in rows) + b"\n]\n"
    columns = {"id": "Its id.", "name": "Its name."}
    return [
        draft("data/f/f.json", data, Kind.DATA),
        draft("pictures/broken.png", b"half", Kind.BROKEN),
        *(draft(f"pictures/figurines/{n}-{size}.png", b"x" * 70_000) for n in range(4) for size in ("full", "thumb")),
        cover(
            "generation",
            record("figurines", "Your figurines", path="f/f.json", rows=3, columns=columns),
            record("figurines/", "Pictures", folder="figurines", original="-full", small="-thumb"),
            unreadable=[{"what": "A picture", "count": 1}],
        ),
    ]


@pytest.fixture
def unpacked(copying: Copying, ada: UUID, tmp_path: Path) -> Path:
    """Where an archive was unpacked."""
    request = copying.ask(ada)
    copying.give_others(request, "generation")
    copying.give(request, "generation", *figurines_of_ada())
    copying.desk().assemble_next()
    with copying.fetch(request) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    return tmp_path


def test_the_manifest_of_an_archive_verifies_as_people_would_do_it(unpacked: Path) -> None:
    checked = subprocess.run(
        ["sha256sum", "-c", "MANIFEST.sha256"], cwd=unpacked, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    there = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    manifest = {each["path"]: each for each in json.loads((unpacked / "manifest.json").read_text())["files"]}
    assert set(manifest) == there - {"manifest.json", "MANIFEST.sha256"}
    assert all(each["bytes"] == (unpacked / path).stat().st_size for path, each in manifest.items())
    assert "pictures/broken.png" not in manifest


def test_the_page_of_an_archive_shows_small_copies_that_lead_to_originals_and_loads_nothing(unpacked: Path) -> None:
    page = (unpacked / "index.html").read_text()
    assert page.count("<img ") == 4
    assert 'href="pictures/figurines/0-full.png"><img src="pictures/figurines/0-thumb.png"' in page
    assert "Ä\n&lt;b&gt;" in page
    assert "A picture</strong>: 1" in page
    assert "http" not in page
    assert "<script" not in page


def test_who_has_not_answered_in_time_is_named_and_its_part_comes_later(
    copying: Copying, ada: UUID, clock: MovableClock, mails: Callable[[], list[dict[str, str]]]
) -> None:
    request = copying.ask(ada)
    copying.give_others(request, "billing")
    clock.advance(ANSWER_WITHIN)
    assert copying.desk().assemble_next() == 1
    assert copying.read(request).state is RequestState.PARTIALLY_EXECUTED
    with copying.fetch(request) as archive:
        assert "All that billing holds" in archive.read("index.html").decode()
    assert copying.desk().assemble_next() == 0
    clock.advance(timedelta(days=2))
    copying.give(request, "billing", cover("billing"), draft("pictures/late.png", b"late"))
    with copying.fetch(request) as archive:  # the one there was, until the other is there
        assert "pictures/late.png" not in archive.namelist()
    assert copying.desk().assemble_next() == 1
    assert copying.read(request).state is RequestState.READY
    with copying.fetch(request) as archive:
        assert "All that billing holds" not in archive.read("index.html").decode()
        assert archive.read("pictures/late.png") == b"late"
    assert copying.stored(request) == ["archive-2.zip"]
    assert [mail["missing"] for mail in mails()] == ["billing", ""]


def test_a_part_that_comes_while_the_archive_is_put_together_is_in_the_next(
    copying: Copying, ada: UUID, clock: MovableClock
) -> None:
    request = copying.ask(ada)
    copying.give_others(request, "billing")
    clock.advance(ANSWER_WITHIN)
    given: list[str] = []

    def give() -> None:
        if not given:
            given.append("billing")
            copying.give(request, "billing")

    desk = copying.desk(give)
    assert [desk.assemble_next(), desk.assemble_next(), desk.assemble_next()] == [1, 1, 0]
    assert copying.read(request).state is RequestState.READY


def test_who_could_not_give_a_part_is_asked_again_alone(
    copying: Copying, ada: UUID, clock: MovableClock, published: Callable[[], list[Event]]
) -> None:
    request = copying.ask(ada)
    copying.give_others(request, "billing")
    copying.fail(request, "billing")
    copying.fail(request, "gateway")  # late: it has given its part meanwhile
    assert copying.read(request).missing == ["billing"]
    assert copying.desk().assemble_next() == 1
    desk = copying.desk()
    assert desk.ask_again() == 1
    clock.advance(ASKED_AGAIN_AFTER / 2)
    assert desk.ask_again() == 0
    assert [event.only for event in published() if isinstance(event, ExportRequested)] == [(), ("billing",)]
    copying.give(request, "billing", attempt=2)
    assert desk.assemble_next() == 1
    assert copying.read(request).state is RequestState.READY


def test_when_nobody_could_give_a_part_everybody_is_asked_again(
    copying: Copying, ada: UUID, published: Callable[[], list[Event]]
) -> None:
    request = copying.ask(ada)
    for service in HOLDERS:
        copying.fail(request, service)
    desk = copying.desk()
    assert [desk.assemble_next(), desk.ask_again(), desk.ask_again()] == [0, 1, 0]
    *_, again = [event for event in published() if isinstance(event, ExportRequested)]
    assert set(again.only) == set(HOLDERS)
    copying.give_others(request)
    assert desk.assemble_next() == 1
    assert copying.read(request).state is RequestState.READY


def test_a_part_told_twice_changes_nothing(
    copying: Copying, ada: UUID, mails: Callable[[], list[dict[str, str]]]
) -> None:
    request = copying.ask(ada)
    copying.give_others(request)
    copying.give(request, "billing")
    desk = copying.desk()
    assert [desk.assemble_next(), desk.assemble_next()] == [1, 0]
    copying.give(request, "billing")
    assert desk.assemble_next() == 0
    assert len(mails()) == 1


def test_an_archive_whose_maker_died_is_put_together_by_the_next(
    copying: Copying, ada: UUID, clock: MovableClock
) -> None:
    request = copying.ask(ada)
    copying.give_others(request)
    with copying.unit.begin() as work:
        assert work.archives.claim(LEASE) is not None  # and nothing more was heard of whoever claimed it
    assert copying.desk().assemble_next() == 0
    clock.advance(LEASE)
    assert copying.desk().assemble_next() == 1
    assert copying.stored(request) == ["archive-2.zip"]


def test_two_makers_leave_one_archive_and_one_mail(
    copying: Copying, ada: UUID, clock: MovableClock, mails: Callable[[], list[dict[str, str]]]
) -> None:
    request = copying.ask(ada)
    copying.give_others(request)
    overtaken: list[int] = []

    def dawdle() -> None:
        if not overtaken:
            overtaken.append(0)
            clock.advance(LEASE)
            overtaken.append(copying.desk().assemble_next())

    copying.desk(dawdle).assemble_next()
    assert overtaken == [0, 1]
    assert copying.stored(request) == ["archive-2.zip"]
    assert len(mails()) == 1


@pytest.mark.parametrize("pause", [timedelta(0), timedelta(seconds=30)], ids=["at the end", "on the way"])
def test_an_erasure_while_an_archive_is_put_together_leaves_nothing_of_it(
    copying: Copying, ada: UUID, database: Database, mails: Callable[[], list[dict[str, str]]], *, pause: timedelta
) -> None:
    request = copying.ask(ada)
    copying.give_others(request)

    def erase() -> None:
        copying.clock.advance(pause)
        copying.shelf.clear(request.id)
        with database.begin() as connection:
            connection.execute("DELETE FROM archives WHERE user_id = %s", [ada])

    copying.desk(erase).assemble_next()
    desk = copying.desk()
    assert (copying.stored(request), mails(), desk.assemble_next()) == ([], [], 0)
    # A part that was on its way belongs to nobody any more.
    copying.give(request, "billing", attempt=2)
    desk.sweep_strays()
    assert copying.stored(request) == []
    desk.ask_again()
    assert copying.read(request).state is RequestState.CANCELLED


def test_a_week_later_nothing_of_an_archive_is_left(copying: Copying, ada: UUID, clock: MovableClock) -> None:
    request = copying.ask(ada)
    copying.give_others(request)
    desk = copying.desk()
    desk.assemble_next()
    clock.advance(ARCHIVE_KEPT - timedelta(seconds=1))
    assert desk.expire() == 0
    copying.fetch(request).close()
    clock.advance(timedelta(seconds=1))
    with pytest.raises(ArchiveExpired):
        copying.fetch(request)
    assert [desk.expire(), desk.expire()] == [1, 0]
    assert copying.stored(request) == []
    assert copying.read(request).state is RequestState.COMPLETED
    with pytest.raises(ArchiveExpired):
        copying.fetch(request)


def test_another_copy_may_be_asked_for_when_there_is_one_that_is_not_fresh(
    copying: Copying, ada: UUID, clock: MovableClock
) -> None:
    first = copying.ask(ada)
    assert copying.ask(ada).id == first.id
    copying.give_others(first)
    copying.desk().assemble_next()
    assert copying.ask(ada).id == first.id
    clock.advance(FRESH_COPY)
    second = copying.ask(ada)
    assert second.id != first.id
    copying.desk().expire()
    assert copying.stored(first) == []
    assert copying.read(first).state is RequestState.COMPLETED
    assert copying.read(second).state is RequestState.EXECUTING


def test_only_its_owner_gets_an_archive_and_only_of_a_copy(copying: Copying, ada: UUID, clock: MovableClock) -> None:
    request = copying.ask(ada, RequestKind.PORTABILITY)
    with copying.unit.begin() as work, pytest.raises(NoSuchRequest):
        archives.read_archive(work, clock.new_id(), request.id)
    with copying.unit.begin() as work, pytest.raises(NoSuchRequest):
        archives.read_archive(work, ada, clock.new_id())


def test_the_services_that_give_parts_are_those_that_keep_something() -> None:
    assert set(HOLDERS) == set(SERVICES)
