"""Words for hints, and whose turn it is to have a photo looked at."""

from uuid import UUID

import pytest

from gateway.adapters.turns import Turns
from gateway.domain.hints import SENTENCES, known

ADA, EVE, BOB = (UUID(int=n) for n in range(1, 4))


def test_a_hint_nobody_has_words_for_is_not_shown_and_each_is_said_once() -> None:
    assert [code for code, _ in known(["cut_off", "tiny", "dark", "cut_off"])] == ["dark", "cut_off"]


@pytest.mark.parametrize("sentence", SENTENCES.values())
def test_a_hint_is_a_sentence(sentence: str) -> None:
    assert sentence[0].isupper()
    assert sentence.endswith(".")


def test_a_person_has_one_turn_at_a_time_and_all_together_no_more_than_there_are() -> None:
    turns = Turns(at_once=2)
    with turns.take(ADA) as first, turns.take(ADA) as second, turns.take(EVE) as other, turns.take(BOB) as late:
        assert (first, second, other, late) == (True, False, True, False)
    with turns.take(BOB) as free:
        assert free


def test_a_turn_ends_also_when_it_ended_badly() -> None:
    turns = Turns(at_once=1)
    with pytest.raises(KeyError), turns.take(ADA):
        raise KeyError
    with turns.take(EVE) as free:
        assert free
