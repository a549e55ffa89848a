"""Pages and letters in English and German: which one somebody gets, and how she changes that."""

import re
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.adapters.letters import JinjaLetters
from gateway.adapters.phrasebooks import _ON_THE_FIRST_PAGE
from gateway.domain.staff import Role
from tests.integration.gateway.studio import ORIGIN, Person, Studio, sign_up_body
from tests.integration.gateway.test_accounts import links

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}


@pytest.fixture
def browser(studio: Studio) -> FlaskClient:
    return studio.client()


def show(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    return client.get(path, base_url=ORIGIN, headers=headers)


def language_of(answer: TestResponse) -> str:
    """What the page says it is in, in its head and in its headers."""
    found = re.search(r'<html lang="(\w+)" dir="ltr">', answer.get_data(as_text=True))
    assert found
    assert found[1] == answer.headers["Content-Language"]
    return found[1]


@pytest.mark.parametrize(
    ("path", "sentences"),
    [
        ("/", ["Ein geliebter Mensch, <br>klein genug fürs Regal.", "Figur machen", "Kein Bild, keine Kosten"]),
        ("/signin", ["<h1>Anmelden</h1>", "Vergessen?", "Passwort</label>"]),
        ("/credits", ["<h1>Preise</h1>", "Pakete und Abos", "Konto eröffnen"]),
        ("/privacy", ["Dein Datenschutz", "Jeder Zweck hat seinen eigenen Schalter.", "Deine Rechte"]),
        ("/policy", ["verbindlich ist ihr englischer Wortlaut", 'lang="en"', "Alle Fassungen"]),
        ("/styles", ["Arten von Figuren", "Acrylaufsteller"]),
        ("/promises", ["Was wir versprechen, wie es jetzt steht"]),
        ("/support", ["Wo ist mein Foto?", "Frage senden"]),
        ("/status", ["Die Eingangstür", "<h1>Status</h1>"]),
    ],
)
def test_a_browser_that_asks_for_german_gets_it(browser: FlaskClient, path: str, sentences: list[str]) -> None:
    answer = show(browser, path, **GERMAN)
    words = answer.get_data(as_text=True)
    assert [each for each in sentences if each not in words] == []
    assert language_of(answer) == "de"
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))
    assert language_of(show(browser, path)) == "en"


def test_the_switch_in_the_footer_is_kept_in_a_cookie_and_leads_back_to_the_page(browser: FlaskClient) -> None:
    page = show(browser, "/styles?of=pets").get_data(as_text=True)
    assert 'href="/styles?of=pets&amp;lang=de" lang="de" hreflang="de"' in page
    pressed = show(browser, "/styles?of=pets&lang=de")
    assert (pressed.status_code, pressed.location) == (303, "/styles?of=pets")
    assert "Secure" in pressed.headers["Set-Cookie"]
    assert language_of(show(browser, "/")) == "de"


@pytest.mark.parametrize("path", ["/", "//evil.example/", "/%5Cevil.example", "/%2F%2Fevil.example", "/nowhere"])
def test_a_link_with_a_language_never_leads_elsewhere(browser: FlaskClient, path: str) -> None:
    answer = browser.get(f"{path}?lang=de&next=https://evil.example", base_url=ORIGIN)
    place = urlsplit(answer.location or "/")
    assert place.netloc in {"", "localhost"}
    assert not (answer.location or "/").startswith(("//", "/\\"))


@pytest.mark.parametrize("address", ["/?lang=tlh", "/?lang=", "/v1/styles?lang=de"])
def test_another_language_and_what_is_no_page_are_left_alone(browser: FlaskClient, address: str) -> None:
    answer = show(browser, address)
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)


def test_what_her_account_says_comes_before_the_browser(studio: Studio) -> None:
    ada = studio.sign_up()
    page = show(ada.client, "/account", **GERMAN)
    assert language_of(page) == "de"
    switched = press(ada, page, "en")
    assert (switched.status_code, switched.location) == (303, "/account")
    assert language_of(show(ada.client, "/account", **GERMAN)) == "en"
    assert ada.get("/v1/account").get_json()["language"] == "en"


def test_another_site_cannot_press_the_switch_and_it_never_leads_elsewhere(studio: Studio) -> None:
    ada = studio.sign_up()
    page = show(ada.client, "/account")
    assert ada.client.post("/language", data={"language": "de"}, base_url=ORIGIN).status_code == 403
    assert ada.get("/v1/account").get_json()["language"] is None
    assert press(ada, page, "de", place="//evil.example").location == "/account"


def test_the_console_speaks_english(studio: Studio) -> None:
    mira = studio.sign_up()
    with studio.service.unit.begin() as work:
        work.staff.add(mira.id, Role.SUPPORT, operator="root")
    answer = show(mira.client, "/operator", **GERMAN)
    assert language_of(answer) == "en"
    assert "Sign out" in answer.get_data(as_text=True)


def test_who_signs_up_on_a_german_page_gets_german_letters(studio: Studio) -> None:
    email = "grete@example.org"
    made = studio.client().post("/v1/accounts", json=sign_up_body(email), base_url=ORIGIN, headers=GERMAN)
    assert made.status_code == 201
    with studio.service.unit.begin() as work:
        account = work.accounts.find_by_address(email)
    assert account is not None
    letter = JinjaLetters(links()).write("verify", account)
    assert letter.subject == "Bestätige deine E-Mail-Adresse"
    assert "willkommen im Figurine Studio. Bitte bestätige, dass diese Adresse dir gehört:" in letter.text
    assert '<html lang="de" dir="ltr">' in letter.html
    invoice = JinjaLetters(links()).write(
        "invoice-reminder", account, {"number": "R-7", "outstanding": "1,190.00 EUR", "ends_on": "3 March 2027"}
    )
    assert invoice.subject == "Die Rechnung R-7 ist noch offen"
    assert "1.190,00\xa0€ der Rechnung R-7" in " ".join(invoice.text.split("\n"))
    assert "bis zum 3. März 2027" in " ".join(invoice.text.split("\n"))
    assert max(len(line) for line in invoice.text.split("\n")) <= 79


def test_letters_to_who_has_no_account_or_has_not_said_are_english(studio: Studio) -> None:
    ada = studio.sign_up()
    with studio.service.unit.begin() as work:
        account = work.accounts.find(ada.id)
    assert JinjaLetters(links()).write("verify", account).subject == "Confirm your e-mail address"
    told = {"reference": "Q-1", "ticket": str(ada.id)}
    assert JinjaLetters(links()).write("ticket-received", None, told).subject == "We have your question: Q-1"


def press(person: Person, page: TestResponse, language: str, *, place: str = "/account") -> TestResponse:
    """Press the switch in the footer of the page."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))
    assert token
    sent = {"csrf_token": token[1], "language": language, "next": place}
    return person.client.post("/language", data=sent, base_url=ORIGIN)


def test_a_first_page_gets_the_words_of_its_modules_and_no_others(browser: FlaskClient) -> None:
    sizes: dict[str, int] = {}
    for path in ("/", "/studio"):
        found = re.search(r'<script defer src="([^"]+)"', show(browser, path, **GERMAN).get_data(as_text=True))
        assert found
        answer = browser.get(found[1], base_url=ORIGIN, headers={"Accept-Encoding": "gzip"})
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
        sizes[path] = len(answer.data)
    first = show(browser, "/").get_data(as_text=True)
    assert set(re.findall(r'src="/static/js/([\w-]+\.js)"', first)) == set(_ON_THE_FIRST_PAGE)
    assert sizes["/"] < 2_500 < sizes["/studio"]
    assert '<script defer src="' not in first
