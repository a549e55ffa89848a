"""What an order may say, and how a figurine is shown to its owner."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Invalid
from gateway.domain.figurines import (
    ASPECT_RATIOS,
    ENDINGS,
    FAILURES,
    MAX_NOTE,
    MAX_TITLE,
    RANK,
    TERMINAL,
    Order,
    State,
    check_order,
    check_words,
    failed_state,
    failure_sentence,
)
from generation import domain as painted

ENDED = {State.SUCCEEDED, State.PARTLY_SUCCEEDED, State.FAILED, State.REJECTED, State.CANCELLED}


def an_order(
    *, style: str = "window-box", variants: int = 1, aspect_ratio: str = "1:1", title: str = "", note: str = ""
) -> Order:
    return check_order(style=style, variants=variants, aspect_ratio=aspect_ratio, title=title, note=note)


@pytest.mark.parametrize(("variants", "ratio"), list(product([1, 8], ASPECT_RATIOS)))
def test_one_to_eight_pictures_in_any_of_the_shapes_can_be_ordered(variants: int, ratio: str) -> None:
    order = an_order(variants=variants, aspect_ratio=ratio)
    assert (order.variants, order.aspect_ratio) == (variants, ratio)


@pytest.mark.parametrize("variants", [-1, 0, 9, 10**30])
def test_no_picture_or_too_many_are_refused_with_the_limits(variants: int) -> None:
    with pytest.raises(Invalid, match="between 1 and 8"):
        an_order(variants=variants)


@pytest.mark.parametrize("ratio", ["", "1", "1:1 ", "0:1", "1x1", "\uff11:\uff11", "5:3"])
def test_a_shape_nobody_paints_is_refused_with_those_there_are(ratio: str) -> None:
    with pytest.raises(Invalid, match="16:9"):
        an_order(aspect_ratio=ratio)


def test_the_gateway_and_generation_agree_on_what_can_be_ordered() -> None:
    assert painted.ASPECT_RATIOS == ASPECT_RATIOS


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Ada \t and\n Bob  ", "Ada and Bob"),
        ("Zoë 🎈", "Zoë 🎈"),
        ("名前", "名前"),
        ("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("", ""),
    ],
)
def test_words_become_one_line_in_any_script(given: str, kept: str) -> None:
    assert check_words(given, longest=MAX_TITLE, what="title") == kept


@pytest.mark.parametrize("hidden", ["\x00", "\x1b[31m", "\u202e", "\u200b", "\ue000", "\ufeff", "\x7f", "\ud800"])
def test_words_with_characters_that_cannot_be_seen_are_refused(hidden: str) -> None:
    with pytest.raises(Invalid, match="cannot be printed"):
        check_words(f"Ada{hidden}", longest=MAX_TITLE, what="title")


@pytest.mark.parametrize(("what", "longest"), [("title", MAX_TITLE), ("note", MAX_NOTE)])
def test_words_have_a_longest_length(what: str, longest: int) -> None:
    assert len(check_words("ü" * longest, longest=longest, what=what)) == longest
    with pytest.raises(Invalid, match=f"The {what} may have at most {longest}"):
        an_order(title="ü" * 61) if what == "title" else an_order(note="ü" * 301)


@given(text=st.text())
def test_words_that_are_kept_are_printable_and_kept_again_as_they_are(text: str) -> None:
    try:
        kept = check_words(text, longest=MAX_NOTE, what="note")
    except Invalid:
        return
    assert kept == check_words(kept, longest=MAX_NOTE, what="note") == kept.strip()
    assert "\n" not in kept


def test_exactly_the_endings_have_the_last_rank() -> None:
    assert set(RANK) == set(State)
    assert {state for state, rank in RANK.items() if rank == TERMINAL} == ENDED


def test_every_step_of_a_job_that_is_no_second_attempt_moves_its_rank_forward() -> None:
    for state, following in painted.TRANSITIONS.items():
        for step in following - {painted.State.QUEUED if state is painted.State.RENDERING else None}:
            assert RANK[State(step)] > RANK[State(state)]


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_every_failure_leads_to_an_ending_and_a_sentence(code: str) -> None:
    assert failed_state(code) in ENDED - {State.SUCCEEDED, State.PARTLY_SUCCEEDED}
    assert failed_state(code) is ENDINGS.get(code, State.FAILED)
    assert failure_sentence(code)[0].isupper()


def test_a_failure_nobody_has_heard_of_still_says_what_to_do() -> None:
    assert failed_state("solar_flare") is State.FAILED
    assert failure_sentence("solar_flare").endswith("Try again.")
