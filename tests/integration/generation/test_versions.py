"""Versions: Gemini goes on from a picture of its own, with its turns and signatures, and without the photo."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import SecretStr

from generation import use_cases
from generation.adapters.objects import S3Pictures
from generation.domain import GEMINI, MAX_TURNS, STUDIO, Limits, Painters
from generation.jobs import note_unknown_calls
from generation.ports import OpenPicture, Size
from generation.wiring import engines_of
from ops.emulators.gemini.ledger import Call
from ops.emulators.gemini.script import Behaviour, Kind
from tests.builders import DAY, Life
from tests.fakes.engine import FakeEngine
from tests.fixtures.gemini import RunningEmulator
from tests.fixtures.signing import SigningFiles
from tests.integration.generation.doors import settings_of
from tests.integration.generation.gemini_orders import PHOTO
from tests.integration.generation.shop import CATALOGUE, Shop
from tests.integration.generation.test_partners import agree, disclosures, painted_by

STYLE = "desk-statue"
SIGNS = "gemini-nano-banana-2.1"
NOTE = "a scarf of periwinkle wool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Atelier:
    """The shop with Gemini in it, and the emulator's ledger."""

    shop: Shop
    emulator: RunningEmulator

    def painted(self, **fields: int) -> Life:
        """A figurine that Gemini painted from a photo, whose photo is gone."""
        life = Life(style=STYLE, began=self.shop.clock.now(), **{"variants": 1, **fields})
        agree(self.shop, life)
        life = self.shop.bring(life, PHOTO, title="Quillfeather")
        self.shop.afford(self.shop.accept(life))
        self.shop.workshop.render_next()
        self.shop.workshop.delete_uploads()
        assert painted_by(self.shop, life) == ("succeeded", GEMINI)
        return life

    def edit(self, parent: Life, *, picture: int = 1, **fields: object) -> Life:
        """A version is ordered; it waits for its turn."""
        life = Life(style=STYLE, variants=1, began=self.shop.clock.now(), user_id=parent.user_id)
        life = replace(life, **fields)
        life = self.shop.bring(life, None, title="Quillfeather", note=NOTE)
        self.accept(life, parent, picture=picture)
        return self.shop.afford(life)

    def accept(self, life: Life, parent: Life, *, picture: int = 1) -> None:
        with self.shop.unit.begin() as work:
            use_cases.accept_edit(work, life.edit_ordered(parent, picture=picture), catalogue=CATALOGUE)

    def version(self, parent: Life, *, picture: int = 1) -> Life:
        """A version, painted."""
        life = self.edit(parent, picture=picture)
        self.shop.workshop.render_next()
        assert painted_by(self.shop, life) == ("succeeded", GEMINI)
        return life

    def delete(self, life: Life) -> None:
        with self.shop.unit.begin() as work:
            use_cases.delete_figurine(work, life.user_id, life.figurine_id)

    def calls(self) -> list[Call]:
        return self.emulator.control.ledger().calls

    def original(self, life: Life, n: int = 1) -> bytes:
        """The picture as Gemini gave it."""
        opened = self.shop.pictures.open(f"{life.figurine_id}/1/{n}", Size.ORIGINAL, owner=life.user_id)
        try:
            return b"".join(opened)
        finally:
            opened.close()


@pytest.fixture
def atelier(
    shop: Shop, generation_dsn: str, gemini_emulator: RunningEmulator, signing_files: SigningFiles
) -> Iterator[Callable[..., Atelier]]:
    opened: list[object] = []

    def build(model: str = SIGNS) -> Atelier:
        settings = settings_of(
            generation_dsn,
            signing_files,
            gemini_api_key=SecretStr(gemini_emulator.key),
            gemini_key_tier="unpaid",
            gemini_base_url=gemini_emulator.base_url,
            gemini_deadline_seconds=5,
            gemini_models=(model,),
        )
        unknown = lambda figurine_id, calls: note_unknown_calls(shop.unit, figurine_id, calls)  # noqa: E731
        engines = {**engines_of(settings, unknown), STUDIO: FakeEngine(STUDIO)}
        opened.append(engines[GEMINI])
        painters = Painters(styles=CATALOGUE, available=frozenset(engines), limits=Limits(partners={GEMINI: 8}))
        return Atelier(shop=shop.with_workshop(engines=engines, painters=painters), emulator=gemini_emulator)

    yield build
    for engine in opened:
        engine.close()


def digest(image: bytes) -> str:
    return hashlib.sha256(image).hexdigest()


def test_a_version_is_asked_for_with_the_earlier_turn_its_signatures_and_no_photo(
    atelier: Callable[..., Atelier],
) -> None:
    gemini = atelier()
    parent = gemini.painted()
    life = gemini.version(parent)
    first, second = gemini.calls()
    assert (first.turns, first.signatures, first.photo_sha256) == (1, 0, digest(PHOTO))
    # Words and picture of the first answer are signed; the latest picture of the request is the parent's.
    assert (second.turns, second.signatures, second.status) == (3, 2, 200)
    assert second.photo_sha256 == digest(gemini.original(parent))
    told = [kind for _, kind, _, _ in disclosures(gemini.shop, life)]
    assert told == ["photo_and_prompt", "picture_and_prompt"]


def test_a_version_of_a_version_brings_every_turn_up_to_the_most_a_model_takes(
    atelier: Callable[..., Atelier],
) -> None:
    gemini = atelier()
    life = gemini.painted()
    for _ in range(MAX_TURNS + 1):
        life = gemini.version(life)
    turns = [call.turns for call in gemini.calls()]
    assert turns == [1, 3, 5, 7, 7]
    assert [call.signatures for call in gemini.calls()][-1] == 2 * MAX_TURNS


def test_each_picture_is_gone_on_from_by_itself(atelier: Callable[..., Atelier]) -> None:
    gemini = atelier()
    parent = gemini.painted(variants=2)
    gemini.version(parent, picture=2)
    assert gemini.calls()[-1].photo_sha256 == digest(gemini.original(parent, 2))
    assert gemini.original(parent, 1) != gemini.original(parent, 2)


def test_a_picture_that_was_cut_into_shape_goes_back_as_it_came(atelier: Callable[..., Atelier]) -> None:
    gemini = atelier()
    gemini.emulator.control.will(Behaviour(aspect_ratio="11:10"))
    parent = gemini.painted()
    gemini.version(parent)
    # Its signature is that of the uncut picture; with the cut one the emulator would have refused.
    assert (gemini.calls()[-1].status, gemini.calls()[-1].signatures) == (200, 2)
    assert gemini.calls()[-1].photo_sha256 != digest(gemini.original(parent))


def test_another_model_gets_the_picture_as_it_would_get_a_photo(atelier: Callable[..., Atelier]) -> None:
    parent = atelier().painted()
    other = atelier("gemini-3.1-flash-lite-image")
    other.version(parent)
    last = other.calls()[-1]
    assert (last.turns, last.signatures, last.status) == (1, 0, 200)
    assert last.photo_sha256 == digest(other.original(parent))


def test_a_conversation_the_partner_no_longer_takes_is_begun_anew_from_the_picture(
    atelier: Callable[..., Atelier],
) -> None:
    gemini = atelier()
    parent = gemini.painted()
    place = f"{parent.figurine_id}/1/1"
    memo = json.loads(gemini.shop.pictures.read_memo(place, owner=parent.user_id))
    for part in memo["parts"]:
        part["signature"] = memo["parts"][0]["signature"]  # that of the words does not fit the picture
    gemini.shop.pictures.keep_memo(place, json.dumps(memo).encode(), owner=parent.user_id)
    gemini.version(parent)
    assert [(call.turns, call.status) for call in gemini.calls()[1:]] == [(1, 400), (1, 200)]


def test_no_photo_and_no_word_and_no_signature_lies_anywhere_unsealed(atelier: Callable[..., Atelier]) -> None:
    gemini = atelier()
    parent = gemini.painted()
    life = gemini.version(parent)
    memo = gemini.shop.pictures.read_memo(f"{life.figurine_id}/1/1", owner=life.user_id)
    signatures = [part["signature"].strip() for part in json.loads(memo)["parts"]]
    assert len(signatures) == 2
    secrets = [NOTE.encode(), b"Quillfeather", PHOTO[:64], gemini.original(parent)[:64], *map(str.encode, signatures)]
    for raw in everything(gemini.shop):
        assert not [secret for secret in secrets if secret in raw]
    # The photo itself is nowhere, sealed or not: neither memo repeats it.
    earlier = gemini.shop.pictures.read_memo(f"{parent.figurine_id}/1/1", owner=parent.user_id)
    assert PHOTO not in memo
    assert PHOTO not in earlier
    assert gemini.shop.keys("uploads", parent.upload_id) == []


def everything(shop: Shop) -> Iterator[bytes]:
    """Every object as it lies in the store, and every row as text."""
    for bucket in shop.buckets.values():
        for item in shop.client.list_objects(bucket, recursive=True):
            with shop.client.get_object(bucket, str(item.object_name)) as stored:
                yield stored.read()
    with shop.unit.database.begin() as connection:
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        ).fetchall()
        for (name,) in names:
            for (row,) in connection.execute(f"SELECT t::text FROM {name} t".encode()).fetchall():  # noqa: S608 - names from the catalogue
                yield str(row).encode()


def test_the_words_go_when_the_version_is_painted_and_nobody_is_told_of_a_photo(
    atelier: Callable[..., Atelier],
) -> None:
    gemini = atelier()
    life = gemini.version(gemini.painted())
    gemini.shop.workshop.delete_uploads()
    assert gemini.shop.upload(life) == ("deleted", "generated")
    assert gemini.shop.keys("uploads", life.upload_id) == []
    assert "image.deleted" not in gemini.shop.types_told(life)
    with gemini.shop.unit.begin() as work:
        assert work.uploads.held_for(life.user_id) == []


def test_the_memo_goes_with_its_picture(atelier: Callable[..., Atelier]) -> None:
    gemini = atelier()
    parent = gemini.painted()
    child = gemini.version(parent)
    gemini.delete(parent)
    gemini.shop.workshop.delete_figurines()
    assert gemini.shop.keys("figurines", parent.figurine_id) == []
    # The version stays, and what is made of it begins there.
    assert len(gemini.shop.keys("figurines", child.figurine_id)) == len(Size) + 1
    gemini.version(child)
    assert gemini.calls()[-1].turns == 3


def test_a_version_whose_parent_is_deleted_while_it_waits_ends_and_the_wire_stays_silent(
    atelier: Callable[..., Atelier],
) -> None:
    gemini = atelier()
    parent = gemini.painted()
    life = gemini.edit(parent)
    gemini.delete(parent)
    gemini.shop.workshop.render_next()
    assert gemini.shop.state(life) == ("failed", "parent_missing", 1)
    assert len(gemini.calls()) == 1
    assert gemini.shop.upload(life) == ("deleting", "parent_missing")


class Deletes:
    """Pictures whose owner deletes the figurine in the moment they are read."""

    def __init__(self, pictures: S3Pictures, delete: Callable[[], None]) -> None:
        self._pictures = pictures
        self._delete = delete

    def open(self, prefix: str, size: Size, *, owner: UUID) -> OpenPicture:
        return self._pictures.open(prefix, size, owner=owner)

    def read_memo(self, prefix: str, *, owner: UUID) -> bytes:
        memo = self._pictures.read_memo(prefix, owner=owner)
        self._delete()
        return memo


def test_a_parent_deleted_after_it_was_read_is_shown_to_nobody(atelier: Callable[..., Atelier]) -> None:
    gemini = atelier()
    parent = gemini.painted()
    life = gemini.edit(parent)
    deleting = Deletes(gemini.shop.pictures, lambda: gemini.delete(parent))
    gemini.shop.with_workshop(pictures=deleting).workshop.render_next()
    assert gemini.shop.state(life) == ("failed", "parent_missing", 1)
    # Only of the parent, when it was painted.
    assert (len(gemini.calls()), len(disclosures(gemini.shop, life))) == (1, 1)


@pytest.mark.parametrize("whose", ["nobody's", "somebody else's", "another picture"])
def test_what_cannot_be_gone_on_from_is_refused_before_it_costs_anything(
    atelier: Callable[..., Atelier], whose: str
) -> None:
    gemini = atelier()
    parent = gemini.painted()
    stranger = {"nobody's": Life(user_id=parent.user_id), "somebody else's": parent, "another picture": parent}[whose]
    fields = {} if whose != "somebody else's" else {"user_id": Life().user_id}
    life = gemini.edit(stranger, picture=2 if whose == "another picture" else 1, **fields)
    assert gemini.shop.state(life) == ("failed", "parent_missing", 0)
    assert gemini.shop.types_told(life) == ["figurine.failed"]


def test_a_figurine_of_the_studio_engine_has_nothing_to_go_on_from(shop: Shop) -> None:
    parent = shop.ready()
    shop.workshop.render_next()
    life = Life(user_id=parent.user_id, began=shop.clock.now())
    with shop.unit.begin() as work:
        use_cases.accept_edit(work, life.edit_ordered(parent), catalogue=CATALOGUE)
    assert shop.state(life) == ("failed", "parent_missing", 0)


def test_an_edit_told_twice_is_one_order(atelier: Callable[..., Atelier]) -> None:
    gemini = atelier()
    parent = gemini.painted()
    life = gemini.edit(parent)
    gemini.accept(life, parent)
    assert gemini.shop.types_told(life) == ["figurine.requested"]
    gemini.shop.workshop.render_next()
    gemini.accept(life, parent)
    assert gemini.shop.state(life) == ("succeeded", None, 1)
    assert gemini.shop.workshop.render_next() == 0


def test_an_edit_that_was_cancelled_before_it_came_stays_cancelled_and_its_words_go(
    atelier: Callable[..., Atelier],
) -> None:
    gemini = atelier()
    parent = gemini.painted()
    life = Life(style=STYLE, user_id=parent.user_id, began=gemini.shop.clock.now())
    life = gemini.shop.bring(life, None, note=NOTE)
    gemini.shop.cancel(life)
    gemini.accept(life, parent)
    gemini.shop.workshop.delete_uploads()
    assert gemini.shop.state(life)[:2] == ("cancelled", "cancelled")
    assert gemini.shop.keys("uploads", life.upload_id) == []


def test_who_no_longer_agrees_gets_no_version_although_the_studio_engine_paints_the_style_too(
    atelier: Callable[..., Atelier],
) -> None:
    gemini = atelier()
    both = next(style.id for style in CATALOGUE.values() if style.engines == (GEMINI, STUDIO))
    parent = gemini.painted()
    life = gemini.edit(parent, style=both)
    agree(gemini.shop, life, granted=False)
    gemini.shop.workshop.render_next()
    assert gemini.shop.state(life) == ("failed", "restricted", 0)
    assert len(gemini.calls()) == 1


def test_a_renderer_that_dies_before_it_asked_leaves_the_version_to_another(atelier: Callable[..., Atelier]) -> None:
    gemini = atelier()
    life = gemini.edit(gemini.painted())
    assert gemini.shop.claim() is not None
    gemini.shop.clock.advance(gemini.shop.workshop.lease + timedelta(seconds=1))
    gemini.shop.run(use_cases.release_expired_leases)
    gemini.shop.workshop.render_next()
    assert gemini.shop.state(life) == ("succeeded", None, 2)


def test_an_unanswered_version_is_asked_for_once_more_and_no_more(atelier: Callable[..., Atelier]) -> None:
    gemini = atelier()
    life = gemini.edit(gemini.painted())
    gemini.emulator.control.will(Behaviour(kind=Kind.DROP), Behaviour(kind=Kind.DROP))
    for _ in range(3):
        gemini.shop.workshop.render_next()
        gemini.shop.clock.advance(timedelta(minutes=1))
    assert gemini.shop.state(life) == ("failed", "engine_timeout", 2)
    assert len(gemini.calls()) == 3


def test_words_that_wait_for_a_day_go_and_the_version_with_them(atelier: Callable[..., Atelier]) -> None:
    gemini = atelier()
    life = gemini.edit(gemini.painted())
    gemini.shop.clock.advance(DAY)
    gemini.shop.run(use_cases.expire_uploads)
    assert gemini.shop.state(life) == ("failed", "engine_unavailable", 0)
    gemini.shop.workshop.delete_uploads()
    assert gemini.shop.keys("uploads", life.upload_id) == []
