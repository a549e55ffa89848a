"""Files of before people had keys move under them: their wrapped keys, not their bytes, and nothing old is left."""

import base64
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from minio.commonconfig import ENABLED
from minio.versioningconfig import SUSPENDED, VersioningConfig

from common.errors import Unavailable
from common.sealing import Sealer, Unsealable, is_under_a_person
from common.service import Service
from common.storage import ObjectStore, Resealed
from generation import use_cases
from generation.adapters.objects import S3Pictures, S3SavedPhotos
from generation.jobs import Resealer
from generation.ports import FilesOfBefore, Size
from generation.repository import Work
from tests.integration.generation.conftest import KEYS, S3
from tests.integration.generation.shop import Shop

KEYRING = Sealer(KEYS.keyring)


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """A figurine whose files were stored before people had keys."""

    id: UUID
    owner: UUID
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The files of before, and who moves them."""

    shop: Shop
    resealer: Resealer
    pictures: S3Pictures
    photos: S3SavedPhotos
    of_before: S3Pictures
    s3: S3

    def painted(self) -> Old:
        """Painted by an older process, with a memo beside the picture."""
        workshop = replace(self.shop.workshop, pictures=self.of_before)
        life = self.shop.ready(variants=1)
        workshop.render_next()
        (prefix,) = self.shop.one("SELECT prefix FROM pictures WHERE figurine_id = %s", life.figurine_id)
        self.of_before.keep_memo(prefix, b"what to go on from", owner=life.user_id)
        return Old(id=life.figurine_id, owner=life.user_id, prefix=prefix)

    def an_hour_later(self) -> None:
        """Nobody can be writing at anything any more."""
        self.shop.clock.advance(timedelta(hours=1, minutes=1))

    def wrapped(self, old: Old, bucket: str = "figurines") -> list[bytes]:
        """The wrapped keys of everything that lies there, older versions included."""
        name = self.s3.buckets[bucket]
        found = self.s3.client.list_objects(name, prefix=f"{old.id}/", recursive=True, include_version=True)
        stats = [self.s3.client.stat_object(name, str(each.object_name), version_id=each.version_id) for each in found]
        assert all(stat.metadata for stat in stats)
        return [base64.b64decode((stat.metadata or {})["x-amz-meta-sealed-key"]) for stat in stats]

    def sealed_bytes(self, old: Old) -> dict[str, bytes]:
        """What lies in the store, byte for byte."""
        name = self.s3.buckets["figurines"]
        keys = [
            str(each.object_name) for each in self.s3.client.list_objects(name, prefix=f"{old.id}/", recursive=True)
        ]
        found: dict[str, bytes] = {}
        for key in keys:
            response = self.s3.client.get_object(name, key)
            found[key] = response.read()
            response.release_conn()
        return found

    def is_moved(self, old: Old) -> bool:
        return all(is_under_a_person(wrapped) for wrapped in self.wrapped(old))


@pytest.fixture
def house(shop: Shop, object_store: ObjectStore, s3: S3, sealer: Sealer) -> House:
    pictures = S3Pictures(object_store, sealer, bucket=s3.buckets["figurines"])
    photos = S3SavedPhotos(object_store, sealer, bucket=s3.buckets["photos"])
    resealer = Resealer(unit=shop.unit, figurines=pictures, photos=photos)
    resealer.begin_again()
    return House(
        shop=shop,
        resealer=resealer,
        pictures=pictures,
        photos=photos,
        of_before=S3Pictures(object_store, KEYRING, bucket=s3.buckets["figurines"]),
        s3=s3,
    )


def read(pictures: S3Pictures, old: Old) -> bytes:
    with pictures.open(old.prefix, Size.FULL, owner=old.owner) as opened:
        return b"".join(opened)


def test_files_move_without_a_byte_of_them_and_open_for_nobody_who_has_only_the_keyring(house: House) -> None:
    old = house.painted()
    before, lies = read(house.pictures, old), house.sealed_bytes(old)
    assert len(lies) == 5
    assert not any(is_under_a_person(wrapped) for wrapped in house.wrapped(old))
    house.an_hour_later()
    assert house.resealer.step() == 1
    assert house.is_moved(old)
    assert house.sealed_bytes(old) == lies
    assert read(house.pictures, old) == before
    assert house.pictures.read_memo(old.prefix, owner=old.owner) == b"what to go on from"
    with pytest.raises(Unsealable):
        read(house.of_before, old)
    assert house.resealer.step() == house.resealer.step() == 0


def test_saved_photos_move_too(house: House, object_store: ObjectStore, s3: S3) -> None:
    figurine = house.painted()
    old = replace(figurine, id=house.shop.clock.new_id())
    of_before = S3SavedPhotos(object_store, KEYRING, bucket=s3.buckets["photos"])
    of_before.put(old.id, b"the photo", b"small", owner=old.owner)
    with house.shop.unit.database.begin() as connection:
        connection.execute(
            """
            INSERT INTO saved_photos
                (id, user_id, upload_id, state, width, height, bytes, asked_at, next_try_at, saved_at)
            VALUES (%s, %s, %s, 'saved', 3, 3, 9, now(), now(), now())
            """,
            [old.id, old.owner, house.shop.clock.new_id()],
        )
    house.an_hour_later()
    house.resealer.step()
    assert [is_under_a_person(wrapped) for wrapped in house.wrapped(old, "photos")] == [True, True]
    assert house.photos.read(old.id, owner=old.owner) == b"the photo"
    assert house.photos.read(old.id, owner=old.owner, thumb=True) == b"small"


def test_what_may_just_be_written_waits_and_so_does_all_behind_it(house: House) -> None:
    old = house.painted()
    assert house.resealer.step() == 0
    assert not any(is_under_a_person(wrapped) for wrapped in house.wrapped(old))
    house.an_hour_later()
    assert house.resealer.step() == 1
    assert house.is_moved(old)


class Dying:
    """Dies after some figurines, when all files of the next have been moved and nothing has been written down."""

    def __init__(self, files: FilesOfBefore, *, after: int) -> None:
        self._files = files
        self._left = after

    def reseal(self, id: UUID, *, owner: UUID, settled_before: object) -> Resealed:
        done = self._files.reseal(id, owner=owner, settled_before=settled_before)  # type: ignore[arg-type]
        self._left -= 1
        if self._left < 0:
            raise Unavailable
        return done

    def destroy(self, id: UUID) -> None:
        self._files.destroy(id)


def test_what_breaks_off_in_the_middle_is_taken_up_again(house: House) -> None:
    olds = [house.painted() for _ in range(3)]
    house.an_hour_later()
    dying = replace(house.resealer, figurines=Dying(house.pictures, after=1))
    with pytest.raises(Unavailable):
        dying.step()
    assert [house.is_moved(old) for old in olds] == [True, True, False]
    keys = house.wrapped(olds[0])
    assert house.resealer.step() == 3
    assert all(house.is_moved(old) for old in olds)
    assert house.wrapped(olds[0]) == keys
    assert all(read(house.pictures, old) for old in olds)


def test_the_walk_ends_and_begins_again_only_when_somebody_says_so(house: House) -> None:
    house.an_hour_later()
    assert house.resealer.step() == 0
    late = house.painted()
    house.an_hour_later()
    assert house.resealer.step() == 0
    assert not house.is_moved(late)
    house.resealer.begin_again()
    assert house.resealer.step() == 1
    assert house.is_moved(late)


def test_nothing_of_the_old_metadata_is_left_where_the_store_keeps_versions(house: House) -> None:
    bucket = house.s3.buckets["figurines"]
    house.s3.client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
    try:
        old = house.painted()
        before = read(house.pictures, old)
        house.an_hour_later()
        assert house.resealer.step() == 1
        assert len(house.wrapped(old)) == 5
        assert house.is_moved(old)
        assert read(house.pictures, old) == before
    finally:
        house.s3.client.set_bucket_versioning(bucket, VersioningConfig(SUSPENDED))


class Deleting:
    """The owner deletes the figurine just when the store has its files in its hands."""

    def __init__(self, house: House) -> None:
        self._house = house

    def reseal(self, id: UUID, *, owner: UUID, settled_before: object) -> Resealed:
        with self._house.shop.unit.begin() as work:
            use_cases.delete_figurine(work, owner, id)
        # What a store may do that copies what is deleted meanwhile.
        return self._house.pictures.reseal(id, owner=owner, settled_before=settled_before)  # type: ignore[arg-type]

    def destroy(self, id: UUID) -> None:
        self._house.pictures.destroy(id)


def test_what_is_deleted_meanwhile_is_not_put_back(house: House) -> None:
    old = house.painted()
    house.an_hour_later()
    replace(house.resealer, figurines=Deleting(house)).step()
    assert house.wrapped(old) == []


def test_a_file_that_was_never_ours_does_not_hold_up_the_others(house: House) -> None:
    first, second = house.painted(), house.painted()
    bucket = house.s3.buckets["figurines"]
    (stranger, *_) = house.sealed_bytes(first)
    stat = house.s3.client.stat_object(bucket, stranger)
    assert stat.size
    lies = house.sealed_bytes(first)[stranger]
    house.shop.pictures.sweep(stranger)
    spoilt = base64.b64encode(b"\x01" + bytes(71)).decode()
    house.s3.client.put_object(bucket, stranger, BytesIO(lies), len(lies), metadata={"sealed-key": spoilt})
    house.an_hour_later()
    assert house.resealer.step() == 2
    assert house.is_moved(second)
    assert sum(not is_under_a_person(wrapped) for wrapped in house.wrapped(first)) == 1


def test_an_operator_has_it_all_done_at_once(
    house: House, service: Service[Work], capsys: pytest.CaptureFixture[str]
) -> None:
    house.an_hour_later()
    while house.resealer.step():
        pass
    service.commands["rewrap"]()
    told = capsys.readouterr().out
    assert "Moved: " in told
    assert "Looked at the files of 0 figurines and photos." in told
    assert "people's keys" in told
