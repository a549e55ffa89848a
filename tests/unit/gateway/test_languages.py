"""Which language somebody is spoken to in, how it writes dates and money, and what is wrong with a catalogue."""

from datetime import UTC, datetime

import pytest
from babel.messages.catalog import Catalog

from gateway.adapters import formats
from gateway.adapters.catalogues import catalogue, speech
from gateway.adapters.letters import _folded
from gateway.domain.languages import DEFAULT, Language, choose
from ops.languages import faults, updated

AT = datetime(2026, 3, 3, 14, 2, 7, tzinfo=UTC)
GERMAN, ENGLISH = speech(Language.GERMAN).locale, speech(Language.ENGLISH).locale


@pytest.mark.parametrize(
    ("said", "cookie", "accept", "language"),
    [
        ("de", "en", "en", "de"),
        ("en", "de", "de", "en"),
        (None, "de", "en", "de"),
        (None, "xx", "de", "de"),
        (None, None, "de-AT, de;q=0.9, en;q=0.8", "de"),
        (None, None, "fr-CH, fr;q=0.9, en;q=0.5, de;q=0.7", "de"),
        (None, None, "DE", "de"),
        (None, None, "de;q=0, en", "en"),
        (None, None, "*, de;q=0.5", "en"),
        (None, None, "de;q=a lot", "en"),
        (None, None, "fr, it", "en"),
        (None, None, ";;,,q=", "en"),
        (None, None, "", "en"),
        ("tlh", None, None, "en"),
    ],
)
def test_the_account_comes_first_then_the_browsers_choice_then_what_it_asks_for(
    said: str | None, cookie: str | None, accept: str | None, language: str
) -> None:
    assert choose(said, cookie, accept) == language


@pytest.mark.parametrize(
    ("written", "english", "german"),
    [
        (lambda locale: formats.day("2026-03-03T23:00:00Z", locale), "3 March 2026", "3. März 2026"),
        (lambda locale: formats.day_of_year(AT, locale), "3 March", "3. März"),
        (lambda locale: formats.month(AT, locale), "March 2026", "März 2026"),
        (lambda locale: formats.moment(AT, locale), "3 March 2026, 14:02 UTC", "3. März 2026, 14:02 UTC"),
        (lambda locale: formats.second(AT, locale), "3 March 2026, 14:02:07 UTC", "3. März 2026, 14:02:07 UTC"),
        (lambda locale: formats.lasting(90, locale), "90 seconds", "90 Sekunden"),
        (lambda locale: formats.lasting(1, locale), "1 second", "1 Sekunde"),
        (lambda locale: formats.lasting(20 * 86400, locale), "20 days", "20 Tage"),
        (lambda locale: formats.ago(20 * 86400, locale), "20 days ago", "vor 20 Tagen"),
        (lambda locale: formats.ago(0, locale), "1 second ago", "vor 1 Sekunde"),
        (lambda locale: formats.number(12345, locale), "12,345", "12.345"),
        (lambda locale: formats.money("1,234.50 EUR", locale), "1,234.50 EUR", "1.234,50\xa0€"),
        (lambda locale: formats.money("nothing", locale), "nothing", "nothing"),
        (lambda locale: formats.days_in("3 March 2026, 14:02 UTC", locale), *["3 March 2026, 14:02 UTC"] * 2),
        (lambda locale: formats.days_in("99 Nowhere 2026", locale), "99 Nowhere 2026", "99 Nowhere 2026"),
    ],
)
def test_dates_and_money_are_written_as_each_language_writes_them(written, english: str, german: str) -> None:
    assert written(ENGLISH) == english
    assert written(GERMAN) == german.replace("3 March", "3. März")


def test_english_needs_no_catalogue_and_what_is_in_none_stays_english() -> None:
    assert catalogue(DEFAULT, "pages").gettext("Sign in") == "Sign in"
    assert catalogue(Language.GERMAN, "pages").gettext("Sign in") == "Anmelden"
    assert catalogue(Language.GERMAN, "no such domain").gettext("Sign in") == "Sign in"


def test_lines_of_a_letter_are_folded_and_links_are_not_broken() -> None:
    link = f"https://studio.example/{'x' * 100}"
    folded = _folded(f"Hello,\n\n{'word ' * 40}\n\n{link}\nFigurine Studio")
    assert [line for line in folded.split("\n") if len(line) > 79] == [link]
    assert folded.split("\n")[:2] == ["Hello,", ""]


def said(*texts: str | tuple[str, str]) -> Catalog:
    catalog = Catalog(locale="de")
    for text in texts:
        catalog.add(text)
    return catalog


def translated(**flags: tuple[str, ...]) -> Catalog:
    """Of what `said` has below, with nothing wrong."""
    catalog = Catalog(locale="de")
    catalog.add("Hello %(name)s,", "Hallo %(name)s,", flags=flags.get("hello", ()))
    catalog.add(("%(n)s credit", "%(n)s credits"), ("Ein Credit", "%(n)s Credits"))
    return catalog


TEXTS = ("Hello %(name)s,", ("%(n)s credit", "%(n)s credits"))


def test_a_whole_catalogue_has_no_faults() -> None:
    assert list(faults(said(*TEXTS), translated())) == []


def test_a_text_that_is_not_in_the_catalogue_is_a_fault() -> None:
    assert list(faults(said(*TEXTS, "Sign in"), translated())) == ["missing: Sign in"]


def test_a_text_that_is_not_translated_is_a_fault_and_so_is_one_form_of_it() -> None:
    catalog = translated()
    catalog["Hello %(name)s,"].string = ""
    catalog["%(n)s credit"].string = ("Ein Credit", "")
    assert set(faults(said(*TEXTS), catalog)) == {"not translated: Hello %(name)s,", "not translated: %(n)s credit"}


def test_a_guessed_translation_is_a_fault() -> None:
    assert list(faults(said(*TEXTS), translated(hello=("fuzzy",)))) == ["fuzzy: Hello %(name)s,"]


def test_a_translation_of_what_is_said_nowhere_is_a_fault_and_an_update_takes_it_out() -> None:
    catalog = translated()
    catalog.add("Farewell", "Leb wohl")
    assert list(faults(said(*TEXTS), catalog)) == ["said nowhere any more: Farewell"]
    assert "Farewell" not in updated(said(*TEXTS), catalog)
    assert updated(said(*TEXTS), catalog)["Hello %(name)s,"].string == "Hallo %(name)s,"


@pytest.mark.parametrize("words", ["Hallo,", "Hallo %(nmae)s,", "Hallo %(name)s %(name)s,", "Hallo <b>%(name)s</b>,"])
def test_a_translation_with_other_holes_or_tags_is_a_fault(words: str) -> None:
    catalog = translated()
    catalog["Hello %(name)s,"].string = words
    assert len(list(faults(said(*TEXTS), catalog))) == 1
