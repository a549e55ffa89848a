"""Which styles may be ordered by somebody who allows nothing."""

import pytest

from gateway.domain.consents import (
    GEMINI,
    ConsentRequired,
    NoSuchConsent,
    check_purpose,
    consents_asked_by,
    consents_needed_for,
)


@pytest.mark.parametrize("engines", [("studio",), ("gemini", "studio"), ("studio", "gemini"), ("another",), ()])
def test_a_style_the_studio_can_paint_itself_needs_no_consent(engines):
    assert consents_needed_for(engines) == frozenset()


def test_a_style_that_only_gemini_paints_needs_it():
    assert consents_needed_for(("gemini",)) == {GEMINI}


def test_a_style_that_gemini_may_paint_asks_for_it():
    assert consents_asked_by(("studio", "gemini")) == {GEMINI}
    assert consents_asked_by(("studio",)) == frozenset()


def test_the_refusal_says_what_to_do_and_that_it_cost_nothing():
    assert ConsentRequired.code == "consent_required"
    assert "Allow it, or take another" in ConsentRequired().sentence
    assert "cost nothing" in ConsentRequired().sentence


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a?b", "a#b", "a%2fb", "News", "ä", "news\n", "x" * 41])
def test_a_name_that_would_change_the_address_is_no_consent(name):
    with pytest.raises(NoSuchConsent):
        check_purpose(name)


def test_a_name_like_ours_is_passed_on():
    assert check_purpose("photo_training") == "photo_training"
