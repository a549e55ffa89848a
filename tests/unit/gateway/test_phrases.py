"""Sentences of the API in another language: whole ones, with values in them, and several in a row."""

import re
import string
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.adapters.phrasebooks import phrasebook
from gateway.domain.languages import Language
from gateway.domain.phrases import LONGEST, Phrasebook
from ops import sentences

HOLE: Final = re.compile(r"\{(\w+)\}")
GERMAN: Final = phrasebook(Language.GERMAN)
PATTERNS: Final = sorted({text for _, text in sentences.said() if HOLE.search(text)})
# Alone a sentence, and not the beginning of a longer one.
SINGLE: Final = sorted(
    {text for _, text in sentences.said() if re.fullmatch(r"[A-Z][^.{;]+\.", text) and len(text.split()) > 3}
    - {text.partition(". ")[0] + "." for _, text in sentences.said() if ". " in text}
)
BOOK: Final = Phrasebook(
    {
        "It is closed.": "Es ist zu.",
        "Try again.": "Versuch es noch einmal.",
        "It is closed. Try again.": "Zu; versuch es noch einmal.",
        "Charged for {n}": "Berechnet: {n}",
        "Charged for {n} of {all}": "Berechnet: {n} von {all}",
        "{n} pictures": "{n} Bilder",
        "the rest came back": "der Rest kam zurück",
        "{name}: {why} Choose another.": "{name}: {why} Wähle etwas anderes.",
    }
)
SAID: Final = {
    "It is closed.": "Es ist zu.",
    "It is closed. Try again.": "Zu; versuch es noch einmal.",
    "Try again. It is closed.": "Versuch es noch einmal. Es ist zu.",
    "Nobody knows this. Try again.": "Nobody knows this. Versuch es noch einmal.",
    "Charged for 3 pictures": "Berechnet: 3 Bilder",
    "Charged for 1 of 3 pictures; the rest came back": "Berechnet: 1 von 3 Bilder; der Rest kam zurück",
    "Clay: It is closed. Choose another.": "Clay: Es ist zu. Wähle etwas anderes.",
    "": "",
    "Nobody knows this; neither this": "Nobody knows this; neither this",
}
VALUES: Final = {
    "Charged for 12,000 pictures; the rest came back": "Berechnet: 12.000 Bilder; der Rest kam zurück",
    "Gift code: to be spent until 3 March 2026": "Geschenkcode: gültig bis 3. März 2026",
    "Gift code: to be spent until 99 Brumaire 2026": "Geschenkcode: gültig bis 99 Brumaire 2026",
    "That is more than you may have without a plan, or with yours. See the plans under Credits. "
    "The plan Studio allows it; see Credits.": "Das ist mehr, als du ohne Abo oder mit deinem darfst. Die Abos stehen "
    "unter „Credits“. Das Abo Studio erlaubt es, siehe „Credits“.",
}


@pytest.mark.parametrize(("english", "german"), SAID.items())
def test_what_is_known_is_said_and_what_is_not_stays(english: str, german: str) -> None:
    assert BOOK.say(english) == german


@pytest.mark.parametrize(("english", "german"), VALUES.items())
def test_numbers_and_dates_are_written_as_the_language_does(english: str, german: str) -> None:
    assert GERMAN.say(english) == german


def test_what_nobody_at_the_studio_would_write_is_not_looked_through() -> None:
    endless = "Try again. " * (LONGEST // 10)
    assert BOOK.say(endless) == endless


@given(data=st.data(), pattern=st.sampled_from(PATTERNS))
def test_every_sentence_comes_out_with_its_values(data: st.DataObject, pattern: str) -> None:
    # Words that are no phrase themselves, so that they come out as they went in.
    word = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12).map(lambda text: f"q{text}ß")
    values = {name: data.draw(word) for name in HOLE.findall(pattern)}
    german = GERMAN.say(pattern.format_map(values))
    assert german != pattern.format_map(values)
    for value in values.values():
        assert german.count(value) >= 1
    assert not HOLE.search(german)


@given(st.lists(st.sampled_from(SINGLE), min_size=1, max_size=4))
def test_sentences_in_a_row_come_out_in_the_same_row(row: list[str]) -> None:
    assert GERMAN.say(" ".join(row)) == " ".join(GERMAN.say(each) for each in row)
