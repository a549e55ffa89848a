"""From a paid order to its ending, with an engine that does as it is told."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from common.contracts.generation import FigurineFailed, FigurineGenerated
from common.errors import NotYet, Unavailable
from common.sealing import Keyring, Sealer
from common.storage import ObjectStore
from generation import use_cases
from generation.adapters.objects import S3Photos
from generation.domain import (
    LONGEST_PAINTING,
    MAX_FAILURES,
    RETRYABLE,
    STORE_PAUSE,
    AlreadyEnded,
    FailureCode,
    Limits,
    NoSuchFigurine,
    Origin,
    Style,
)
from generation.ports import Finished, Painting, Size
from tests.builders import Life
from tests.fakes.engine import cards, crashes, fails
from tests.fakes.stores import as_painted
from tests.integration.generation.shop import Shop

FINAL = sorted(
    set(FailureCode) - RETRYABLE - {FailureCode.INSUFFICIENT_CREDITS, FailureCode.CANCELLED, FailureCode.PHOTO_MISSING}
)


@pytest.mark.parametrize("variants", [1, 4])
def test_every_picture_that_was_ordered_is_painted_stored_and_told(shop: Shop, variants: int) -> None:
    life = shop.ready(variants=variants)
    assert shop.workshop.render_next() == 1
    assert shop.workshop.render_next() == 0
    assert shop.state(life) == ("succeeded", None, 1)
    generated = shop.told(life)[-1]
    assert isinstance(generated, FigurineGenerated)
    assert ([picture.n for picture in generated.pictures], generated.requested) == (
        list(range(1, variants + 1)),
        variants,
    )
    assert generated.engine == "fake"
    assert shop.types_told(life) == ["figurine.requested", "figurine.started", "figurine.generated"]
    sizes = [f"{life.figurine_id}/1/{n}-{size}" for n in range(1, variants + 1) for size in Size]
    assert shop.keys("figurines", life.figurine_id) == sorted(sizes)


def test_the_engine_learns_what_was_ordered_and_nothing_about_the_person(shop: Shop) -> None:
    life = shop.afford(shop.order(Life(variants=2), title="Zoë 🎈", note="in space"))
    shop.workshop.render_next()
    (order,) = shop.engine.orders
    assert (order.photo, order.title, order.note) == (b"the photo", "Zoë 🎈", "in space")
    assert (order.style, order.variants, order.aspect_ratio, order.seed) == (life.style, 2, "1:1", life.seed)
    assert str(life.user_id) not in repr(order)


def test_fewer_pictures_than_ordered_are_a_success_in_part(shop: Shop) -> None:
    shop.engine.will(cards(1))
    life = shop.ready(variants=3)
    shop.workshop.render_next()
    assert shop.state(life) == ("partly_succeeded", None, 1)
    generated = shop.told(life)[-1]
    assert isinstance(generated, FigurineGenerated)
    assert (len(generated.pictures), generated.requested) == (1, 3)


def test_more_pictures_than_ordered_are_not_delivered(shop: Shop) -> None:
    shop.engine.will(cards(4))
    life = shop.ready(variants=2)
    shop.workshop.render_next()
    generated = shop.told(life)[-1]
    assert isinstance(generated, FigurineGenerated)
    assert len(generated.pictures) == 2


def test_the_smaller_sizes_fit_their_frames_and_keep_their_shape(shop: Shop) -> None:
    shop.engine.will(cards(1, size=(1500, 1200)))
    life = shop.ready(variants=1)
    shop.workshop.render_next()
    found: dict[Size, tuple[int, int]] = {}
    for size in Size:
        with shop.pictures.open(f"{life.figurine_id}/1/1", size, owner=life.user_id) as opened:
            found[size] = Image.open(BytesIO(b"".join(opened))).size
    whole = (1500, 1200)
    assert found == {Size.FULL: whole, Size.ORIGINAL: whole, Size.PREVIEW: (1024, 819), Size.THUMB: (384, 307)}


@pytest.mark.parametrize("code", FINAL)
def test_what_cannot_be_painted_ends_with_its_reason_and_without_its_photo(shop: Shop, code: FailureCode) -> None:
    shop.engine.will(fails(code))
    life = shop.ready()
    shop.workshop.render_next()
    assert shop.state(life) == ("failed", code, 1)
    failed = shop.told(life)[-1]
    assert isinstance(failed, FigurineFailed)
    assert failed.code == code
    assert shop.workshop.delete_uploads() == 1
    assert shop.upload(life) == ("deleted", code)


def test_an_engine_that_paints_nothing_has_given_no_picture(shop: Shop) -> None:
    shop.engine.will(cards(0))
    life = shop.ready()
    shop.workshop.render_next()
    assert shop.state(life) == ("failed", "no_picture", 1)


@pytest.mark.parametrize("code", sorted(RETRYABLE))
def test_an_engine_that_was_away_is_asked_again_after_a_pause(shop: Shop, code: FailureCode) -> None:
    shop.engine.will(fails(code))
    life = shop.ready()
    shop.workshop.render_next()
    assert shop.state(life) == ("queued", None, 1)
    assert shop.workshop.render_next() == 0
    assert shop.upload(life) == ("held", None)
    shop.clock.advance(timedelta(seconds=2))
    assert shop.workshop.render_next() == 1
    assert shop.state(life) == ("succeeded", None, 2)


@pytest.mark.parametrize("code", sorted(RETRYABLE))
def test_after_three_attempts_it_ends(shop: Shop, code: FailureCode) -> None:
    shop.engine.will(*[fails(code)] * 3)
    life = shop.ready()
    for _ in range(3):
        assert shop.workshop.render_next() == 1
        shop.clock.advance(timedelta(seconds=10))
    assert shop.workshop.render_next() == 0
    assert shop.state(life) == ("failed", code, 3)
    assert shop.types_told(life).count("figurine.failed") == 1


def test_a_photo_that_is_not_there_is_not_painted(shop: Shop) -> None:
    life = shop.afford(shop.accept(Life()))
    shop.workshop.render_next()
    assert (shop.state(life), shop.engine.orders) == (("failed", "photo_missing", 1), [])


def test_a_store_that_is_away_is_waited_for(shop: Shop) -> None:
    life = shop.ready()
    nobody = ObjectStore(endpoint="https://localhost:1", access_key="a", secret_key="b", ca_file=None)
    photos = S3Photos(nobody, Sealer(Keyring({1: b"u" * 32}, current=1)))
    for attempt in range(1, MAX_FAILURES + 3):
        shop.with_workshop(photos=photos).workshop.render_next()
        assert shop.state(life) == ("queued", None, attempt)
        shop.clock.advance(STORE_PAUSE)
    shop.workshop.render_next()
    assert shop.state(life) == ("succeeded", None, MAX_FAILURES + 3)


def test_a_delivery_that_breaks_off_leaves_nothing_in_the_store(shop: Shop) -> None:
    life = shop.ready(variants=2)

    def second_one_breaks(painting: Painting, origin: Origin) -> Finished:
        if shop.keys("figurines", life.figurine_id):
            raise Unavailable
        return as_painted(painting, origin)

    shop.with_workshop(finish=second_one_breaks).workshop.render_next()
    assert shop.state(life) == ("queued", None, 1)
    assert len(shop.keys("figurines", life.figurine_id)) == 1
    # Whoever lost the claim may be storing still.
    assert shop.workshop.sweep_attempts() == 0
    shop.clock.advance(LONGEST_PAINTING + timedelta(seconds=1))
    assert shop.workshop.sweep_attempts() == 1
    assert shop.keys("figurines", life.figurine_id) == []
    assert shop.workshop.sweep_attempts() == 0


def test_an_engine_that_falls_over_costs_an_attempt_and_not_the_job(shop: Shop) -> None:
    shop.engine.will(crashes)
    life = shop.ready()
    with pytest.raises(RuntimeError):
        shop.workshop.render_next()
    assert shop.state(life) == ("rendering", None, 1)
    shop.clock.advance(timedelta(seconds=21))
    assert shop.run(use_cases.release_expired_leases) == 1
    shop.workshop.render_next()
    assert shop.state(life) == ("succeeded", None, 2)


def test_an_order_in_a_style_nobody_paints_ends_at_once(shop: Shop) -> None:
    life = shop.order(Life(style="marble-bust"))
    assert shop.state(life) == ("failed", "refused_by_engine", 0)
    assert shop.types_told(life) == ["figurine.failed"]
    assert shop.upload(life) == ("deleting", "refused_by_engine")


def test_an_order_that_cannot_be_paid_is_rejected_and_its_photo_goes(shop: Shop) -> None:
    life = shop.order(Life())
    with shop.unit.begin() as work:
        use_cases.reject_job(work, life.refused())
    assert shop.state(life) == ("rejected", "insufficient_credits", 0)
    assert shop.upload(life) == ("deleting", "insufficient_credits")


def test_news_of_credits_that_overtakes_its_order_waits(shop: Shop) -> None:
    with pytest.raises(NotYet), shop.unit.begin() as work:
        use_cases.queue_job(work, Life().held())
    with pytest.raises(NotYet), shop.unit.begin() as work:
        use_cases.reject_job(work, Life().refused())


def test_the_price_is_the_one_of_the_day_of_the_order(shop: Shop) -> None:
    life = Life()
    dearer = Style(id=life.style, name="", description="", price=5, subjects=(), engines=())
    with shop.unit.begin() as work:
        use_cases.accept_order(work, life.uploaded(), catalogue={life.style: dearer})
    assert shop.told(life) == [life.requested().model_copy(update={"unit_price": 5})]


def test_what_was_chosen_reaches_the_engine_with_the_prompt_and_a_default_for_the_rest(shop: Shop) -> None:
    life = shop.ready(style="window-box", options={"backdrop": "dark"})
    shop.workshop.render_next()
    (order,) = shop.engine.orders
    assert order.options == {"backdrop": "dark", "resolution": "standard"}
    assert "deep charcoal" in order.prompt
    assert '{"title": "Ada", "note": ""}' in order.prompt.splitlines()
    assert shop.one("SELECT options FROM figurines WHERE id = %s", life.figurine_id) == ({"backdrop": "dark"},)


def test_an_order_from_before_there_were_options_is_painted_with_the_defaults(shop: Shop) -> None:
    shop.ready(style="acrylic-standee")
    shop.workshop.render_next()
    assert shop.engine.orders[0].options == {"backdrop": "auto", "resolution": "standard"}


def test_a_second_attempt_is_told_the_same_as_the_first(shop: Shop) -> None:
    shop.engine.will(fails("engine_unavailable"))
    shop.ready(options={"backdrop": "cool"})
    shop.workshop.render_next()
    shop.clock.advance(timedelta(minutes=1))
    shop.workshop.render_next()
    first, second = shop.engine.orders
    assert first == second


def test_a_style_that_has_left_the_catalogue_ends_its_jobs_without_a_charge(shop: Shop) -> None:
    life = shop.ready()
    left = shop.with_workshop(painters=replace(shop.workshop.painters, styles={}))
    left.workshop.render_next()
    assert shop.state(life) == ("failed", "refused_by_engine", 0)
    assert shop.types_told(life)[-1] == "figurine.failed"


def test_whoever_has_waited_longest_is_painted_first(shop: Shop) -> None:
    first = shop.ready()
    shop.clock.advance(timedelta(seconds=1))
    second = shop.ready()
    painters = replace(shop.workshop.painters, limits=Limits(renderers=1))
    with shop.unit.begin() as work:
        places = [
            use_cases.queue_place(work, life.user_id, life.figurine_id, painters=painters) for life in (first, second)
        ]
    assert [(place.place, place.estimate_seconds) for place in places if place] == [(1, 5), (2, 10)]
    shop.workshop.render_next()
    assert [shop.state(life)[0] for life in (first, second)] == ["succeeded", "queued"]
    with shop.unit.begin() as work:
        assert use_cases.queue_place(work, first.user_id, first.figurine_id, painters=painters) is None
        with pytest.raises(NoSuchFigurine):
            use_cases.queue_place(work, first.user_id, second.figurine_id, painters=painters)


def test_what_ended_cannot_be_cancelled_and_what_is_not_hers_does_not_exist(shop: Shop) -> None:
    life = shop.ready()
    with pytest.raises(NoSuchFigurine):
        shop.cancel(Life(figurine_id=life.figurine_id))
    shop.workshop.render_next()
    with pytest.raises(AlreadyEnded):
        shop.cancel(life)
    assert shop.state(life) == ("succeeded", None, 1)
