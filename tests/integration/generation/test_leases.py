"""A renderer that goes silent loses its job, and what it brings later is dropped."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from common.work import UnitOfWork
from generation import use_cases
from generation.repository import Work
from tests.builders import Life
from tests.fakes.engine import Hangs, cards, fails
from tests.fakes.toy.running import eventually
from tests.integration.generation.shop import Shop

LEASE = timedelta(seconds=20)


@contextmanager
def hanging(shop: Shop, hang: Hangs) -> Generator[None]:
    """A renderer stuck in its engine while the block lasts; then it goes on to its end."""
    shop.engine.will(hang)
    with ThreadPoolExecutor(1) as threads:
        stuck = threads.submit(shop.workshop.render_next)
        assert hang.begun.wait(10)
        try:
            yield
        finally:
            hang.go_on.set()
        assert stuck.result(10) == 1


def silence(shop: Shop) -> None:
    shop.clock.advance(LEASE + timedelta(seconds=1))
    assert shop.run(use_cases.release_expired_leases) == 1


@pytest.fixture
def life(shop: Shop) -> Life:
    return shop.ready(variants=1)


def test_what_a_renderer_brings_after_another_took_over_is_dropped_and_swept(shop: Shop, life: Life) -> None:
    with hanging(shop, Hangs()):
        silence(shop)
        assert shop.state(life) == ("queued", None, 1)
        assert shop.workshop.render_next() == 1
        assert shop.state(life) == ("succeeded", None, 2)
        winner = shop.keys("figurines", life.figurine_id)
    assert shop.keys("figurines", life.figurine_id) == winner
    assert {key.split("/")[1] for key in winner} == {"2"}
    assert shop.types_told(life).count("figurine.generated") == 1


def test_what_a_renderer_brings_before_anybody_took_over_is_dropped_too(shop: Shop, life: Life) -> None:
    with hanging(shop, Hangs()):
        silence(shop)
    assert shop.state(life) == ("queued", None, 1)
    assert shop.keys("figurines", life.figurine_id) == []


def test_a_failure_that_comes_late_ends_nothing(shop: Shop, life: Life) -> None:
    with hanging(shop, Hangs(then=fails("no_picture"))):
        silence(shop)
        shop.workshop.render_next()
    assert shop.state(life) == ("succeeded", None, 2)
    assert "figurine.failed" not in shop.types_told(life)


def test_what_was_cancelled_while_it_was_painted_is_not_delivered(shop: Shop, life: Life) -> None:
    with hanging(shop, Hangs(then=cards(1))):
        shop.cancel(life)
    assert shop.state(life) == ("cancelled", "cancelled", 1)
    assert shop.keys("figurines", life.figurine_id) == []
    assert shop.types_told(life)[-1] == "figurine.failed"


def test_a_job_whose_renderers_all_went_silent_ends(shop: Shop, life: Life) -> None:
    for _ in range(3):
        assert shop.claim() is not None
        silence(shop)
    assert shop.state(life) == ("failed", "engine_timeout", 3)
    assert shop.upload(life) == ("deleting", "engine_timeout")


def test_a_sign_of_life_keeps_the_job(shop: Shop, life: Life) -> None:
    claimed = shop.claim()
    assert claimed is not None
    for _ in range(3):
        shop.clock.advance(LEASE * 0.8)
        with shop.unit.begin() as work:
            assert use_cases.keep_claim(work, claimed, lease=LEASE)
        assert shop.run(use_cases.release_expired_leases) == 0
    shop.cancel(life)
    with shop.unit.begin() as work:
        assert not use_cases.keep_claim(work, claimed, lease=LEASE)


def test_a_renderer_shows_signs_of_life_while_its_engine_paints(shop: Shop, life: Life) -> None:
    unit = UnitOfWork(service="generation", database=shop.unit.database, build=Work)
    lively = replace(shop, workshop=replace(shop.workshop, unit=unit, lease=timedelta(seconds=0.3)))

    def lease_until() -> datetime:
        (until,) = shop.one("SELECT lease_until FROM figurines WHERE id = %s", life.figurine_id)
        return until

    with hanging(lively, Hangs()):
        first = lease_until()
        eventually(lambda: lease_until() > first)
    assert shop.state(life) == ("succeeded", None, 1)


def test_two_renderers_never_paint_the_same_job(shop: Shop) -> None:
    lives = [shop.ready(variants=1) for _ in range(8)]
    with ThreadPoolExecutor(4) as renderers:
        turns = [renderers.submit(shop.workshop.render_next) for _ in range(12)]
    assert sum(turn.result() for turn in turns) == len(lives)
    assert {shop.state(life) for life in lives} == {("succeeded", None, 1)}
