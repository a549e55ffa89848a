"""Backups on the shelf: whole or not there, opened by one kit alone, and gone when they are old."""

import io
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from ops.backup import kit, looking, making
from ops.backup.archive import HEAD, Archive, Draft, archives
from ops.backup.failures import BackupFailed
from ops.backup.journal import Journal
from ops.backup.kit import Kit, Locker
from ops.backup.making import DIGESTS, Shelves
from ops.backup.rows import Kept

NOW = datetime(2026, 11, 27, tzinfo=UTC)
CONTENT = b"a row of somebody\n" * 10_000
FIGURINE = UUID("018f0000-0000-7000-8000-000000000001")


@pytest.fixture
def locker(tmp_path: Path) -> Locker:
    kit.make(tmp_path / "studio.json", tmp_path / "kit.json")
    return Locker.read(tmp_path / "studio.json")


@pytest.fixture
def opener(locker: Locker, tmp_path: Path) -> Kit:
    assert locker
    return Kit.read(tmp_path / "kit.json")


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return Shelves(rows=tmp_path / "rows", keys=tmp_path / "keys")


def archive(shelf: Path, locker: Locker, *, days_ago: int = 0, digests: tuple[str, ...] = ()) -> Archive:
    moment = NOW - timedelta(days=days_ago)
    draft = Draft(shelf, f"{moment:%Y%m%dT%H%M%SZ}-000000", locker)
    draft.add("gateway.accounts", io.BytesIO(CONTENT))
    return Archive.at(draft.finish(made_at=moment, told={DIGESTS: list(digests)}))


def test_what_was_put_in_comes_out_and_nothing_of_it_can_be_read_on_the_disk(
    shelves: Shelves, locker: Locker, opener: Kit
) -> None:
    made = archive(shelves.backups, locker)
    assert made.check(opener.signer) > len(CONTENT)
    assert b"".join(made.opened(opener).pieces("gateway.accounts")) == CONTENT
    assert CONTENT[:18] not in (made.folder / "gateway.accounts").read_bytes()


@pytest.mark.parametrize("place", [0, 40, 70_000, -1])
def test_a_changed_byte_is_refused_wherever_it_is(shelves: Shelves, locker: Locker, opener: Kit, place: int) -> None:
    made = archive(shelves.backups, locker)
    file = made.folder / "gateway.accounts"
    held = bytearray(file.read_bytes())
    held[place] ^= 1
    file.write_bytes(held)
    with pytest.raises(BackupFailed, match="was changed or is damaged"):
        made.check(opener.signer)


def test_a_head_that_somebody_wrote_anew_is_refused(shelves: Shelves, locker: Locker, opener: Kit) -> None:
    made = archive(shelves.backups, locker)
    head = made.folder / HEAD
    head.write_text(head.read_text().replace("2026-11-27", "2026-11-28"))
    with pytest.raises(BackupFailed, match="signature is wrong"):
        Archive.at(made.folder).check(opener.signer)


def test_a_missing_file_is_refused(shelves: Shelves, locker: Locker, opener: Kit) -> None:
    made = archive(shelves.backups, locker)
    (made.folder / "gateway.accounts").unlink()
    with pytest.raises(BackupFailed, match="is missing"):
        made.check(opener.signer)


def test_another_studios_kit_opens_nothing_and_believes_nothing(
    shelves: Shelves, locker: Locker, tmp_path: Path
) -> None:
    made = archive(shelves.backups, locker)
    kit.make(tmp_path / "other-studio.json", tmp_path / "other-kit.json")
    other = Kit.read(tmp_path / "other-kit.json")
    with pytest.raises(BackupFailed, match="signature is wrong"):
        made.check(other.signer)
    with pytest.raises(BackupFailed, match="another studio's"):
        made.opened(other)


def test_the_studios_own_half_opens_nothing(locker: Locker, tmp_path: Path) -> None:
    assert locker.signer
    with pytest.raises(BackupFailed, match="no recovery kit"):
        Kit.read(tmp_path / "studio.json")


def test_a_kit_is_never_written_over(locker: Locker, tmp_path: Path) -> None:
    before = (tmp_path / "kit.json").read_bytes()
    with pytest.raises(BackupFailed, match="is there already"):
        kit.make(tmp_path / "studio.json", tmp_path / "kit.json")
    assert locker == Locker.read(tmp_path / "studio.json")
    assert (tmp_path / "kit.json").read_bytes() == before


def in_another_process(what: Callable[[], object]) -> int:
    """What a process ended with that does this and is then killed."""
    child = os.fork()
    if child == 0:
        try:
            what()
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_process_killed_in_the_middle_leaves_nothing_that_looks_whole_and_the_next_run_sweeps_it(
    shelves: Shelves, locker: Locker
) -> None:
    whole = archive(shelves.backups, locker, days_ago=1)

    def begin() -> None:
        Draft(shelves.backups, "20261127T000000Z-ffffff", locker).add("gateway.accounts", io.BytesIO(CONTENT))

    assert in_another_process(begin) == -signal.SIGKILL
    assert [each.name for each in archives(shelves.backups)] == [whole.name]
    assert len(list(shelves.backups.iterdir())) == 2
    again = archive(shelves.backups, locker)
    assert [each.name for each in archives(shelves.backups)] == [whole.name, again.name]
    assert len(list(shelves.backups.iterdir())) == 2


def test_keys_go_after_a_week_rows_after_a_month_and_with_them_the_objects_that_nobody_names(
    shelves: Shelves, locker: Locker
) -> None:
    old, young = "ab" * 32, "cd" * 32
    for digest in (old, young):
        shelves.pool.path(digest).parent.mkdir(parents=True)
        shelves.pool.path(digest).write_bytes(b"sealed")
    for days, digests in ((31, (old, young)), (8, (young,)), (1, (young,))):
        archive(shelves.backups, locker, days_ago=days, digests=digests)
        archive(shelves.keys, locker, days_ago=days)
    looking.prune(shelves, now=NOW, row_days=looking.ROW_DAYS, key_days=looking.KEY_DAYS, say=lambda _: None)
    assert [(NOW - each.made_at).days for each in archives(shelves.keys)] == [1]
    assert [(NOW - each.made_at).days for each in archives(shelves.backups)] == [8, 1]
    assert [path.name for path in shelves.pool.everything()] == [young]


def test_the_newest_stay_however_old_they_are(shelves: Shelves, locker: Locker) -> None:
    for shelf in (shelves.backups, shelves.keys):
        archive(shelf, locker, days_ago=400)
    looking.prune(shelves, now=NOW, row_days=30, key_days=7, say=lambda _: None)
    assert looking.find(shelves, None).rows.name == looking.find(shelves, None).keys.name


def test_keys_are_not_kept_longer_than_the_rows_they_open(shelves: Shelves) -> None:
    with pytest.raises(BackupFailed, match="not be kept longer"):
        looking.prune(shelves, now=NOW, row_days=7, key_days=8, say=lambda _: None)


def test_an_old_backup_is_opened_with_the_newest_keys_never_with_those_of_its_day(
    shelves: Shelves, locker: Locker
) -> None:
    for days in (3, 1):
        archive(shelves.backups, locker, days_ago=days)
        archive(shelves.keys, locker, days_ago=days)
    old = archives(shelves.backups)[0].name
    pair = looking.find(shelves, old)
    assert (pair.rows.name, (NOW - pair.keys.made_at).days) == (old, 1)


def test_rows_without_keys_as_new_as_they_are_are_refused(shelves: Shelves, locker: Locker) -> None:
    archive(shelves.backups, locker)
    archive(shelves.keys, locker, days_ago=1)
    with pytest.raises(BackupFailed, match="older than the backup"):
        looking.find(shelves, None)


@pytest.mark.parametrize("inside", ["rows", "rows/keys", "."])
def test_keys_may_not_lie_beside_what_they_open(tmp_path: Path, inside: str) -> None:
    with pytest.raises(BackupFailed, match="lie apart"):
        Shelves(rows=tmp_path / "rows", keys=tmp_path / inside).check()


def test_nothing_is_begun_on_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="no room"):
        making.look_for_room(tmp_path, 2**60)


def test_a_journal_knows_what_was_deleted_and_is_believed_only_as_it_was_signed(
    locker: Locker, opener: Kit, tmp_path: Path
) -> None:
    made = Journal(made_at=NOW, stones={"billing/000000000001": "{}"}, present={"figurines": frozenset({FIGURINE})})
    made.write(tmp_path, locker)
    read = Journal.read(tmp_path, opener.signer)
    assert read is not None
    assert read == made
    assert read.has("figurines", f"{FIGURINE}/1/1-full")
    assert not read.has("figurines", f"{UUID(int=2)}/1/1-full")
    assert read.has("anchors", "whatever")
    file = tmp_path / "journal.json"
    file.write_text(file.read_text().replace("000000000001", "000000000002"))
    with pytest.raises(BackupFailed, match="signature is wrong"):
        Journal.read(tmp_path, opener.signer)


def test_keys_of_people_and_of_pseudonyms_are_what_lies_apart() -> None:
    tables = ("gateway.person_keys", "analytics.pseudonym_keys", "analytics.visitor_keys", "gateway.accounts")
    assert [Kept(table=table, columns=[], rows=0).apart for table in tables] == [True, True, True, False]
