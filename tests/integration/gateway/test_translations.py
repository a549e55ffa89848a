"""The API in German: for whoever asks for it, and English as ever for everybody else."""

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from gateway.adapters.phrasebooks import phrasebook
from gateway.domain.languages import Language
from tests.integration.gateway.studio import ORIGIN, Person, Studio

GERMAN: Final = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
ENGLISH: Final = [{}, {"Accept-Language": "*"}, {"Accept-Language": "fr"}, {"Accept-Language": "en,de;q=0.9"}]
SIGN_IN: Final = "Sign in first, then try again."
NO_SUCH_CODE: Final = "There is no such code. Check how it is written, and try again."


@pytest.fixture
def ada(studio: Studio) -> Person:
    ada = studio.sign_up()
    studio.settle()
    return ada


def refused(studio: Studio, headers: dict[str, str]) -> Any:
    return studio.client().get("/v1/account", headers=headers, base_url=ORIGIN)


def test_a_refusal_is_said_in_german_to_who_asks_for_german(studio: Studio) -> None:
    answer = refused(studio, GERMAN)
    said = answer.get_json()
    assert answer.mimetype == "application/problem+json"
    assert (said["code"], said["title"]) == ("unauthenticated", "Nicht angemeldet")
    assert said["detail"] == "Melde dich erst an und versuch es dann noch einmal."
    assert answer.headers["Content-Language"] == "de"
    assert "Accept-Language" in answer.headers["Vary"]
    assert answer.content_length == len(answer.data)


@pytest.mark.parametrize("headers", ENGLISH)
def test_everybody_else_reads_english(studio: Studio, headers: dict[str, str]) -> None:
    answer = refused(studio, headers)
    assert answer.get_json()["detail"] == SIGN_IN
    assert answer.headers["Content-Language"] == "en"
    assert "Accept-Language" in answer.headers["Vary"]


def test_what_another_service_refuses_is_said_in_german_too(ada: Person) -> None:
    wish: dict[str, Any] = {"json": {"code": "NOT-A-CODE-OF-OURS"}}
    english = ada.ask("POST", "/v1/credits/codes/check", **wish).get_json()
    german = ada.ask("POST", "/v1/credits/codes/check", headers=GERMAN, **wish).get_json()
    assert english["detail"] == NO_SUCH_CODE
    assert german["detail"] == phrasebook(Language.GERMAN).say(NO_SUCH_CODE) != NO_SUCH_CODE


def test_what_is_wrong_with_a_field_is_said_in_german(studio: Studio) -> None:
    body = {"email": "ada@example.org"}
    answer = studio.client().post("/v1/sessions", json=body, headers=GERMAN, base_url=ORIGIN).get_json()
    assert answer["detail"] == "Einige Felder fehlen oder sind falsch ausgefüllt, siehe errors."
    assert answer["errors"] == [{"field": "password", "message": "Dieses Feld fehlt"}]


def test_styles_have_german_names_and_the_same_ids(studio: Studio) -> None:
    english, german = (studio.client().get("/v1/styles", headers=each, base_url=ORIGIN) for each in ({}, GERMAN))
    styles = {style["id"]: style for style in german.get_json()["items"]}
    assert styles.keys() == {style["id"] for style in english.get_json()["items"]}
    assert styles["snow-globe"]["name"] == "Schneekugel"
    for style in english.get_json()["items"]:
        assert styles[style["id"]]["description"] != style["description"]
    assert all("Accept-Language" in answer.headers["Vary"] for answer in (english, german))


def test_the_statement_and_the_log_of_uses_are_in_german(ada: Person) -> None:
    statement = ada.ask("GET", "/v1/credits/statement", headers=GERMAN).get_json()
    uses = ada.ask("GET", "/v1/account/security", headers=GERMAN).get_json()
    assert statement["items"][-1]["reason"] == "Willkommen: Credits, um das Studio auszuprobieren"
    assert uses["items"][-1]["sentence"] == "Angemeldet"


def test_a_title_that_happens_to_be_a_word_of_ours_stays_as_it_was_written(ada: Person) -> None:
    ordered = ada.order(title="Snow globe").get_json()
    told = ada.ask("GET", f"/v1/figurines/{ordered['id']}", headers=GERMAN).get_json()
    assert told["title"] == "Snow globe"
    ada.studio.settle()


def test_every_refusal_of_the_public_document_has_its_german_words(studio: Studio) -> None:
    document = studio.client().get("/openapi.json", base_url=ORIGIN).get_json()
    shown = set(_details(document))
    say = phrasebook(Language.GERMAN).say
    assert len(shown) > 50
    assert [text for text in sorted(shown) if say(text) == text] == []


def test_modules_get_their_words_from_an_address_that_may_be_kept_for_ever(studio: Studio) -> None:
    client = studio.client()
    page = client.get("/signin", headers=GERMAN, base_url=ORIGIN).get_data(as_text=True)
    address = re.search(r'<script defer src="(/static/words/de\.js\?v=\w+)">', page)
    assert address is not None
    answer = client.get(address[1], headers={"Accept-Encoding": "gzip"}, base_url=ORIGIN)
    script = gzip.decompress(answer.data).decode()
    words = json.loads(script.removeprefix("globalThis.figurineMessages=").removesuffix(";\n"))
    assert answer.mimetype == "text/javascript"
    assert "immutable" in answer.headers["Cache-Control"]
    assert words["{n} credit"] == ["{n} Credit", "{n} Credits"]
    outdated = client.get("/static/words/de.js?v=0", base_url=ORIGIN)
    assert "immutable" not in outdated.headers["Cache-Control"]
    assert outdated.get_data(as_text=True) == script


@pytest.mark.parametrize("tag", ["en", "fr", "../de"])
def test_there_are_no_words_of_other_languages(studio: Studio, tag: str) -> None:
    assert studio.client().get(f"/static/words/{tag}.js", base_url=ORIGIN).status_code == 404


def test_a_page_in_english_loads_no_words(studio: Studio) -> None:
    assert "/static/words/" not in studio.client().get("/signin", base_url=ORIGIN).get_data(as_text=True)


def _details(part: object) -> Iterator[str]:
    match part:
        case {"detail": str(detail), "code": str()}:
            yield detail
        case dict():
            yield from (each for value in part.values() for each in _details(value))
        case list():
            yield from (each for value in part for each in _details(value))
        case _:
            return
