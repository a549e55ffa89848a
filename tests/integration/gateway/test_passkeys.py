"""Passkeys: added, signed in with, and refused when something about their answer is not right."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from common.clock import SYSTEM_CLOCK
from tests.fakes.authenticator import PRESENT, Authenticator, to_text
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import ORIGIN, PASSWORD, Person, Studio


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(origin=ORIGIN, host="localhost")


def add(person: Person, device: Authenticator, name: str = "Ada's telephone") -> TestResponse:
    begun = person.ask("POST", "/v1/account/passkeys/options")
    assert begun.status_code == 201, begun.get_json()
    made = device.make(begun.get_json()["options"])
    body = {"challenge_id": begun.get_json()["challenge_id"], "name": name, "credential": made}
    return person.ask("POST", "/v1/account/passkeys", json=body)


def ask(studio: Studio) -> dict[str, Any]:
    answer = studio.client().post("/v1/sessions/passkey/options", base_url=ORIGIN)
    assert answer.status_code == 201
    return answer.get_json()


def answer(studio: Studio, asked: dict[str, Any], credential: dict[str, Any]) -> TestResponse:
    body = {"challenge_id": asked["challenge_id"], "credential": credential}
    return studio.client().post("/v1/sessions/passkey", json=body, base_url=ORIGIN)


def sign_in(studio: Studio, device: Authenticator) -> TestResponse:
    asked = ask(studio)
    return answer(studio, asked, device.use(asked["options"]))


def refused(response: TestResponse) -> bool:
    return (response.status_code, response.get_json()["code"]) == (401, "passkey_refused")


def test_a_passkey_signs_its_owner_in_without_a_word_and_a_mail_tells_that_it_was_added(
    studio: Studio, ada: Person, device: Authenticator
) -> None:
    added = add(ada, device)
    assert (added.status_code, len(added.get_json()["recovery_codes"])) == (201, 10)
    opened = sign_in(studio, device)
    assert opened.status_code == 201
    own = studio.client().get(
        "/v1/account", headers={"Authorization": f"Bearer {opened.get_json()['token']}"}, base_url=ORIGIN
    )
    assert own.get_json()["email"] == ada.email
    (shown,) = ada.get("/v1/account/factors").get_json()["passkeys"]
    assert (shown["name"], shown["last_used_at"] is None) == ("Ada's telephone", False)
    post = PostOffice(studio.service.unit)
    post.deliver()
    assert post.boxes[ada.email][-1].subject == "A passkey was added"


def test_a_passkey_makes_the_password_alone_let_nobody_in(studio: Studio, ada: Person, device: Authenticator) -> None:
    codes = add(ada, device).get_json()["recovery_codes"]
    assert add(ada, Authenticator(origin=ORIGIN, host="localhost")).get_json()["recovery_codes"] == []
    half = studio.client().post("/v1/sessions", json={"email": ada.email, "password": PASSWORD}, base_url=ORIGIN)
    assert (half.status_code, half.get_json()["ways"]) == (202, ["recovery_code", "passkey"])
    body = {"step": half.get_json()["step"], "code": codes[0]}
    assert studio.client().post("/v1/sessions/step", json=body, base_url=ORIGIN).status_code == 201


def test_the_device_is_asked_for_a_passkey_it_can_find_by_itself_after_it_has_looked_who_holds_it(ada: Person) -> None:
    options = ada.ask("POST", "/v1/account/passkeys/options").get_json()["options"]
    assert options["rp"]["id"] == "localhost"
    chosen = options["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    asked = ask(ada.studio)["options"]
    assert (asked["rpId"], asked["userVerification"], asked["allowCredentials"]) == ("localhost", "required", [])


Lie = Callable[[Authenticator], None]
LIES: dict[str, Lie] = {
    "a page elsewhere": lambda device: setattr(device, "origin", "https://localhost.example.org"),
    "another service": lambda device: setattr(device, "host", "example.org"),
    "nobody looked who holds it": lambda device: setattr(device, "flags", PRESENT),
    "nobody touched it": lambda device: setattr(device, "flags", 0),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_an_answer_that_is_not_right_adds_nothing(ada: Person, device: Authenticator, lie: Lie) -> None:
    lie(device)
    refusal = add(ada, device)
    assert (refusal.status_code, refusal.get_json()["code"]) == (400, "invalid_request")
    assert ada.get("/v1/account/factors").get_json()["passkeys"] == []


LATER: dict[str, Lie] = {
    **LIES,
    "somebody else's name": lambda device: setattr(device, "user", b"\x00" * 16),
    "another key": lambda device: setattr(device, "key", Authenticator(origin=ORIGIN, host="localhost").key),
    "a copy, whose count is behind": lambda device: setattr(device, "count", 0),
    "another passkey": lambda device: setattr(device, "id", b"\x01" * 32),
}


@pytest.mark.parametrize("lie", LATER.values(), ids=LATER)
def test_an_answer_that_is_not_right_signs_nobody_in(
    studio: Studio, ada: Person, device: Authenticator, lie: Lie
) -> None:
    add(ada, device)
    assert sign_in(studio, device).status_code == 201
    device.count += 5
    assert sign_in(studio, device).status_code == 201
    lie(device)
    assert refused(sign_in(studio, device))


def test_a_challenge_is_answered_once_within_five_minutes_and_by_whom_it_was_put_to(
    studio: Studio, ada: Person, device: Authenticator
) -> None:
    add(ada, device)
    asked = ask(studio)
    credential = device.use(asked["options"])
    assert answer(studio, asked, credential).status_code == 201
    assert refused(answer(studio, asked, credential))
    late = ask(studio)
    with studio.service.unit.database.begin() as connection:
        connection.execute("UPDATE passkey_challenges SET expires_at = %s", [SYSTEM_CLOCK.now()])
    assert refused(answer(studio, late, device.use(late["options"])))
    own = ada.ask("POST", "/v1/account/passkeys/options").get_json()
    assert refused(answer(studio, own, device.use(own["options"])))
    stranger = studio.sign_up()
    made = Authenticator(origin=ORIGIN, host="localhost").make(own["options"])
    body = {"challenge_id": own["challenge_id"], "name": "stolen", "credential": made}
    assert stranger.ask("POST", "/v1/account/passkeys", json=body).status_code == 400


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"rawId": 7},
        {"rawId": "\x00"},
        {"rawId": "AAAA", "response": None},
        {"rawId": "AAAA", "id": "AAAA", "type": "public-key", "response": {"clientDataJSON": "AAAA"}},
    ],
    ids=range(5),
)
def test_no_answer_breaks_the_door(studio: Studio, ada: Person, credential: dict[str, Any]) -> None:
    assert refused(answer(studio, ask(studio), credential))
    begun = ada.ask("POST", "/v1/account/passkeys/options").get_json()
    body = {"challenge_id": begun["challenge_id"], "name": "mine", "credential": credential}
    assert ada.ask("POST", "/v1/account/passkeys", json=body).status_code == 400


def test_a_half_right_answer_of_a_known_passkey_breaks_nothing_and_is_noted(
    studio: Studio, ada: Person, device: Authenticator
) -> None:
    add(ada, device)
    asked = ask(studio)
    whole = device.use(asked["options"])
    for missing in ("userHandle", "signature", "authenticatorData", "clientDataJSON"):
        again = ask(studio)
        part = {name: value for name, value in whole["response"].items() if name != missing}
        assert refused(answer(studio, again, {**whole, "response": part}))
    garbled = {**whole, "response": {**whole["response"], "authenticatorData": to_text(b"\xff" * 37)}}
    assert refused(answer(studio, asked, garbled))
    kinds = [each["kind"] for each in ada.get("/v1/account/security").get_json()["items"]]
    assert kinds.count("passkey_refused") == 5


def test_a_passkey_that_was_removed_signs_nobody_in_and_a_strangers_is_not_removed(
    studio: Studio, ada: Person, device: Authenticator
) -> None:
    passkey_id = add(ada, device).get_json()["id"]
    assert studio.sign_up().ask("DELETE", f"/v1/account/passkeys/{passkey_id}").status_code == 404
    assert ada.ask("DELETE", f"/v1/account/passkeys/{passkey_id}").status_code == 204
    assert ada.ask("DELETE", f"/v1/account/passkeys/{passkey_id}").status_code == 404
    assert refused(sign_in(studio, device))
    password = studio.client().post("/v1/sessions", json={"email": ada.email, "password": PASSWORD}, base_url=ORIGIN)
    assert password.status_code == 201


def test_one_passkey_is_nobody_elses(studio: Studio, ada: Person, device: Authenticator) -> None:
    assert add(ada, device).status_code == 201
    assert add(studio.sign_up(), device).status_code == 400


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "A\x1b[31m"])
def test_a_passkey_has_a_name(ada: Person, device: Authenticator, name: str) -> None:
    assert add(ada, device, name).status_code == 400
