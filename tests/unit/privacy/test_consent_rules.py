"""What can be allowed, and since when a change counts."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import SYSTEM_CLOCK
from privacy.domain import (
    PURPOSES,
    STEP,
    Consent,
    ConsentChange,
    How,
    NoSuchConsent,
    UnknownPolicy,
    check_policy,
    find_purpose,
    next_moment,
)

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(-30), timedelta(30)).map(lambda since: NOON + since)


def change(changed_at: datetime, *, granted: bool = True) -> ConsentChange:
    return ConsentChange(
        id=SYSTEM_CLOCK.new_id(),
        user_id=SYSTEM_CLOCK.new_id(),
        purpose="news",
        granted=granted,
        policy_version="2026-11-01",
        how=How.API,
        changed_at=changed_at,
    )


def test_six_things_can_be_allowed():
    assert list(PURPOSES) == [
        "google_gemini",
        "saved_photos",
        "quality_feedback",
        "photo_training",
        "analytics",
        "news",
    ]


@pytest.mark.parametrize("purpose", PURPOSES.values(), ids=PURPOSES)
def test_what_is_asked_and_what_follows_is_said_in_whole_sentences(purpose):
    assert not purpose.title.endswith(".")
    for text in (purpose.sentence, purpose.allows, purpose.withdrawn):
        assert text.endswith(".")
        assert not {"!", "—"} & set(text)


def test_the_sentence_about_gemini_says_where_the_photo_goes_and_how_long_it_stays_there():
    gemini = find_purpose("google_gemini")
    assert "Google" in gemini.sentence
    assert "55 days" in gemini.allows
    assert "cannot be called back" in gemini.withdrawn


@pytest.mark.parametrize("name", ["", "gemini", "GOOGLE_GEMINI", "google_gemini ", "../accounts"])
def test_nothing_else_can_be_allowed(name):
    with pytest.raises(NoSuchConsent):
        find_purpose(name)


@pytest.mark.parametrize("purpose", PURPOSES.values(), ids=PURPOSES)
def test_nobody_allows_what_she_was_never_asked_except_what_says_that_it_stands_until_then(purpose):
    untouched = Consent(purpose=purpose, history=[])
    assert (untouched.granted, untouched.changed_at) == (purpose.id in {"saved_photos", "analytics"}, None)


@pytest.mark.parametrize("version", ["", "2026-11-02", "2026-11-01 ", "latest"])
def test_nobody_can_have_read_a_policy_that_never_was(version):
    with pytest.raises(UnknownPolicy):
        check_policy(version)
    assert check_policy("2026-11-01") == "2026-11-01"


def test_the_latest_word_counts():
    history = [change(NOON + STEP, granted=False), change(NOON, granted=True)]
    consent = Consent(purpose=find_purpose("news"), history=history)
    assert (consent.granted, consent.changed_at) == (False, NOON + STEP)


def test_the_first_change_counts_from_now():
    assert next_moment(NOON, None) == NOON


@given(clocks=st.lists(MOMENTS, min_size=2, max_size=20))
def test_whatever_the_clocks_say_every_change_is_later_than_the_one_before(clocks):
    moments: list[datetime] = []
    for now in clocks:
        moments.append(next_moment(now, change(moments[-1]) if moments else None))
    assert all(later - earlier >= STEP for earlier, later in pairwise(moments))
    assert moments[0] == clocks[0]


def test_a_clock_that_runs_ahead_is_not_waited_for():
    assert next_moment(NOON, change(NOON - timedelta(seconds=1))) == NOON
