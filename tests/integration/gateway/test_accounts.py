"""Opening an account: what it takes, what is kept of it, and how its address is confirmed."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from common.clock import SYSTEM_CLOCK, Clock, MovableClock
from gateway.adapters.letters import JinjaLetters
from gateway.adapters.links import Links
from gateway.domain.people import VERIFICATION_LIFETIME
from gateway.wiring import derived
from tests.integration.gateway.studio import INDEX_KEY, ORIGIN, PASSWORD, Studio, sign_up_body


def open_account(studio: Studio, body: dict[str, object], **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return studio.client().post("/v1/accounts", json=body, headers=named, base_url=ORIGIN)


def links(clock: Clock = SYSTEM_CLOCK) -> Links:
    """The links of the studio, as it would have made them at another time."""
    return Links(derived(base64.b64decode(INDEX_KEY), "links"), public_url=ORIGIN, clock=clock)


def test_a_new_account_answers_with_what_was_given_and_nothing_secret(studio: Studio) -> None:
    response = open_account(studio, sign_up_body("new@example.org"))
    assert response.status_code == 201
    assert response.get_json().keys() == {"id", "email", "name", "verified", "created_at"}
    assert (response.get_json()["email"], response.get_json()["verified"]) == ("new@example.org", False)


@pytest.mark.parametrize("again", ["twice@example.org", "TWICE@Example.ORG", " twice@example.org "])
def test_an_address_has_one_account_however_it_is_written(studio: Studio, again: str) -> None:
    open_account(studio, sign_up_body("twice@example.org"))
    response = open_account(studio, sign_up_body(again))
    assert (response.status_code, response.get_json()["code"]) == (409, "conflict")


def test_of_many_simultaneous_sign_ups_with_one_address_one_succeeds(studio: Studio) -> None:
    with ThreadPoolExecutor(4) as people:
        answers = [people.submit(open_account, studio, sign_up_body("race@example.org")) for _ in range(4)]
    assert sorted(answer.result().status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"password": "too short"}, "10 to 200"),
        ({"adult": False}, "18"),
        ({"email": "not an address"}, "e-mail"),
        ({"email": "ada\x00@example.org"}, "e-mail"),
        ({"name": " "}, "name"),
        ({"name": "A\x1b[31m"}, "name"),
        ({"password": None}, "missing or malformed"),
        ({"adult": "maybe"}, "missing or malformed"),
        ({"name": "x" * 81}, "missing or malformed"),
        ({"policy_version": ""}, "missing or malformed"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_a_sentence(studio: Studio, change: dict[str, object], says: str) -> None:
    response = open_account(studio, sign_up_body("wrong@example.org") | change)
    assert (response.status_code, response.get_json()["code"]) == (400, "invalid_request")
    assert says in response.get_json()["detail"]


def test_the_same_sign_up_again_gets_the_same_answer(studio: Studio) -> None:
    body = sign_up_body("repeat@example.org")
    first = open_account(studio, body, Idempotency_Key="sign-up-1")
    again = open_account(studio, body, Idempotency_Key="sign-up-1")
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert again.headers["Idempotency-Replayed"] == "true"
    other = open_account(studio, sign_up_body("repeat@example.org", name="Bob"), Idempotency_Key="sign-up-1")
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_mismatch")


def test_nothing_a_person_said_lies_in_any_table_in_the_clear(studio: Studio) -> None:
    person = studio.sign_up("very.private@example.org")
    key = {"Idempotency-Key": "private-1"}
    studio.client().post("/v1/accounts", json=sign_up_body("more.private@example.org"), headers=key, base_url=ORIGIN)
    assert person.order(title="Quetzalcoatl", note="like Montezuma", key="private-2").status_code == 202
    dump = dumped(studio)
    for secret in ("very.private", "more.private", "Lovelace", "Quetzalcoatl", "Montezuma", PASSWORD, person.token):
        assert secret.encode() not in dump
        assert secret.encode().hex().encode() not in dump
    assert str(person.id).encode() in dump


def dumped(studio: Studio) -> bytes:
    """Every row of every table of the gateway, as Postgres writes them out."""
    with studio.service.unit.database.begin() as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
        pieces: list[bytes] = []
        for (table,) in tables:
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT'.encode()) as copy:
                pieces.extend(bytes(piece) for piece in copy)
    return b"".join(pieces)


def mailed_link(studio: Studio, email: str) -> str:
    """The link in the verification mail, read as a mail program reads it off the wire."""
    with studio.service.unit.begin() as work:
        account = work.accounts.find_by_address(email)
    assert account is not None
    letter = JinjaLetters(links()).write("verify", account)
    message = EmailMessage()
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    received = message_from_bytes(message.as_bytes(), policy=policy.default)
    body = received.get_body(("plain",))
    assert body is not None
    (link,) = [word for word in body.get_content().split() if word.startswith("https://")]
    return link


def test_following_the_link_in_the_mail_asks_and_its_button_confirms(studio: Studio) -> None:
    person = studio.sign_up()
    link = urlsplit(mailed_link(studio, person.email))
    page = studio.client().get(f"{link.path}?{link.query}", base_url=ORIGIN)
    token = link.query.partition("token=")[2]
    assert (page.status_code, f'value="{token}"' in page.get_data(as_text=True)) == (200, True)
    assert person.get("/v1/account").get_json()["verified"] is False
    for _ in range(2):
        pressed = studio.client().post("/verify", data={"token": token}, base_url=ORIGIN)
        assert (pressed.status_code, "is confirmed" in pressed.get_data(as_text=True)) == (200, True)
        assert person.get("/v1/account").get_json()["verified"] is True


def test_a_signed_in_person_confirms_in_the_browser_and_stays_signed_in(studio: Studio) -> None:
    person = studio.sign_up()
    token = mailed_link(studio, person.email).partition("token=")[2]
    pressed = person.client.post("/verify", data={"token": token}, base_url=ORIGIN)
    assert (pressed.status_code, "Sign out" in pressed.get_data(as_text=True)) == (200, True)


@pytest.mark.parametrize("token", ["", "x.y.z", "\x00", "<script>"])
def test_a_page_says_what_is_wrong_with_a_link_that_is_not_ours(studio: Studio, token: str) -> None:
    opened = studio.client().get("/verify", query_string={"token": token}, base_url=ORIGIN)
    pressed = studio.client().post("/verify", data={"token": token}, base_url=ORIGIN)
    for page in (opened, pressed):
        assert (page.status_code, page.mimetype) == (400, "text/html")
        assert "too old or not whole" in page.get_data(as_text=True)


def test_the_token_of_the_link_confirms_the_address_over_the_api(studio: Studio) -> None:
    person = studio.sign_up()
    token = mailed_link(studio, person.email).partition("token=")[2]
    response = studio.client().post("/v1/accounts/verify", json={"token": token}, base_url=ORIGIN)
    assert (response.status_code, response.get_json()["verified"]) == (200, True)


@pytest.mark.parametrize(("kept", "added"), [(-2, "xx"), (0, ""), (0, "x.y.z"), (0, "\x00"), (20, "")])
def test_a_link_that_is_not_ours_is_refused(studio: Studio, kept: int, added: str) -> None:
    person = studio.sign_up()
    token = mailed_link(studio, person.email).partition("token=")[2][:kept] + added
    response = studio.client().post("/v1/accounts/verify", json={"token": token}, base_url=ORIGIN)
    assert (response.status_code, response.get_json()["code"]) == (400, "invalid_request")
    assert person.get("/v1/account").get_json()["verified"] is False


def test_a_link_works_for_three_days(studio: Studio) -> None:
    person = studio.sign_up()
    past = MovableClock()
    past.advance(-VERIFICATION_LIFETIME - timedelta(seconds=5))
    expired = links(past).verification(person.id).partition("token=")[2]
    assert studio.client().post("/v1/accounts/verify", json={"token": expired}, base_url=ORIGIN).status_code == 400
    past.advance(timedelta(minutes=1))
    valid = links(past).verification(person.id).partition("token=")[2]
    assert studio.client().post("/v1/accounts/verify", json={"token": valid}, base_url=ORIGIN).status_code == 200


def test_a_password_that_many_have_is_refused_wherever_one_is_chosen(studio: Studio) -> None:
    person = studio.sign_up()
    with studio.service.unit.begin() as work:
        recovery_id = work.recoveries.put(person.id)
    token = links().recovery(person.id, recovery_id).partition("token=")[2]
    common = "Sunshine2026!"
    refusals = [
        open_account(studio, sign_up_body("common@example.org", password=common)),
        person.ask("PUT", "/v1/account/password", json={"password": PASSWORD, "new_password": common}),
        studio.client().post("/v1/accounts/reset", json={"token": token, "password": common}, base_url=ORIGIN),
    ]
    for refusal in refusals:
        assert (refusal.status_code, refusal.get_json()["code"]) == (400, "invalid_request")
        assert "a few unrelated words" in refusal.get_json()["detail"]
