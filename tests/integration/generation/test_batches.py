"""Orders that can wait a day: handed over together, at half the price, and settled one by one."""

from datetime import timedelta

import pytest

from common.contracts.generation import FigurineGenerated, FigurineStarted, ImageDeleted
from generation.domain import GEMINI
from generation.domain.batches import BatchState
from generation.ports import Size
from ops.emulators.gemini.script import Behaviour, Kind
from tests.fixtures.gemini import RunningEmulator
from tests.integration.generation.post import Post, Start, opened
from tests.integration.generation.shop import Shop
from tests.integration.generation.test_partners import disclosures, painted_by

MINUTE = timedelta(minutes=1)


@pytest.fixture
def post(shop: Shop, gemini_emulator: RunningEmulator, gemini_engine: Start) -> Post:
    return opened(shop, gemini_emulator, gemini_engine)


def test_an_order_that_can_wait_is_handed_over_painted_told_and_stored(post: Post) -> None:
    life = post.order(variants=2)
    assert post.shop.workshop.render_next(GEMINI) == 0
    assert post.desk.hand_over() == 1
    assert painted_by(post.shop, life) == ("rendering", GEMINI)
    assert disclosures(post.shop, life) == [("google_gemini", "photo_and_prompt", "U2", 1)]
    post.look()
    assert painted_by(post.shop, life) == ("succeeded", GEMINI)
    assert len(post.shop.keys("figurines", life.figurine_id)) == 2 * len(Size)
    _, disclosed, started, generated = post.shop.told(life)
    assert isinstance(started, FigurineStarted)
    assert isinstance(generated, FigurineGenerated)
    assert (generated.engine, len(generated.pictures), disclosed.type) == (GEMINI, 2, "partner.disclosed")
    assert (post.states(), post.kept(), post.billed()) == ([BatchState.ENDED], [], 2)


def test_the_photo_goes_as_soon_as_the_partner_has_it_and_not_before(post: Post) -> None:
    life = post.order()
    assert post.shop.upload(life) == ("held", None)
    post.will(ready_seconds=None)
    post.desk.hand_over()
    assert post.shop.upload(life) == ("deleting", "handed_over")
    post.shop.workshop.delete_uploads()
    assert post.shop.keys("uploads", life.upload_id) == []
    gone = post.shop.told(life)[-1]
    assert isinstance(gone, ImageDeleted)
    assert gone.reason == "handed_over"
    post.look()
    assert post.shop.state(life) == ("rendering", None, 1)
    post.control.finish_batches()
    post.look()
    assert post.shop.state(life) == ("succeeded", None, 1)


def test_orders_of_several_persons_go_together_and_each_gets_its_own(post: Post) -> None:
    post.will(shuffled=True)
    lives = [post.order(variants=n, seed=100 * n) for n in (1, 2)]
    assert (post.desk.hand_over(), post.desk.hand_over()) == (1, 0)
    post.look()
    assert [post.shop.state(life) for life in lives] == [("succeeded", None, 1)] * 2
    assert [batch.requests for batch in post.there()] == [3]
    assert [len(post.shop.keys("figurines", life.figurine_id)) // len(Size) for life in lives] == [1, 2]


def test_a_group_has_no_more_pictures_than_the_engine_takes_and_no_order_is_split(post: Post) -> None:
    for _ in range(3):
        post.order(variants=3)
    while post.desk.hand_over():
        pass
    assert [batch.requests for batch in post.there()] == [6, 3]


def test_an_order_of_one_person_never_gets_the_picture_of_another(post: Post) -> None:
    post.will(nameless=True, shuffled=True)
    lives = [post.order(), post.order()]
    post.desk.hand_over()
    post.look()
    assert [post.shop.state(life) for life in lives] == [("failed", "no_picture", 1)] * 2
    assert post.kept() == []


def test_where_a_batch_is_one_order_nothing_has_to_tell_its_pictures_apart(post: Post) -> None:
    post.will(nameless=True)
    life = post.sent(variants=2)
    post.look()
    assert post.shop.state(life) == ("succeeded", None, 1)


def test_a_batch_that_was_of_two_is_not_of_one_because_one_has_left(post: Post) -> None:
    post.will(nameless=True, ready_seconds=None)
    leaving, staying = post.order(), post.order()
    post.desk.hand_over()
    post.shop.cancel(leaving)
    post.control.finish_batches()
    post.look()
    assert post.shop.state(staying) == ("failed", "no_picture", 1)


# Every ending of a batch or of a picture in it: what happens, and what the order says then.
ENDINGS = {
    "blocked": (Behaviour(kind=Kind.BLOCKED, reason="PROHIBITED_CONTENT"), {}, "refused_by_engine"),
    "finished": (Behaviour(kind=Kind.FINISHED, reason="IMAGE_SAFETY"), {}, "refused_by_engine"),
    "a reason nobody knows": (Behaviour(kind=Kind.FINISHED, reason="NEWLY_INVENTED"), {}, "no_picture"),
    "words only": (Behaviour(kind=Kind.TEXT_ONLY), {}, "no_picture"),
    "nothing": (Behaviour(kind=Kind.EMPTY), {}, "no_picture"),
    "garbage": (Behaviour(kind=Kind.GARBAGE_PICTURE), {}, "no_picture"),
    "half a picture": (Behaviour(kind=Kind.TRUNCATED_PICTURE), {}, "no_picture"),
    "not an answer": (Behaviour(kind=Kind.INVALID_JSON), {}, "no_picture"),
    "a refused request": (Behaviour(kind=Kind.ERROR, code=400), {}, "no_picture"),
    "an overloaded engine": (Behaviour(kind=Kind.ERROR, code=503), {}, "engine_unavailable"),
    "a request that took too long": (Behaviour(kind=Kind.ERROR, code=504), {}, "engine_timeout"),
    "expired": (Behaviour(), {"end": "EXPIRED"}, "engine_timeout"),
    "failed": (Behaviour(), {"end": "FAILED"}, "engine_unavailable"),
    "cancelled by the partner": (Behaviour(), {"end": "CANCELLED"}, "engine_unavailable"),
}


@pytest.mark.filterwarnings("ignore:NEWLY_INVENTED is not a valid:UserWarning")
@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_comes_instead_of_a_picture_ends_the_order_with_its_reason_and_costs_nothing(
    post: Post, ending: str
) -> None:
    behaviour, batching, code = ENDINGS[ending]
    post.will(behaviour, **batching)
    life = post.sent()
    post.look()
    assert post.shop.state(life) == ("failed", code, 1)
    assert post.shop.types_told(life)[-1] == "figurine.failed"
    assert [number for *_, number in disclosures(post.shop, life)] == [1]
    assert (post.kept(), post.shop.keys("figurines", life.figurine_id)) == ([], [])


def test_a_picture_in_another_shape_is_set_in_the_ordered_one(post: Post) -> None:
    post.will(Behaviour(aspect_ratio="5:2"))
    life = post.sent()
    post.look()
    assert post.shop.one("SELECT width = height FROM pictures WHERE figurine_id = %s", life.figurine_id) == (True,)


def test_of_an_order_that_came_in_part_the_part_is_delivered(post: Post) -> None:
    post.will(Behaviour(), Behaviour(kind=Kind.BLOCKED, reason="SAFETY"), Behaviour(kind=Kind.ERROR, code=500))
    life = post.sent(variants=3)
    post.look()
    assert post.shop.state(life) == ("partly_succeeded", None, 1)
    assert len(post.shop.keys("figurines", life.figurine_id)) == len(Size)


def test_one_bad_answer_takes_no_picture_from_the_others_of_its_batch(post: Post) -> None:
    post.will(Behaviour(kind=Kind.INVALID_JSON), Behaviour(kind=Kind.ERROR, code=400), Behaviour())
    lives = [post.order() for _ in range(3)]
    post.desk.hand_over()
    post.look()
    assert [post.shop.state(life)[0] for life in lives] == ["failed", "failed", "succeeded"]
