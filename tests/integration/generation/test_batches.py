"""Orders that can wait a day: handed over together, at half the price, and settled one by one."""

from datetime import timedelta

import pytest

from common.contracts.generation import FigurineGenerated, FigurineStarted
from generation import use_cases
from generation.domain import GEMINI, STUDIO
from generation.domain.batches import BatchState
from generation.ports import Size
from ops.emulators.gemini.script import Behaviour, Kind
from tests.fixtures.gemini import RunningEmulator
from tests.integration.generation.post import A_WHILE, Post, Start, opened
from tests.integration.generation.shop import Shop
from tests.integration.generation.test_partners import agree, attempt, disclosures, painted_by


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
    requested, _, started, generated = post.shop.told(life)
    assert isinstance(started, FigurineStarted)
    assert isinstance(generated, FigurineGenerated)
    assert (generated.engine, len(generated.pictures), requested.type) == (GEMINI, 2, "figurine.requested")
    assert (post.states(), post.kept(), post.billed()) == ([BatchState.ENDED], [], 2)


def test_the_photo_goes_as_soon_as_the_partner_has_it_and_not_before(post: Post) -> None:
    life = post.order()
    assert post.shop.upload(life) == ("held", None)
    post.will(ready_seconds=None)
    post.desk.hand_over()
    assert post.shop.upload(life) == ("deleting", "handed_over")
    post.shop.workshop.delete_uploads()
    assert post.shop.keys("uploads", life.upload_id) == []
    post.look()
    assert post.shop.state(life) == ("rendering", None, 1)
    post.control.finish_batches()
    post.look()
    assert post.shop.state(life) == ("succeeded", None, 1)
