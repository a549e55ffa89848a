"""The whole way with Gemini, wired as in production: from the queue over the wire of its emulator into the store."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from pydantic import SecretStr

from generation.domain import GEMINI, STUDIO, UNKNOWN_PAUSE, Limits, Painters
from generation.jobs import jobs, note_unknown_calls
from generation.ports import Size
from generation.wiring import engines_of
from ops.emulators.gemini.script import Behaviour, Kind
from tests.builders import Life
from tests.fakes.engine import FakeEngine
from tests.fixtures.gemini import RunningEmulator
from tests.fixtures.signing import SigningFiles
from tests.integration.generation.doors import settings_of
from tests.integration.generation.gemini_orders import PHOTO
from tests.integration.generation.shop import CATALOGUE, Shop
from tests.integration.generation.test_partners import agree, attempt, disclosures, painted_by

STYLE = "desk-statue"


@pytest.fixture
def shop(
    shop: Shop, generation_dsn: str, gemini_emulator: RunningEmulator, signing_files: SigningFiles
) -> Iterator[Shop]:
    settings = settings_of(
        generation_dsn,
        signing_files,
        gemini_api_key=SecretStr(gemini_emulator.key),
        gemini_key_tier="unpaid",
        gemini_base_url=gemini_emulator.base_url,
        gemini_deadline_seconds=3,
    )
    engines = {**engines_of(settings, partial(note_unknown_calls, shop.unit)), STUDIO: FakeEngine(STUDIO)}
    painters = Painters(styles=CATALOGUE, available=frozenset(engines), limits=Limits(partners={GEMINI: 8}))
    yield shop.with_workshop(engines=engines, painters=painters)
    engines[GEMINI].close()


@pytest.fixture
def order(shop: Shop) -> Callable[..., Life]:
    def order(variants: int = 1) -> Life:
        life = Life(style=STYLE, variants=variants, began=shop.clock.now())
        agree(shop, life)
        life = shop.bring(life, PHOTO, title="Quillfeather", note="in space")
        return shop.afford(shop.accept(life))

    return order


def test_what_was_ordered_is_painted_by_gemini_told_and_stored(
    shop: Shop, order: Callable[..., Life], gemini_emulator: RunningEmulator
) -> None:
    life = order(variants=2)
    assert shop.workshop.render_next(STUDIO) == 0
    assert shop.workshop.render_next(GEMINI) == 1
    assert painted_by(shop, life) == ("succeeded", GEMINI)
    assert disclosures(shop, life) == [("google_gemini", "photo_and_prompt", "U2", 1)]
    assert len(gemini_emulator.control.ledger().calls) == 2
    assert len(shop.keys("figurines", life.figurine_id)) == 2 * (len(Size) + len(["memo"]))


def test_a_refusal_ends_the_job_and_is_not_tried_again(
    shop: Shop, order: Callable[..., Life], gemini_emulator: RunningEmulator
) -> None:
    gemini_emulator.control.will(Behaviour(kind=Kind.BLOCKED, reason="PROHIBITED_CONTENT"))
    life = order()
    shop.workshop.render_next()
    assert shop.state(life) == ("failed", "refused_by_engine", 1)
    assert shop.types_told(life)[-2:] == ["partner.disclosed", "figurine.failed"]


def test_a_broken_line_is_an_unknown_call_and_asked_once_more_after_a_pause(
    shop: Shop, order: Callable[..., Life], gemini_emulator: RunningEmulator
) -> None:
    gemini_emulator.control.will(Behaviour(kind=Kind.DROP))
    life = order()
    shop.workshop.render_next()
    assert attempt(shop, life) == (GEMINI, "unknown", 1)
    assert shop.workshop.render_next() == 0
    shop.clock.advance(UNKNOWN_PAUSE)
    shop.workshop.render_next()
    assert shop.state(life) == ("succeeded", None, 2)
    assert len(disclosures(shop, life)) == 2


def test_a_quota_that_names_its_time_is_waited_for(
    shop: Shop, order: Callable[..., Life], gemini_emulator: RunningEmulator
) -> None:
    gemini_emulator.control.will(Behaviour(kind=Kind.ERROR, code=429, retry_seconds=40))
    life = order()
    shop.workshop.render_next()
    assert shop.state(life) == ("queued", None, 1)
    shop.clock.advance(timedelta(seconds=39))
    assert shop.workshop.render_next() == 0
    shop.clock.advance(timedelta(seconds=1))
    shop.workshop.render_next()
    assert shop.state(life) == ("succeeded", None, 2)


def test_without_consent_the_wire_stays_silent(shop: Shop, gemini_emulator: RunningEmulator) -> None:
    life = shop.ready(style=STYLE)
    agree(shop, life, granted=False)
    shop.workshop.render_next()
    assert shop.state(life) == ("failed", "restricted", 0)
    assert gemini_emulator.control.ledger().calls == []


def test_every_engine_has_renderers_of_its_own_as_many_as_it_paints_at_once(shop: Shop) -> None:
    painters = replace(shop.workshop.painters, limits=Limits(renderers=3, partners={GEMINI: 5}))
    named = {job.name: job.parallel for job in jobs(replace(shop.workshop, painters=painters))}
    assert (named["render"], named["render with gemini"]) == (3, 5)
