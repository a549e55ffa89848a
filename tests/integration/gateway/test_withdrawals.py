"""Who takes something back is obeyed by everybody who acts on it, also while the news of it is still on its way."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

import analytics.settings
import analytics.wiring
from common.contracts.consents import ANALYTICS, GEMINI, NEWS, PROCESSING, QUALITY, SAVING
from common.contracts.privacy import ConsentChanged, ProcessingRestricted, ProcessingResumed
from common.service import Service
from tests.fakes.house import Room
from tests.integration.gateway.studio import Person, Studio, sign_up_body
from tests.integration.gateway.withdrawing import BEGUN, Everywhere, saved_photos_are_kept, write_news


@pytest.fixture(scope="module")
def counting(shared: Callable[[str], dict[str, Any]]) -> Iterator[Service[Any]]:
    key = SecretStr(b64encode(bytes(range(32))).decode())
    service = analytics.wiring.build(analytics.settings.Settings(**shared("analytics"), pseudonym_key=key))
    yield service
    service.unit.database.close()


@pytest.fixture
def everywhere(studio: Studio, counting: Service[Any]) -> Iterator[Everywhere]:
    room = Room.of(counting.unit, counting.subscriptions)
    yield Everywhere(studio=replace(studio, rooms=[*studio.rooms, room]), counting=counting)
    room.close()


@pytest.fixture
def ada(everywhere: Everywhere) -> Person:
    person = everywhere.studio.sign_up()
    with everywhere.unit("gateway").begin() as work:
        work.accounts.verify(person.id)
    return person


@pytest.fixture
def _gemini_alone_paints_one_style(studio: Studio) -> Iterator[None]:
    with studio.service.unit.begin() as work:
        before = work.styles.all()
        work.styles.replace(
            [replace(style, engines=("gemini",)) if style.id == "window-box" else style for style in before]
        )
    yield
    with studio.service.unit.begin() as work:
        work.styles.replace(before)


def begin(everywhere: Everywhere, ada: Person) -> None:
    """Everything she can allow is allowed and under way."""
    for purpose in (GEMINI, QUALITY, NEWS):
        everywhere.say(ada, purpose, granted=True)
    everywhere.settle()
    assert ada.order(save_photo="true").status_code == 202
    everywhere.settle()


@pytest.mark.usefixtures("_gemini_alone_paints_one_style")
@pytest.mark.parametrize("purpose", BEGUN)
def test_what_depends_on_it_stops_once_the_withdrawal_is_heard(
    everywhere: Everywhere, ada: Person, purpose: str
) -> None:
    begin(everywhere, ada)
    assert BEGUN[purpose](everywhere, ada)
    everywhere.withdraw(ada, purpose)
    everywhere.settle()
    assert not BEGUN[purpose](everywhere, ada)


@pytest.mark.usefixtures("_gemini_alone_paints_one_style")
@pytest.mark.parametrize("purpose", BEGUN)
def test_who_does_not_listen_for_withdrawals_goes_on_and_would_be_noticed(
    everywhere: Everywhere, ada: Person, purpose: str
) -> None:
    begin(everywhere, ada)
    everywhere.withdraw(ada, purpose)
    everywhere.settle(deaf=ConsentChanged)
    assert BEGUN[purpose](everywhere, ada)


@pytest.mark.parametrize("purpose", [SAVING, ANALYTICS, QUALITY, GEMINI])
def test_an_order_after_the_withdrawal_carries_it_to_whoever_has_not_heard_yet(
    everywhere: Everywhere, ada: Person, purpose: str
) -> None:
    begin(everywhere, ada)
    assert ada.ask("PUT", f"/v1/consents/{purpose}", json={"granted": False}).status_code == 200
    assert ada.order().status_code == 202
    everywhere.settle(silent="privacy")
    assert everywhere.facts(ada) == (0 if purpose == ANALYTICS else 2)
    with everywhere.unit("generation").begin() as work:
        assert not work.consents.allows(ada.id, purpose)
    assert saved_photos_are_kept(ada) == (purpose != SAVING)
    # Nor does the news change anything, when it comes.
    everywhere.settle()
    with everywhere.unit("generation").begin() as work:
        assert not work.consents.allows(ada.id, purpose)


def test_no_photo_is_kept_of_somebody_who_took_that_back_and_it_is_said_before_one_is_read(
    everywhere: Everywhere, ada: Person
) -> None:
    ada.ask("PUT", f"/v1/consents/{SAVING}", json={"granted": False})
    refused = ada.order(save_photo="true")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "consent_required")
    assert "privacy page" in refused.get_json()["detail"]
    assert ada.order().status_code == 202
    everywhere.settle()
    assert not saved_photos_are_kept(ada)


def test_what_is_linked_goes_and_the_sums_of_everybody_stay(everywhere: Everywhere, ada: Person) -> None:
    begin(everywhere, ada)
    counted = everywhere.counted()
    everywhere.withdraw(ada, ANALYTICS)
    everywhere.settle()
    ada.order()
    everywhere.settle()
    assert (everywhere.facts(ada), everywhere.counted()) == (0, counted)
    everywhere.say(ada, ANALYTICS, granted=True)
    everywhere.settle()
    ada.order()
    everywhere.settle()
    assert (everywhere.facts(ada), everywhere.counted()) == (1, counted + 1)


def test_news_goes_to_those_who_want_it_and_to_nobody_else(everywhere: Everywhere, ada: Person) -> None:
    grace = everywhere.studio.sign_up()
    with everywhere.unit("gateway").begin() as work:
        work.accounts.verify(grace.id)
    everywhere.say(ada, NEWS, granted=True)
    everywhere.settle()
    write_news(everywhere)
    with everywhere.unit("gateway").database.begin() as connection:
        rows = connection.execute(
            "SELECT account_id FROM mails WHERE template = 'news' AND account_id = ANY(%s)", [[ada.id, grace.id]]
        ).fetchall()
    assert rows == [(ada.id,)]


def ask(ada: Person, kind: str) -> dict[str, Any]:
    response = ada.ask("POST", "/v1/privacy/requests", json={"kind": kind})
    assert response.status_code == 202, response.get_json()
    return response.get_json()


def lift(ada: Person, request: dict[str, Any]) -> dict[str, Any]:
    response = ada.ask("POST", f"/v1/privacy/requests/{request['id']}/cancel")
    assert response.status_code == 200, response.get_json()
    return response.get_json()


def test_while_a_restriction_is_in_force_nothing_new_is_made_and_all_that_was_made_is_there(
    everywhere: Everywhere, ada: Person
) -> None:
    ordered = ada.order().get_json()["id"]
    everywhere.settle()
    request = ask(ada, "restriction")
    assert (request["state"], ask(ada, "restriction")["id"]) == ("executing", request["id"])
    for refused in (
        ada.order(),
        ada.ask("POST", f"/v1/figurines/{ordered}/edits", data={"note": "bluer"}),
        ada.get(f"/v1/figurines/{ordered}/model.stl"),
    ):
        assert (refused.status_code, refused.get_json()["code"]) == (403, "restricted")
    assert ada.get(f"/v1/figurines/{ordered}/pictures/1").status_code == 200
    assert ada.get("/v1/privacy/record").status_code in {200, 503}
    facts = everywhere.facts(ada)
    everywhere.settle()
    assert everywhere.facts(ada) == facts
    assert lift(ada, request)["state"] == "cancelled"
    assert ada.order().status_code == 202


def test_what_waits_when_a_restriction_comes_ends_at_no_cost_and_says_why(everywhere: Everywhere, ada: Person) -> None:
    ordered = ada.order().get_json()["id"]
    everywhere.studio.carry()
    assert ada.figurine(ordered)["state"] == "queued"
    request = ask(ada, "restriction")
    everywhere.settle()
    figurine = ada.figurine(ordered)
    assert (figurine["state"], figurine["failure"]["code"]) == ("failed", "restricted")
    assert "restricted the use of your data" in figurine["failure"]["sentence"]
    assert ada.credits() == {"available": 10, "held": 0}
    assert everywhere.facts(ada) == 0
    lift(ada, request)
    again = ada.order().get_json()["id"]
    everywhere.settle()
    assert ada.figurine(again)["state"] == "succeeded"


def test_an_order_that_overtakes_the_news_of_a_restriction_and_of_its_end_is_treated_as_it_was_meant(
    everywhere: Everywhere, ada: Person
) -> None:
    lift(ada, ask(ada, "restriction"))
    ordered = ada.order().get_json()["id"]
    everywhere.settle(silent="privacy")
    assert ada.figurine(ordered)["state"] == "succeeded"
    everywhere.settle()
    with everywhere.unit("generation").begin() as work:
        assert work.consents.allows(ada.id, PROCESSING)
    assert ada.order().status_code == 202


def test_who_does_not_listen_for_restrictions_paints_and_would_be_noticed(everywhere: Everywhere, ada: Person) -> None:
    ordered = ada.order().get_json()["id"]
    everywhere.studio.carry()
    ask(ada, "restriction")
    everywhere.settle(deaf=ProcessingRestricted)
    assert ada.figurine(ordered)["state"] == "succeeded"


def test_a_lost_end_of_a_restriction_comes_with_the_next_order(everywhere: Everywhere, ada: Person) -> None:
    request = ask(ada, "restriction")
    everywhere.settle()
    lift(ada, request)
    everywhere.settle(deaf=ProcessingResumed)
    ordered = ada.order().get_json()["id"]
    everywhere.settle()
    assert ada.figurine(ordered)["state"] == "succeeded"
    assert everywhere.facts(ada) == 1


def consents(ada: Person) -> dict[str, bool]:
    return {item["purpose"]: item["granted"] for item in ada.get("/v1/consents").get_json()["items"]}


def test_an_objection_stops_counting_news_and_learning_and_nothing_she_asked_for(
    everywhere: Everywhere, ada: Person
) -> None:
    begin(everywhere, ada)
    request = ask(ada, "objection")
    everywhere.settle()
    stopped = {purpose for purpose in BEGUN if purpose != GEMINI and not BEGUN[purpose](everywhere, ada)}
    assert stopped == {ANALYTICS, NEWS, QUALITY}
    assert consents(ada) | {GEMINI: True, SAVING: True} == consents(ada)
    assert ada.order().status_code == 202
    everywhere.settle()
    assert everywhere.facts(ada) == 0
    refused = ada.ask("PUT", f"/v1/consents/{NEWS}", json={"granted": True})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")
    lift(ada, request)
    # Being counted is as it was; what needs a yes waits for one.
    assert {purpose for purpose, granted in consents(ada).items() if granted} == {GEMINI, SAVING, ANALYTICS}
    assert ada.ask("PUT", f"/v1/consents/{NEWS}", json={"granted": True}).status_code == 200


def test_an_objection_and_its_end_are_in_the_history(ada: Person) -> None:
    lift(ada, ask(ada, "objection"))
    (counting,) = [item for item in ada.get("/v1/consents").get_json()["items"] if item["purpose"] == ANALYTICS]
    assert [(change["granted"], change["how"]) for change in counting["history"]] == [
        (True, "objection lifted"),
        (False, "objection"),
    ]
    kinds = [(item["kind"], item["state"]) for item in ada.get("/v1/privacy/requests").get_json()["items"]]
    assert kinds == [("objection", "cancelled")]


def test_somebody_elses_restriction_cannot_be_lifted(everywhere: Everywhere, ada: Person) -> None:
    request = ask(ada, "restriction")
    refused = everywhere.studio.sign_up().ask("POST", f"/v1/privacy/requests/{request['id']}/cancel")
    assert (refused.status_code, refused.get_json()["code"]) == (404, "not_found")
    assert ada.order().status_code == 403


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"adult": False}, "18 years"), ({"policy_version": "1999-01-01"}, "no policy of that version")],
)
def test_who_is_not_an_adult_or_read_no_policy_of_ours_cannot_sign_up(
    studio: Studio, changes: dict[str, object], sentence: str
) -> None:
    sent = sign_up_body("somebody@example.org", **changes)
    refused = studio.client().post("/v1/accounts", json=sent, base_url="https://localhost")
    assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid_request")
    assert sentence in refused.get_json()["detail"]


def test_a_word_is_tied_to_a_policy_that_is_known(ada: Person) -> None:
    sent = {"granted": True, "policy_version": "2026-11-01"}
    assert ada.ask("PUT", f"/v1/consents/{NEWS}", json=sent).status_code == 200
    refused = ada.ask("PUT", f"/v1/consents/{NEWS}", json={"granted": False, "policy_version": "2031-01-01"})
    assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid_request")
    assert consents(ada)[NEWS]
