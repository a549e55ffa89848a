"""Consent at the public door: given, taken back, and asked for before a photo is stored."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from minio import Minio

from common.clock import SYSTEM_CLOCK
from common.contracts.consents import POLICY_VERSIONS
from common.contracts.generation import PartnerDisclosed
from common.contracts.privacy import ConsentChanged
from common.web import create_app
from gateway.adapters.peers import Peers
from gateway.domain.people import csrf_token
from gateway.settings import Settings
from gateway.use_cases import consents as use_cases
from gateway.wiring import connect
from tests.builders import envelope
from tests.integration.gateway.conftest import S3
from tests.integration.gateway.studio import ORIGIN, Person, Studio, photo

GEMINI = "google_gemini"
PATH = f"/v1/consents/{GEMINI}"
ROUTES = [("GET", "/v1/consents"), ("PUT", PATH), ("GET", "/v1/privacy/disclosures")]
# A style that, in these tests, only Gemini paints, and one that the studio can paint as well.
ONLY_GEMINI = "window-box"
EITHER = "acrylic-standee"


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture(scope="module")
def grace(studio: Studio) -> Person:
    """Somebody for tests of many examples: signing up takes a slow hash."""
    return studio.sign_up()


@pytest.fixture
def _painted_by_gemini(studio: Studio) -> Iterator[None]:
    """The catalogue as it is with a key for Gemini."""
    engines = {ONLY_GEMINI: ("gemini",), EITHER: ("gemini", "studio")}
    with studio.service.unit.begin() as work:
        before = work.styles.all()
        work.styles.replace([replace(style, engines=engines.get(style.id, style.engines)) for style in before])
    yield
    with studio.service.unit.begin() as work:
        work.styles.replace(before)


@pytest.fixture
def alone(studio: Studio) -> Studio:
    """The same studio while privacy is away."""
    settings = studio.service.settings
    assert isinstance(settings, Settings)
    peers = connect(settings.model_copy(update={"privacy_url": "http://127.0.0.1:1"}))
    ports = [peers if isinstance(port, Peers) else port for port in studio.service.ports]
    service = replace(studio.service, ports=ports)
    return replace(studio, service=service, app=create_app(service))


def say(person: Person, *, granted: bool) -> dict[str, Any]:
    response = person.ask("PUT", PATH, json={"granted": granted})
    assert response.status_code == 200, response.get_json()
    return response.get_json()


def uploads_of(s3: S3) -> set[str]:
    client: Minio = s3.client
    return {str(found.object_name) for found in client.list_objects(s3.buckets["uploads"], recursive=True)}


def test_a_person_reads_what_she_can_allow_and_what_stands_until_she_says_no(ada: Person) -> None:
    items = ada.get("/v1/consents").get_json()["items"]
    assert [item["purpose"] for item in items] == [
        GEMINI,
        "saved_photos",
        "quality_feedback",
        "photo_training",
        "analytics",
        "news",
    ]
    assert not any(item["changed_at"] or item["history"] for item in items)
    assert {item["purpose"] for item in items if item["granted"]} == {"saved_photos", "analytics"}
    assert all(item["title"] and item["sentence"] and item["allows"] and item["withdrawn"] for item in items)


def test_consent_is_given_and_taken_back_by_the_same_request(ada: Person) -> None:
    given, again, taken = say(ada, granted=True), say(ada, granted=True), say(ada, granted=False)
    assert again == given
    assert (given["granted"], taken["granted"]) == (True, False)
    assert [(change["granted"], change["how"]) for change in taken["history"]] == [(False, "api"), (True, "api")]
    assert {change["policy_version"] for change in taken["history"]} == {POLICY_VERSIONS[-1]}
    assert ada.get("/v1/consents").get_json()["items"][0] == taken


def test_what_is_said_on_a_page_needs_the_pages_own_word_and_is_recorded_as_such(ada: Person) -> None:
    forged = ada.client.put(PATH, json={"granted": True}, base_url=ORIGIN)
    assert (forged.status_code, forged.get_json()["code"]) == (403, "forbidden")
    headers = {"X-CSRF-Token": csrf_token(ada.token)}
    said = ada.client.put(PATH, json={"granted": True}, headers=headers, base_url=ORIGIN).get_json()
    assert [change["how"] for change in said["history"]] == ["studio page"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_consents_and_disclosures_are_for_people_who_are_signed_in(studio: Studio, method: str, path: str) -> None:
    response = studio.client().open(path, method=method, json={"granted": True}, base_url=ORIGIN)
    assert (response.status_code, response.get_json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("purpose", ["gemini", "..", "%2e%2e", "google_gemini%3fx=1", "%00", "a" * 300])
def test_what_cannot_be_allowed_is_not_found(ada: Person, purpose: str) -> None:
    response = ada.ask("PUT", f"/v1/consents/{purpose}", json={"granted": True})
    assert (response.status_code, response.get_json()["code"]) == (404, "not_found")


@settings(max_examples=40)
@given(
    sent=st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("granted") | st.text(), inner, max_size=3),
        max_leaves=6,
    )
)
def test_only_a_plain_yes_or_no_is_consent(grace: Person, sent: object) -> None:
    response = grace.ask("PUT", PATH, json=sent)
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    assert not grace.get("/v1/consents").get_json()["items"][0]["granted"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_while_privacy_is_away_people_are_asked_to_come_back(
    ada: Person, alone: Studio, method: str, path: str
) -> None:
    sent = {"granted": True} if method == "PUT" else None
    response = replace(ada, studio=alone).ask(method, path, json=sent)
    assert (response.status_code, response.get_json()["code"]) == (503, "temporarily_unavailable")
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.usefixtures("_painted_by_gemini")
def test_without_consent_a_style_only_gemini_paints_is_refused_before_anything_is_stored_or_charged(
    studio: Studio, ada: Person, s3: S3
) -> None:
    stored = uploads_of(s3)
    response = ada.order(style=ONLY_GEMINI)
    assert (response.status_code, response.get_json()["code"]) == (403, "consent_required")
    assert "Google Gemini" in response.get_json()["detail"]
    studio.settle()
    assert uploads_of(s3) == stored
    assert ada.get("/v1/figurines").get_json()["items"] == []
    assert ada.credits() == {"available": 10, "held": 0}
    assert ada.get("/v1/photos").get_json()["uploads"] == []


@pytest.mark.usefixtures("_painted_by_gemini")
def test_what_the_studio_can_paint_itself_needs_no_consent(ada: Person) -> None:
    assert ada.order(style=EITHER).status_code == 202


def test_a_style_nobody_here_paints_is_refused_as_such_and_nobody_is_asked_to_allow_anything(ada: Person) -> None:
    response = ada.order(style="chibi")
    assert (response.status_code, response.get_json()["code"]) == (409, "conflict")


@pytest.mark.usefixtures("_painted_by_gemini")
def test_the_studio_shows_the_switch_as_it_stands(ada: Person) -> None:
    def shown() -> str:
        return ada.client.get("/studio", base_url=ORIGIN).get_data(as_text=True)

    page = shown()
    assert f'data-only="{ONLY_GEMINI}"' in page
    assert EITHER in page.partition('data-also="')[2].partition('"')[0].split()
    assert 'id="gemini-switch" aria-checked="false"' in page
    say(ada, granted=True)
    assert 'id="gemini-switch" aria-checked="true"' in shown()


def test_where_gemini_is_not_connected_there_is_no_switch(ada: Person) -> None:
    assert "gemini-switch" not in ada.client.get("/studio", base_url=ORIGIN).get_data(as_text=True)


@pytest.mark.usefixtures("_painted_by_gemini")
def test_an_order_right_after_the_consent_is_taken_before_any_event_has_arrived(ada: Person) -> None:
    say(ada, granted=True)
    assert ada.order(style=ONLY_GEMINI).status_code == 202


@pytest.mark.usefixtures("_painted_by_gemini")
def test_an_order_right_after_the_withdrawal_is_refused_before_any_event_has_arrived(
    studio: Studio, ada: Person
) -> None:
    say(ada, granted=True)
    studio.carry()
    say(ada, granted=False)
    assert ada.order(style=ONLY_GEMINI).get_json()["code"] == "consent_required"
    # Nor does the news of the consent that was given before bring it back.
    studio.carry()
    assert ada.order(style=ONLY_GEMINI).get_json()["code"] == "consent_required"


@pytest.mark.usefixtures("_painted_by_gemini")
def test_consent_counts_while_privacy_is_away(ada: Person, alone: Studio) -> None:
    say(ada, granted=True)
    assert replace(ada, studio=alone).order(style=ONLY_GEMINI).status_code == 202


@pytest.mark.usefixtures("_painted_by_gemini")
def test_consent_of_one_person_is_nobody_elses(studio: Studio, ada: Person) -> None:
    say(ada, granted=True)
    studio.carry()
    assert studio.sign_up().order(style=ONLY_GEMINI).status_code == 403


@pytest.mark.usefixtures("_painted_by_gemini")
def test_the_same_order_again_is_answered_as_before_although_consent_is_gone(studio: Studio, ada: Person) -> None:
    say(ada, granted=True)
    picture = photo()
    first = ada.order(picture, key="one", style=ONLY_GEMINI)
    say(ada, granted=False)
    again = ada.order(picture, key="one", style=ONLY_GEMINI)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.get_json()["id"] == first.get_json()["id"]


@settings(max_examples=60)
@given(words=st.lists(st.booleans(), min_size=1, max_size=6), seed=st.integers(0, 2**32 - 1), size=st.integers(1, 6))
def test_whatever_the_order_and_number_of_the_news_the_latest_word_counts(
    studio: Studio, grace: Person, words: Sequence[bool], seed: int, size: int
) -> None:
    begun = SYSTEM_CLOCK.now()
    news = [
        ConsentChanged(
            user_id=grace.id, purpose="news", granted=granted, changed_at=begun + n * timedelta(microseconds=1)
        )
        for n, granted in enumerate(words)
    ]
    arriving = [envelope(event) for event in [*news, *news]]
    Random(seed).shuffle(arriving)
    (gateway,) = [room for room in studio.rooms if room.unit is studio.service.unit]
    gateway.consumer.deliver(arriving, size=size)
    with studio.service.unit.begin() as work:
        assert ("news" in work.consents.granted(grace.id)) == words[-1]


def test_news_of_somebody_who_is_gone_is_dropped(studio: Studio) -> None:
    gone = SYSTEM_CLOCK.new_id()
    with studio.service.unit.begin() as work:
        use_cases.note_consent(
            work, ConsentChanged(user_id=gone, purpose="news", granted=True, changed_at=SYSTEM_CLOCK.now())
        )
        assert work.consents.words(gone) == {}


def test_a_person_reads_what_partners_were_given_of_hers_page_by_page(studio: Studio, ada: Person) -> None:
    (privacy,) = [room for room in studio.rooms if room.unit.service == "privacy"]
    noon = SYSTEM_CLOCK.now()
    events = [
        PartnerDisclosed(
            figurine_id=SYSTEM_CLOCK.new_id(),
            user_id=ada.id,
            partner=GEMINI,
            kind="photo_and_prompt",
            purpose="U2",
            disclosed_at=noon + timedelta(seconds=n),
        )
        for n in range(3)
    ]
    privacy.consumer.deliver([envelope(event) for event in [*events, *events]], size=4)
    first = ada.get("/v1/privacy/disclosures?limit=2").get_json()
    rest = ada.get(f"/v1/privacy/disclosures?limit=2&cursor={first['next_cursor']}").get_json()
    items = [*first["items"], *rest["items"]]
    assert [datetime.fromisoformat(item["at"]) for item in items] == [event.disclosed_at for event in reversed(events)]
    assert {(item["partner_name"], item["why"]) for item in items} == {
        ("Google Gemini", "To paint the figurine you asked for")
    }
    assert rest["next_cursor"] is None
    assert studio.sign_up().get("/v1/privacy/disclosures").get_json() == {"items": [], "next_cursor": None}
