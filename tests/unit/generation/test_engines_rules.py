"""Which engine paints, and what a person is told about the wait."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import SYSTEM_CLOCK
from generation.domain import (
    CONSENT_PATIENCE,
    GEMINI,
    LONGEST_PAUSE,
    MAX_FAILURES,
    PARTNERS,
    STUDIO,
    FailureCode,
    Limits,
    NoEngine,
    Painters,
    Standing,
    State,
    Style,
    after_unknown,
    choose_engine,
    consent_may_come,
    pause_after,
    waiting_time,
)

NOW = SYSTEM_CLOCK.now()
YES = frozenset({"google_gemini"})
NO = frozenset[str]()
SECOND = timedelta(seconds=1)
BOTH = (GEMINI, STUDIO)
SUBSETS = [frozenset(each) for size in range(3) for each in combinations(BOTH, size)]
STANDING = Standing(engine=STUDIO, style="pin", place=1, own_place=1, painting=0, own_painting=0, not_before=None)


@pytest.mark.parametrize(
    ("offered", "available", "consented", "choice"),
    [
        (BOTH, BOTH, YES, GEMINI),
        (BOTH, BOTH, NO, NoEngine.NO_CONSENT),
        (BOTH, (STUDIO,), YES, NoEngine.NOT_HERE),
        ((STUDIO,), BOTH, YES, NoEngine.NOT_HERE),
    ],
)
def test_only_gemini_goes_on_from_a_picture_and_nobody_takes_its_place(
    offered: tuple[str, ...], available: tuple[str, ...], consented: frozenset[str], choice: str | NoEngine
) -> None:
    style = Style(id="pin", name="", description="", price=1, subjects=(), engines=offered)
    painters = Painters(styles={"pin": style}, available=frozenset(available))
    assert painters.choose("pin", consented, goes_on=True) == choice


@pytest.mark.parametrize(
    ("offered", "available", "consented", "choice"),
    [
        (BOTH, BOTH, YES, GEMINI),
        (BOTH, BOTH, NO, STUDIO),
        (BOTH, (STUDIO,), YES, STUDIO),
        (BOTH, (GEMINI,), YES, GEMINI),
        (BOTH, (GEMINI,), NO, NoEngine.NO_CONSENT),
        ((GEMINI,), BOTH, YES, GEMINI),
        ((GEMINI,), BOTH, NO, NoEngine.NO_CONSENT),
        ((GEMINI,), (STUDIO,), YES, NoEngine.NOT_HERE),
        ((STUDIO,), BOTH, YES, STUDIO),
        ((STUDIO,), (GEMINI,), YES, NoEngine.NOT_HERE),
        ((), BOTH, YES, NoEngine.NOT_HERE),
    ],
)
def test_gemini_paints_for_whoever_agreed_and_the_studio_engine_for_everybody_else(
    offered: tuple[str, ...], available: tuple[str, ...], consented: frozenset[str], choice: str | NoEngine
) -> None:
    assert choose_engine(offered, available, consented) == choice


@pytest.mark.parametrize("offered", SUBSETS)
@pytest.mark.parametrize("available", SUBSETS)
@pytest.mark.parametrize("consented", [NO, frozenset({"analytics"}), YES])
def test_no_engine_is_chosen_that_is_not_offered_not_here_or_not_agreed_to(
    offered: frozenset[str], available: frozenset[str], consented: frozenset[str]
) -> None:
    choice = choose_engine(sorted(offered), available, consented)
    if not isinstance(choice, NoEngine):
        assert choice in offered & available
        assert choice not in PARTNERS or PARTNERS[choice].consent in consented


def test_whoever_lacks_an_engine_reads_why() -> None:
    assert NoEngine.NO_CONSENT.code is FailureCode.RESTRICTED
    assert NoEngine.NO_STYLE.code is FailureCode.REFUSED_BY_ENGINE
    assert NoEngine.NOT_HERE.code is FailureCode.ENGINE_UNAVAILABLE


def test_a_style_that_has_left_the_catalogue_has_no_engine() -> None:
    assert Painters(styles={}).choose("pin", YES) is NoEngine.NO_STYLE
    pin = Style(id="pin", name="", description="", price=1, subjects=(), engines=(STUDIO,))
    assert Painters(styles={"pin": pin}).choose("pin", NO) == STUDIO


def test_a_consent_is_waited_for_a_moment_and_not_after_a_no() -> None:
    assert consent_may_come(None, ordered_at=NOW, now=NOW)
    assert consent_may_come(NOW - SECOND, ordered_at=NOW, now=NOW)
    assert not consent_may_come(NOW, ordered_at=NOW, now=NOW)
    assert not consent_may_come(None, ordered_at=NOW, now=NOW + CONSENT_PATIENCE)


@pytest.mark.parametrize("failures", range(MAX_FAILURES))
def test_a_call_nobody_knows_the_end_of_is_repeated_once_at_most(failures: int) -> None:
    assert after_unknown(failures, 2) is State.FAILED
    assert after_unknown(failures, 1) is (State.QUEUED if failures + 1 < MAX_FAILURES else State.FAILED)


@given(failures=st.integers(0, MAX_FAILURES), seconds=st.floats(0, 1e6))
def test_a_pause_is_as_long_as_the_engine_asks_and_never_longer_than_a_person_waits(
    failures: int, seconds: float
) -> None:
    asked = timedelta(seconds=seconds)
    pause = pause_after(failures, asked)
    assert pause_after(failures) <= pause <= LONGEST_PAUSE
    assert pause >= min(asked, LONGEST_PAUSE)


def test_the_limits_are_of_the_partner_or_of_this_machine_and_never_nothing() -> None:
    limits = Limits(renderers=3, partners={GEMINI: 8})
    assert (limits.of(GEMINI), limits.of(STUDIO)) == (8, 3)
    assert Limits(renderers=0).of(STUDIO) == 1


def painters(person: int = 2) -> Painters:
    return Painters(styles={}, limits=Limits(person=person, renderers=4, partners={GEMINI: 8}))


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        ({}, 10),
        # Room for four beside each other, and all of it taken.
        ({"place": 5}, 20),
        ({"painting": 4}, 20),
        ({"painting": 4, "place": 9}, 40),
        # Room for eight at the partner's.
        ({"engine": GEMINI, "place": 8}, 10),
        # Everybody else is quick, but it is the person's own fifth.
        ({"own_place": 5, "place": 5}, 30),
        ({"own_painting": 2}, 20),
        ({"not_before": NOW + 40 * SECOND}, 50),
        ({"not_before": NOW - SECOND}, 10),
    ],
)
def test_the_estimate_knows_every_limit(changes: dict[str, object], seconds: int) -> None:
    standing = replace(STANDING, **changes)  # pyright: ignore[reportArgumentType]
    assert painters().place(standing, [10_000], now=NOW).estimate_seconds == seconds


def test_without_experience_a_partner_is_said_to_take_longer() -> None:
    assert painters().place(STANDING, [], now=NOW).estimate_seconds == 5
    assert painters().place(replace(STANDING, engine=GEMINI), [], now=NOW).estimate_seconds == 30


@given(place=st.integers(1, 500), painting=st.integers(0, 16), at_once=st.integers(1, 16))
def test_whoever_finds_the_engine_busy_is_not_promised_a_picture_sooner(
    place: int, painting: int, at_once: int
) -> None:
    idle = waiting_time(place, [7000], at_once)
    assert idle <= waiting_time(place, [7000], at_once, painting=min(painting, at_once))
