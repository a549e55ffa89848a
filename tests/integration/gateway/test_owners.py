"""Every route, asked by everybody: what the table of routes and the contract say is what is answered.

Nobody, the owner, another person, a key that was revoked, a key that is for something else. Somebody else's thing is
`not_found`, never `forbidden`: that it exists is nobody else's business.
"""

import re
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from common.service import Service
from gateway.domain.announcements import Text
from gateway.domain.keys import Scope
from gateway.domain.languages import Language
from gateway.routes.scopes import NEEDS, Needs
from gateway.use_cases import announcements
from tests.fakes.authenticator import Authenticator
from tests.integration.gateway.studio import ORIGIN, PASSWORD, Person, Studio
from tests.integration.gateway.test_api_keys import make, script
from tests.integration.gateway.test_invoices import order
from tests.integration.gateway.test_passkeys import add

PLACES = re.compile(r"{(\w+)}")
OWNED = {name for need in NEEDS for name in PLACES.findall(need)} - {
    # These name nobody's thing in particular.
    "n",
    "format",
    "purpose",
    "version",
    "promise",
    "provider",
    "token",
    "name",
}
FIXED = {
    "name": "figurines",
    "n": "1",
    "format": "stl",
    "purpose": "news",
    "version": "2026-11-01",
    "promise": "K1",
    "provider": "stripe",
}
# What the owner is answered when she reads something that is hers, where that is not 200.
NOT_YET = {
    "GET /v1/figurines/{figurine_id}/model.{format}": 202,
    "GET /v1/figurines/{figurine_id}/model/preview": 202,
    "GET /v1/figurines/{figurine_id}/model/turntable": 202,
    "GET /v1/figurines/{figurine_id}/share": 404,
    "GET /v1/figurines/{figurine_id}/rating": 404,
    # Nothing is put together yet; and analytics is away here.
    "GET /v1/privacy/requests/{request_id}/archive": 409,
    "GET /v1/usage": 503,
    # Only with the key of a link.
    "GET /v1/privacy/erasures/{request_id}": 400,
    "GET /v1/privacy/erasures/{request_id}/receipt": 400,
    # Nobody counts in this house.
    "GET /v1/statistics": 503,
    "GET /s/{token}": 404,
    "GET /s/{token}/pictures/{n}": 404,
}


# What has to come along to be asked at all.
BODIES: dict[str, dict[str, object]] = {
    "POST /v1/figurines/{figurine_id}/edits": {"note": "More hair."},
    "PUT /v1/figurines/{figurine_id}/rating": {"stars": 5},
    "POST /v1/support/tickets/{ticket_id}/messages": {"message": "And now?"},
    "POST /v1/webhooks/{webhook_id}/secret": {"password": PASSWORD},
    "POST /v1/webhooks/{webhook_id}/redeliver": {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The people of the play, and what is Ada's."""

    ada: Person
    bob: Person
    revoked: Person
    elsewhere: dict[str, Person]
    things: dict[str, str]

    def address(self, need: str) -> tuple[str, str]:
        method, _, path = need.partition(" ")
        return method, PLACES.sub(lambda place: self.things.get(place[1]) or FIXED.get(place[1], "none"), path)

    def ask(self, person: Person, need: str) -> TestResponse:
        method, path = self.address(need)
        return person.ask(method, path, **({"json": BODIES[need]} if need in BODIES else {}))


def thing(answer: TestResponse, name: str = "id") -> str:
    assert answer.status_code < 300, answer.get_json()
    return answer.get_json()[name]


@pytest.fixture(scope="module")
def cast(studio: Studio, peers: dict[str, Service[object]]) -> Cast:
    studio.forget_everything_to_do()
    ada, bob = studio.sign_up(), studio.sign_up()
    figurine = thing(ada.order(save_photo="true"))
    studio.settle()
    asked = ada.ask("POST", "/v1/support/tickets", json={"topic": "photo", "message": "Where is it?"})
    order_id = uuid4()
    invoice = order(peers["billing"], ada.id, order_id=order_id).rpartition("/")[2]
    gone = make(ada).get_json()
    revoked = replace(ada, token=gone["token"])
    ada.ask("DELETE", f"/v1/api-keys/{gone['id']}")
    with studio.service.unit.begin() as work:
        announcement = announcements.draft(work, {Language.ENGLISH: Text(subject="A style", words="It is there.")})
    things = {
        "figurine_id": figurine,
        "session_id": ada.get("/v1/sessions").get_json()["items"][0]["id"],
        "key_id": thing(make(ada)),
        "webhook_id": thing(
            ada.ask("POST", "/v1/webhooks", json={"url": "https://shop.example/in", "events": ["credits.changed"]})
        ),
        "photo_id": ada.get("/v1/photos").get_json()["saved"][0]["id"],
        "order_id": str(order_id),
        "invoice_id": invoice,
        "request_id": thing(ada.ask("POST", "/v1/privacy/requests", json={"kind": "access"})),
        "passkey_id": thing(add(ada, Authenticator(origin=ORIGIN, host="localhost"))),
        "ticket_id": thing(asked),
        "reference": thing(asked, "reference"),
        "account_id": str(ada.id),
        # These are nobody's: no name of a service or a style is Ada's alone.
        "proposal_id": str(uuid4()),
        "word_id": str(uuid4()),
        "engine": "no-such-engine",
        "service": "no-such-service",
        "style": "no-such-style",
        "announcement_id": str(announcement),
    }
    # For each scope a key that has every other one.
    elsewhere = {scope.value: script(ada, *(other for other in Scope if other is not scope)) for scope in Scope}
    return Cast(ada=ada, bob=bob, revoked=revoked, elsewhere=elsewhere, things=things)


@pytest.fixture(autouse=True)
def _nothing_left_to_do() -> None:
    """These share what is Ada's."""


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


PERSONAL = [need for need in NEEDS if NEEDS[need] is not Needs.NOBODY]
KEYED = [need for need in NEEDS if isinstance(NEEDS[need], Scope)]


def test_there_is_a_thing_of_adas_for_every_route(cast: Cast) -> None:
    assert set(cast.things) == OWNED


@pytest.mark.parametrize("need", PERSONAL)
def test_nobody_is_asked_to_sign_in(studio: Studio, cast: Cast, need: str) -> None:
    method, path = cast.address(need)
    answer = studio.client().open(path, method=method, json=BODIES.get(need), base_url=ORIGIN)
    assert code(answer) == (401, "unauthenticated")


@pytest.mark.parametrize("need", [need for need in NEEDS if NEEDS[need] is Needs.NOBODY])
def test_what_needs_nobody_asks_nobody_to_sign_in(studio: Studio, cast: Cast, need: str) -> None:
    method, path = cast.address(need)
    assert studio.client().open(path, method=method, base_url=ORIGIN).status_code not in {401, 403}


@pytest.mark.parametrize("need", [need for need in NEEDS if need.startswith("GET") and NEEDS[need] is not Needs.STAFF])
def test_its_owner_reads_what_is_hers(cast: Cast, need: str) -> None:
    if need == "GET /v1/events":
        return  # a stream that goes on; see test_live
    method, path = cast.address(need)
    assert cast.ada.ask(method, path).status_code == NOT_YET.get(need, 200)


@pytest.mark.parametrize("need", [need for need in PERSONAL if set(PLACES.findall(need)) & OWNED])
def test_another_person_finds_nothing_there(cast: Cast, need: str) -> None:
    assert code(cast.ask(cast.bob, need)) == (404, "not_found")


@pytest.mark.parametrize("need", [need for need in PERSONAL if need.startswith("GET")])
def test_another_person_is_shown_nothing_of_adas(cast: Cast, need: str) -> None:
    if set(PLACES.findall(need)) & OWNED or need == "GET /v1/events":
        return
    method, path = cast.address(need)
    shown = cast.bob.ask(method, path).get_data(as_text=True)
    assert not [thing for thing in [*cast.things.values(), str(cast.ada.id), cast.ada.email] if thing in shown]


@pytest.mark.parametrize("need", PERSONAL)
def test_a_revoked_key_opens_nothing(cast: Cast, need: str) -> None:
    assert code(cast.ask(cast.revoked, need)) == (401, "unauthenticated")


@pytest.mark.parametrize("need", PERSONAL)
def test_a_key_for_everything_else_does_not_do(cast: Cast, need: str) -> None:
    wanted = NEEDS[need]
    key = cast.elsewhere[wanted.value if isinstance(wanted, Scope) else Scope.CREDITS_READ.value]
    assert code(cast.ask(key, need)) == (403, "scope_missing")


@pytest.mark.parametrize("need", [need for need in KEYED if need.startswith("GET")])
def test_a_key_that_is_for_it_reads_the_same_as_its_owner(cast: Cast, need: str) -> None:
    if need == "GET /v1/events":
        return
    method, path = cast.address(need)
    other = next(scope.value for scope in Scope if scope is not NEEDS[need])
    by_key, by_hand = cast.elsewhere[other].ask(method, path), cast.ada.ask(method, path)
    assert (by_key.status_code, by_key.mimetype) == (by_hand.status_code, by_hand.mimetype)


def test_whoever_has_no_role_finds_nothing_behind_the_operators_door(cast: Cast) -> None:
    staffed = [need for need in NEEDS if " /v1/operator" in need]
    assert all(NEEDS[need] is Needs.STAFF for need in staffed)
    for need in staffed:
        for who in (cast.bob, cast.elsewhere[Scope.EVENTS_READ]):
            assert cast.ask(who, need).status_code in {403, 404}, need
