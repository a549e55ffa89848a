"""A post desk killed in the middle: nobody is painted twice, nobody's photo stays, and every order ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from generation.domain.batches import LEASE, UNKNOWN_PATIENCE, BatchState
from generation.ports import Size
from ops.embedded.site import PROJECT
from tests.fixtures.gemini import RunningEmulator
from tests.integration.generation.mortal_post import AFTER_THE_CALL, AFTER_THE_FIRST_ORDER, BEFORE_THE_CALL
from tests.integration.generation.post import A_WHILE, Post, Start, opened
from tests.integration.generation.shop import Shop
from tests.integration.generation.test_partners import attempt, disclosures

Kill = Callable[[str], None]


@pytest.fixture
def post(shop: Shop, gemini_emulator: RunningEmulator, gemini_engine: Start) -> Post:
    return opened(shop, gemini_emulator, gemini_engine)


@pytest.fixture
def killed(post: Post, generation_dsn: str, gemini_emulator: RunningEmulator) -> Kill:
    """A desk in a process of its own, killed at that moment."""

    def killed(moment: str) -> None:
        told = {
            "POST_DSN": generation_dsn,
            "POST_URL": gemini_emulator.base_url,
            "POST_KEY": gemini_emulator.key,
            "POST_NOW": post.shop.clock.now().isoformat(),
        }
        command = [sys.executable, "-m", "tests.integration.generation.mortal_post", moment]
        ended = subprocess.run(command, cwd=PROJECT, env={**os.environ, **told}, check=False, timeout=60)
        assert ended.returncode == -signal.SIGKILL

    return killed


def test_killed_between_the_record_and_the_call_it_is_asked_about_and_made_once(post: Post, killed: Kill) -> None:
    life = post.order()
    killed(BEFORE_THE_CALL)
    assert (post.states(), len(disclosures(post.shop, life)), post.there()) == ([BatchState.SENDING], 1, [])
    assert (post.desk.look(), post.desk.hand_over()) == (0, 0)
    post.look(after=LEASE)
    post.look(after=UNKNOWN_PATIENCE)
    assert (post.shop.state(life)[0], attempt(post.shop, life)[1]) == ("queued", "unknown")
    assert post.desk.hand_over() == 1
    post.look()
    assert (post.shop.state(life), post.billed(), post.kept()) == (("succeeded", None, 2), 1, [])


def test_killed_between_the_call_and_its_settlement_it_is_found_and_not_repeated(post: Post, killed: Kill) -> None:
    life = post.order()
    killed(AFTER_THE_CALL)
    assert (post.states(), post.shop.upload(life)) == ([BatchState.SENDING], ("held", None))
    post.look(after=LEASE)
    assert post.shop.upload(life) == ("deleting", "handed_over")
    post.look()
    assert post.shop.state(life) == ("succeeded", None, 1)
    assert (len(post.there()), post.billed(), post.kept()) == (1, 1, [])


def test_killed_between_two_orders_of_a_batch_each_is_delivered_once(post: Post, killed: Kill) -> None:
    first, second = post.order(), post.order()
    post.desk.hand_over()
    post.shop.clock.advance(A_WHILE)
    killed(AFTER_THE_FIRST_ORDER)
    assert [post.shop.state(life)[0] for life in (first, second)] == ["succeeded", "rendering"]
    assert len(post.kept()) == 1
    post.look(after=LEASE)
    for life in (first, second):
        assert post.shop.types_told(life).count("figurine.generated") == 1
    assert post.shop.state(second) == ("succeeded", None, 1)
    assert len(post.shop.keys("figurines", second.figurine_id)) == len(Size)
    assert (post.billed(), post.kept()) == (2, [])
