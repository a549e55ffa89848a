"""What opens an upload comes with its order and lies under its owner's key; the upload and the keyring open nothing."""

import json
from base64 import b64encode
from dataclasses import replace
from functools import partial

import pytest

from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.person_keys import PersonKeys
from common.sealing import Keyring, Sealer, Unsealable, is_under_a_person
from common.storage import ObjectStore, SealedBucket
from generation import use_cases
from generation.adapters.objects import S3Photos
from generation.domain import UploadKeys
from generation.jobs import keys_of
from generation.ports import PhotoMissing
from tests.builders import Life
from tests.fixtures.photo_files import cornered, encoded
from tests.integration.generation.conftest import KEYS, S3, UPLOAD_KEYS
from tests.integration.generation.shop import CATALOGUE, Shop

ANOTHER = Keyring({1: b"another keyring, of 32 bytes .  "}, current=1)


def kept(shop: Shop, life: Life) -> UploadKeys:
    return keys_of(shop.unit, life.upload_id)


@pytest.fixture
def anew(shop: Shop, object_store: ObjectStore, s3: S3) -> S3Photos:
    """What opens uploads in a process that has just started."""
    sealer = PersonKeys(KEYS.keyring).sealer_of(shop.unit.database, SYSTEM_CLOCK, keyring=UPLOAD_KEYS)
    return S3Photos(object_store, sealer, bucket=s3.buckets["uploads"])


@pytest.fixture
def of_before(object_store: ObjectStore, s3: S3) -> SealedBucket:
    """How a gateway of the release before put photos: with what opens them beside them."""
    return SealedBucket(object_store, s3.buckets["uploads"], Sealer(UPLOAD_KEYS), "upload.photo")


def destroy_keys(database: Database, life: Life) -> None:
    with database.begin() as connection:
        gone = connection.execute("DELETE FROM person_keys WHERE user_id = %s", [life.user_id])
        assert gone.rowcount == 1


def test_an_upload_opens_with_its_row_and_its_owners_key_and_with_nothing_less(
    shop: Shop, anew: S3Photos, object_store: ObjectStore, s3: S3
) -> None:
    life = shop.order(Life(began=shop.clock.now()), title="Ada", note="A wish")
    keys = kept(shop, life)
    assert keys.photo
    assert keys.words
    assert is_under_a_person(keys.photo)
    assert is_under_a_person(keys.words)
    photo = anew.read(life.upload_id, owner=life.user_id, keys=keys)
    assert (photo.jpeg, photo.title, photo.note) == (b"the photo", "Ada", "A wish")
    shared = SealedBucket(object_store, s3.buckets["uploads"], Sealer(UPLOAD_KEYS), "upload.photo")
    for wrapped in (None, keys.photo):
        with pytest.raises(Unsealable):
            shared.read(f"{life.upload_id}/photo", owner=str(life.user_id), wrapped_key=wrapped)
    destroy_keys(shop.unit.database, life)
    fresh = PersonKeys(KEYS.keyring).sealer_of(shop.unit.database, SYSTEM_CLOCK, keyring=UPLOAD_KEYS)
    with pytest.raises(PhotoMissing):
        S3Photos(object_store, fresh, bucket=s3.buckets["uploads"]).read(life.upload_id, owner=life.user_id, keys=keys)


def test_an_order_that_never_came_leaves_a_photo_that_nobody_can_open(shop: Shop, anew: S3Photos) -> None:
    life = shop.bring(Life(), b"the photo")
    with pytest.raises(PhotoMissing):
        anew.read(life.upload_id, owner=life.user_id, keys=kept(shop, life))


def test_an_order_told_twice_keeps_the_key_that_came_first(shop: Shop) -> None:
    life = shop.order(Life(began=shop.clock.now()))
    keys = kept(shop, life)
    shop.accept(life)
    assert kept(shop, life) == keys


def test_the_photo_of_an_order_from_the_release_before_opens_with_the_key_beside_it(
    shop: Shop, of_before: SealedBucket, object_store: ObjectStore, s3: S3
) -> None:
    life = Life(began=shop.clock.now(), save=True)
    words = SealedBucket(object_store, s3.buckets["uploads"], Sealer(UPLOAD_KEYS), "upload.words")
    words.put(f"{life.upload_id}/words", json.dumps({"title": "", "note": ""}).encode(), owner=str(life.user_id))
    of_before.put(f"{life.upload_id}/photo", encoded(cornered(640, 480), "JPEG"), owner=str(life.user_id))
    shop.afford(shop.accept(life))
    assert kept(shop, life) == UploadKeys()
    assert shop.album.save_photos() == 1
    shop.workshop.render_next()
    assert shop.state(life)[:2] == ("succeeded", None)
    with shop.unit.begin() as work:
        assert len(work.saved_photos.of(life.user_id)) == 1


@pytest.mark.parametrize(
    "told",
    ["no base64", b64encode(b"no key").decode(), b64encode(b"\x01" + bytes(71)).decode()],
    ids=["garbage", "too short", "a version nobody has"],
)
def test_an_order_whose_key_does_not_open_ends_without_a_picture_and_its_photo_goes(shop: Shop, told: str) -> None:
    life = replace(shop.bring(Life(began=shop.clock.now(), save=True), b"the photo"), upload_key=told)
    shop.afford(shop.accept(life))
    shop.album.save_photos()
    shop.workshop.render_next()
    assert shop.state(life)[:2] == ("failed", "photo_missing")
    assert shop.workshop.delete_uploads() == 1
    assert shop.keys("uploads", life.upload_id) == []


def test_an_order_under_a_keyring_that_is_not_known_here_yet_ends_the_same_way(shop: Shop) -> None:
    unknown = Sealer(ANOTHER).seal_stream(_Nothing(), owner="x", purpose="x", length=0).key
    life = replace(shop.bring(Life(began=shop.clock.now()), b"the photo"), words_key=b64encode(unknown).decode())
    shop.afford(shop.accept(life))
    shop.workshop.render_next()
    assert shop.state(life)[:2] == ("failed", "photo_missing")


def test_with_the_photo_goes_its_key_and_only_then(shop: Shop) -> None:
    life = shop.ready()
    shop.workshop.render_next()
    assert kept(shop, life) != UploadKeys()
    shop.workshop.delete_uploads()
    assert shop.upload(life)[0] == "deleted"
    assert kept(shop, life) == UploadKeys()


def test_words_alone_lie_under_their_owners_key_too(shop: Shop, anew: S3Photos) -> None:
    life = shop.bring(Life(began=shop.clock.now()), None, title="Ada", note="A blue scarf")
    with shop.unit.begin() as work:
        use_cases.accept_edit(work, life.edit_ordered(Life()), catalogue=CATALOGUE)
    keys = kept(shop, life)
    assert keys.photo is None
    assert is_under_a_person(keys.words or b"")
    assert anew.read_words(life.upload_id, owner=life.user_id, keys=keys).note == "A blue scarf"


def test_a_copy_of_everything_holds_the_photo_that_is_still_here(shop: Shop, anew: S3Photos) -> None:
    life = shop.order(Life(began=shop.clock.now()), note="A wish")
    shelf = anew.shelf(partial(keys_of, shop.unit))
    found: dict[str, bytes] = {}
    for key in shelf.keys(f"{life.upload_id}/"):
        with shelf.open(key, owner=str(life.user_id)) as opened:
            found[key.rpartition("/")[2]] = b"".join(opened)
    assert found["photo"] == b"the photo"
    assert json.loads(found["words"])["note"] == "A wish"


class _Nothing:
    def read(self, size: int = -1, /) -> bytes:  # noqa: ARG002 - there is none
        return b""
