"""A studio is backed up, life goes on, and the backup becomes a second studio: with who stayed, without who left."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops.backup import journal, kit, making, restoring
from ops.backup.failures import BackupFailed
from ops.backup.kit import Kit, Locker
from ops.backup.making import Shelves
from ops.backup.place import LOCKER, Place
from ops.backup.restoring import Wish
from ops.embedded.failures import StackFailed
from ops.embedded.stack import UNFINISHED
from ops.embedded.waiting import until
from tests.chaos.books import check_the_books
from tests.fixtures import inside
from tests.fixtures.customer import Customer, expect
from tests.fixtures.leaver import Erasure
from tests.fixtures.stack import DIRECTORY, RunningStack, alone

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

SECOND = DIRECTORY.with_name(f"{DIRECTORY.name}-second")
RETAINED = {"billing.invoices"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Who was there, and which figurines."""

    stayer: Customer
    leaver: Customer
    token: str
    kept: str
    deleted: str
    later: str
    under_way: str
    picture: bytes


def quiet(_step: str) -> None:
    return


def named(stack: RunningStack, figurine_id: str) -> list[str]:
    return [key for key in inside.keys(stack, "figurines") if figurine_id in key]


def finished(customer: Customer) -> str:
    id = expect(202, customer.order(title="Quagmire"))["id"]
    assert customer.wait_until_ended(id)["state"] == "succeeded"
    return id


@pytest.fixture(scope="module")
def wish(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Wish:
    """Where the backup is to lie, and the kit that opens it."""
    folder = tmp_path_factory.mktemp("backup")
    (stack.site.directory / LOCKER).unlink(missing_ok=True)
    kit.make(stack.site.directory / LOCKER, folder / "kit.json")
    return Wish(shelves=Shelves(rows=folder / "rows", keys=folder / "keys"), kit=Kit.read(folder / "kit.json"))


@pytest.fixture(scope="module")
def life(stack: RunningStack, wish: Wish) -> Iterator[Life]:
    """Until the backup, and what came after it."""
    place, locker = Place.of(stack), Locker.read(stack.site.directory / LOCKER)
    with closing(Customer(stack)) as leaver, closing(Customer(stack)) as stayer:
        for each in (leaver, stayer):
            each.wait_for_credits()
        finished(leaver)
        kept, deleted = finished(stayer), finished(stayer)
        picture = stayer.picture(kept).content
        under_way = expect(202, stayer.order())["id"]
        making.make(place, wish.shelves, quiet)
        later = finished(stayer)
        stayer.http.delete(f"/v1/figurines/{deleted}").raise_for_status()
        assert Erasure(leaver).wait()["missing"] == []
        until(lambda: not named(stack, deleted), "The end of its pictures", seconds=30)
        journal.keep(place.store, wish.shelves.rows, locker)
        yield Life(
            stayer=stayer,
            leaver=leaver,
            token=stayer.http.headers["Authorization"],
            kept=kept,
            deleted=deleted,
            later=later,
            under_way=under_way,
            picture=picture,
        )


@pytest.fixture(scope="module")
def second(stack: RunningStack, wish: Wish, life: Life) -> Iterator[RunningStack]:
    """What the backup became, running; the first rests meanwhile."""
    programs = [program.name for program in stack.application.programs()]
    with alone(SECOND, fcntl.LOCK_EX), stack.without(*programs):
        if SECOND.exists():
            RunningStack(SECOND).remove()
        restoring.restore(wish, SECOND, quiet)
        second = RunningStack(SECOND)
        try:
            second.up()
            life.stayer.http.base_url = second.gateway
            yield second
        finally:
            second.remove()


def test_whoever_was_signed_in_signs_in_again_with_the_password_of_then(second: RunningStack, life: Life) -> None:
    before = {"Authorization": life.token}
    assert life.stayer.http.get("/v1/account", headers=before).status_code == 401
    life.stayer.sign_in()
    assert life.stayer.get("account")["id"] == life.stayer.id
    assert second.gateway == str(life.stayer.http.base_url).rstrip("/")


def test_pictures_are_opened_and_are_the_same(second: RunningStack, life: Life) -> None:
    assert named(second, life.kept)
    life.stayer.sign_in()
    assert life.stayer.picture(life.kept).content == life.picture


def test_what_was_deleted_since_stays_deleted_and_what_came_since_is_not_there(
    second: RunningStack, life: Life
) -> None:
    life.stayer.sign_in()
    for gone in (life.deleted, life.later):
        assert life.stayer.http.get(f"/v1/figurines/{gone}").status_code == 404
        assert named(second, gone) == []


def test_whoever_left_since_is_nowhere(second: RunningStack, life: Life) -> None:
    leaver = life.leaver
    assert inside.tables_with(inside.dump(second), leaver.id.encode()) <= RETAINED
    credentials = {"email": leaver.email, "password": leaver.password}
    assert life.stayer.http.post("/v1/sessions", json=credentials).status_code == 401


def test_what_was_under_way_comes_to_an_end_and_the_books_balance(second: RunningStack, life: Life) -> None:
    life.stayer.sign_in()
    life.stayer.wait_until_ended(life.under_way)
    check_the_books(second)
    finished(life.stayer)


def test_a_changed_picture_in_the_archive_is_refused_before_anything_is_written(
    wish: Wish, life: Life, tmp_path: Path
) -> None:
    assert life.kept
    shelves = copied(wish, tmp_path)
    victim = next(shelves.pool.everything())
    held = bytearray(victim.read_bytes())
    held[len(held) // 2] ^= 1
    victim.write_bytes(held)
    with pytest.raises(BackupFailed, match="was changed or is damaged"):
        restoring.restore(Wish(shelves=shelves, kit=wish.kit), tmp_path / "third", quiet)
    assert not (tmp_path / "third").exists()


def test_without_a_journal_nothing_is_restored(wish: Wish, life: Life, tmp_path: Path) -> None:
    assert life.kept
    shelves = copied(wish, tmp_path)
    (shelves.rows / journal.FILE).unlink()
    with pytest.raises(BackupFailed, match="people who left"):
        restoring.restore(Wish(shelves=shelves, kit=wish.kit), tmp_path / "third", quiet)


def copied(wish: Wish, folder: Path) -> Shelves:
    shutil.copytree(wish.shelves.rows, folder / "rows")
    return Shelves(rows=folder / "rows", keys=wish.shelves.keys)


def test_a_studio_is_never_restored_over(stack: RunningStack, wish: Wish, life: Life) -> None:
    assert life.kept
    with pytest.raises(BackupFailed, match="is not empty"):
        restoring.restore(wish, stack.site.directory, quiet)


def test_a_studio_whose_restore_broke_off_does_not_start(tmp_path: Path) -> None:
    half = RunningStack(tmp_path / "half")
    (half.site.directory / UNFINISHED).touch()
    with pytest.raises(StackFailed, match="broke off"):
        half.up()
