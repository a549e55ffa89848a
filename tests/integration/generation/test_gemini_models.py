"""The list of models when some are retired, and the circuit breaker when the partner is ill."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from common.clock import MovableClock
from generation.ports import PaintingUnknown
from ops.emulators.gemini.script import Behaviour, Latency, Script
from tests.integration.generation.gemini_orders import attempt, attempts, opened, order

FIRST, SECOND, THIRD = "gemini-2.5-flash-image", "gemini-nano-banana-2.1", "gemini-3.1-flash-lite-image"
BUSY = Behaviour(kind="error", code=503)


@pytest.fixture
def clock():
    return MovableClock()


def models_asked(emulator):
    return [call.model for call in emulator.control.ledger().calls]


def measured(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_retired_model_is_passed_over_told_once_and_not_asked_again(gemini_engine, gemini_emulator, clock):
    gemini_emulator.control.will(retired=[FIRST])
    engine = gemini_engine(clock=clock)
    with capture_logs() as logs:
        (painting,) = engine.paint(order())
        engine.paint(order())
    assert (painting.model, painting.media_type) == (SECOND, "image/jpeg")
    opened(painting)
    assert models_asked(gemini_emulator) == [FIRST, SECOND, SECOND]
    assert [entry["model"] for entry in logs if entry["log_level"] == "error"] == [FIRST]
    assert measured("generation_gemini_model_retired", model=FIRST) == 1.0


def test_passing_over_retired_models_uses_up_no_try(gemini_engine, gemini_emulator):
    gemini_emulator.control.will(BUSY, retired=[FIRST, SECOND])
    (painting,) = gemini_engine().paint(order())
    assert painting.model == THIRD
    assert models_asked(gemini_emulator) == [FIRST, SECOND, THIRD, THIRD]


def test_when_every_model_is_retired_no_call_is_made_any_more(gemini_engine, gemini_emulator):
    gemini_emulator.control.will(retired=[FIRST, SECOND, THIRD])
    engine = gemini_engine()
    assert attempt(engine, order()).code == "model_retired"
    assert attempt(engine, order(variants=2)).code == "model_retired"
    assert models_asked(gemini_emulator) == [FIRST, SECOND, THIRD]


def test_after_six_hours_a_retired_model_is_asked_again(gemini_engine, gemini_emulator, clock):
    gemini_emulator.control.will(retired=[FIRST])
    engine = gemini_engine(clock=clock)
    engine.paint(order())
    gemini_emulator.control.reset()
    clock.advance(timedelta(hours=5, minutes=59))
    assert engine.paint(order())[0].model == SECOND
    clock.advance(timedelta(minutes=2))
    assert engine.paint(order())[0].model == FIRST
    assert models_asked(gemini_emulator) == [SECOND, FIRST]
    assert measured("generation_gemini_model_retired", model=FIRST) == 0.0


def test_several_variants_that_find_a_model_retired_all_get_their_picture(gemini_engine, gemini_emulator):
    gemini_emulator.control.will(retired=[FIRST])
    with capture_logs() as logs:
        assert len(gemini_engine().paint(order(variants=4))) == 4
    assert len([entry for entry in logs if entry["log_level"] == "error"]) == 1


def test_an_engine_without_a_model_is_not_built(gemini_engine):
    with pytest.raises(ValueError, match="at least one"):
        gemini_engine(models=[])


def test_calls_are_counted_by_model_and_by_how_they_ended(gemini_engine, gemini_emulator):
    def counted(code, detail):
        return measured("generation_gemini_calls_total", model=FIRST, code=code, detail=detail)

    ends = (("painted", ""), ("refused_by_engine", "prompt_safety"), ("engine_timeout", "connection_lost"))
    before = [counted(*end) for end in ends]
    seconds = measured("generation_gemini_call_seconds_count", model=FIRST)
    gemini_emulator.control.will(Behaviour(), Behaviour(kind="blocked", reason="SAFETY"), Behaviour(kind="drop"))
    engine = gemini_engine()
    for _ in range(3):
        attempt(engine, order())
    assert [counted(*end) for end in ends] == [count + 1 for count in before]
    assert measured("generation_gemini_call_seconds_count", model=FIRST) == seconds + 3


def test_after_five_failures_in_a_row_no_call_passes_until_one_tries_the_way(gemini_engine, gemini_emulator, clock):
    gemini_emulator.control.will(*[BUSY] * 5)
    engine = gemini_engine(breaker_failures=5, breaker_seconds=30.0, clock=clock)
    failures = [attempt(engine, order()) for _ in range(4)]
    assert [failure.detail for failure in failures] == ["http_503", "http_503", "breaker_open", "breaker_open"]
    assert len(models_asked(gemini_emulator)) == 5
    assert measured("generation_gemini_breaker_state") == 2.0
    clock.advance(timedelta(seconds=18))
    waiting = attempt(engine, order())
    assert (waiting.code, waiting.retry_after) == ("engine_unavailable", 12.0)
    assert len(models_asked(gemini_emulator)) == 5
    clock.advance(timedelta(seconds=12))
    assert len(engine.paint(order(variants=1))) == 1
    assert len(engine.paint(order(variants=4))) == 4
    assert measured("generation_gemini_breaker_state") == 0.0


def test_a_try_that_fails_closes_the_way_for_another_while(gemini_engine, gemini_emulator, clock):
    gemini_emulator.control.will(*[BUSY] * 3)
    engine = gemini_engine(breaker_failures=2, breaker_seconds=30.0, clock=clock)
    attempt(engine, order())
    clock.advance(timedelta(seconds=31))
    failure = attempt(engine, order())
    assert (failure.detail, failure.retry_after) == ("breaker_open", 30.0)
    assert len(models_asked(gemini_emulator)) == 3


def test_one_call_alone_tries_the_way(gemini_engine, gemini_emulator, clock):
    gemini_emulator.control.will(BUSY, BUSY)
    engine = gemini_engine(breaker_failures=2, clock=clock)
    attempt(engine, order())
    clock.advance(timedelta(seconds=31))
    gemini_emulator.control.play(Script(queue=[Behaviour(latency=Latency(median=2.0))]))
    came = attempts(engine, [order(seed=n) for n in range(6)])
    assert sum(isinstance(each, list) for each in came) == 1
    assert len(models_asked(gemini_emulator)) == 3
    assert len(engine.paint(order())) == 1


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (Behaviour(kind="blocked", reason="SAFETY"), "refused_by_engine"),
        (Behaviour(kind="text_only"), "no_picture"),
        (Behaviour(kind="error", code=429, retry_seconds=99), "engine_unavailable"),
        (Behaviour(kind="error", code=400), "no_picture"),
        (Behaviour(kind="garbage_picture"), "no_picture"),
    ],
)
def test_a_partner_that_answers_is_not_ill(gemini_engine, gemini_emulator, behaviour, code):
    gemini_emulator.control.will(*[behaviour] * 6)
    engine = gemini_engine(breaker_failures=2)
    assert [attempt(engine, order()).code for _ in range(6)] == [code] * 6
    assert len(engine.paint(order())) == 1


def test_lines_that_break_count_as_illness(gemini_engine, gemini_emulator):
    gemini_emulator.control.will(*[Behaviour(kind="drop")] * 2)
    engine = gemini_engine(breaker_failures=2)
    came = [attempt(engine, order()) for _ in range(3)]
    assert [type(each) is PaintingUnknown for each in came] == [True, True, False]
    assert came[2].detail == "breaker_open"
