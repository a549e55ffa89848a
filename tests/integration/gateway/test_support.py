"""Questions to the studio over HTTP: taken once, shown to nobody else, never more than somebody can mean."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from common.inventory.exporting import json_rows
from common.inventory.whose import Subject, table_named
from common.person_keys import reseal_rows
from gateway.inventory import INVENTORY
from tests.integration.gateway.asking import ANSWER, QUESTION, answered, guest_of, send
from tests.integration.gateway.conftest import KEYS, sealer_of
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import ORIGIN, Person, Studio

TICKETS = "/v1/support/tickets"


@pytest.fixture
def post(studio: Studio) -> PostOffice:
    return PostOffice(studio.service.unit)


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


def asked(ada: Person, message: str = QUESTION) -> str:
    """The id of a question of a signed-in person's."""
    made = ada.ask("POST", TICKETS, json={"topic": "credits", "message": message})
    assert made.status_code == 201, made.get_json()
    return made.get_json()["id"]


def rows(studio: Studio) -> str:
    """Everything the tables about questions hold, as a dump would write it."""
    with studio.service.unit.database.begin() as connection:
        found = connection.execute(
            "SELECT tickets::text, ticket_messages::text FROM tickets JOIN ticket_messages ON ticket_id = tickets.id"
        ).fetchall()
    return repr(found)


def test_somebody_without_an_account_gets_a_reference_and_no_link(studio: Studio) -> None:
    made = send(studio, name="Grace").get_json()
    assert re.fullmatch(r"FS-[2-9A-HJKMNP-Z]{6}", made["reference"])
    assert made["link"] is None, "the link goes to the address alone, and to nobody who only claims to have it"


def test_what_was_written_and_by_whom_lies_sealed(studio: Studio, ada: Person) -> None:
    send(studio, name="Grace")
    asked(ada)
    held = rows(studio)
    for plain in (QUESTION, "guest@example.org", "Grace"):
        assert plain not in held
        assert plain.encode().hex() not in held


def test_the_same_question_sent_twice_is_one(studio: Studio, post: PostOffice) -> None:
    key = str(uuid4())
    first, second = send(studio, key=key), send(studio, key=key)
    assert (second.status_code, second.get_json()) == (201, first.get_json())
    assert second.headers["Idempotency-Replayed"] == "true"
    other = send(studio, key=key, message="Something else")
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_mismatch")
    post.deliver()
    assert len(post.boxes["guest@example.org"]) == 1


def test_the_same_question_sent_by_several_at_once_is_one(studio: Studio, ada: Person) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    body = {"message": QUESTION}
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: ada.ask("POST", TICKETS, json=body, headers=headers), range(6)))
    assert {each.status_code for each in made} == {201}
    assert len({each.get_json()["id"] for each in made}) == 1
    assert len(ada.get(TICKETS).get_json()["items"]) == 1


def test_a_reply_sent_twice_is_one(studio: Studio, post: PostOffice) -> None:
    guest, headers = guest_of(studio, post), {"Idempotency-Key": str(uuid4())}
    first, second = (
        guest.ask("POST", "/messages", json={"message": "And the title?"}, headers=headers) for _ in range(2)
    )
    assert (first.status_code, second.status_code, second.get_json()) == (201, 201, first.get_json())
    assert [each["text"] for each in guest.thread()["messages"]] == [QUESTION, "And the title?"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"message": ""}, "message"),
        ({"message": "   \n"}, "message"),
        ({"message": "x" * 4001}, "message"),
        ({"message": "x" * 30_000}, "message"),
        ({"message": "a\x00b"}, "message"),
        ({"message": "a\x1b[2Jb"}, "message"),
        ({"message": "\ud800"}, "message"),
        ({"message": 7}, "message"),
        ({"message": None}, "message"),
        ({"topic": "'; DROP TABLE tickets"}, "topic"),
        ({"email": None}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@example.org\r\nBcc: b@example.org"}, "email"),
        ({"email": "a@example.org, b@example.org"}, "email"),
        ({"email": "=?utf-8?q?a?=@example.org"}, "email"),
        ({"name": "Ada\x07"}, "name"),
        ({"name": "x" * 81}, "name"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(studio: Studio, body: dict[str, object], field: str) -> None:
    refused = send(studio, **body)
    assert refused.status_code == 400
    assert [error["field"] for error in refused.get_json()["errors"]] == [field]
    assert rows(studio) == "[]"


def test_a_robot_that_fills_in_everything_is_told_so(studio: Studio) -> None:
    refused = send(studio, website="https://example.org")
    assert (refused.status_code, rows(studio)) == (400, "[]")
    assert "robots" in refused.get_json()["detail"]


def test_nobody_fills_somebody_elses_mailbox_with_letters(studio: Studio, post: PostOffice) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: send(studio, email="Victim@example.org", address=f"198.51.100.{n}"), range(12)))
    refused = [each for each in made if each.status_code == 429]
    assert (len(refused), {each.status_code for each in made}) == (8, {201, 429})
    assert refused[0].get_json()["code"] == "rate_limited"
    assert 0 < int(refused[0].headers["Retry-After"]) <= 2 * 3600
    assert send(studio, email="victim@example.org").status_code == 429, "capitals make no other address"
    post.deliver()
    assert len(post.letters) == 4


def test_a_client_that_floods_is_stopped_and_others_are_not(studio: Studio) -> None:
    made = [send(studio, email=f"flood-{n}@example.org").status_code for n in range(21)]
    assert made == [201] * 20 + [429]
    assert send(studio, email="other@example.org", address="198.51.100.9").status_code == 201


def test_what_is_refused_counts_for_nobody(studio: Studio) -> None:
    for _ in range(6):
        assert send(studio, message="").status_code == 400
    assert send(studio).status_code == 201


def test_who_is_signed_in_reads_the_answer_where_she_asked(studio: Studio, ada: Person) -> None:
    made = ada.ask("POST", TICKETS, json={"topic": "credits", "message": QUESTION}).get_json()
    assert made["link"] == f"{ORIGIN}/support#{made['id']}"
    (listed,) = ada.get(TICKETS).get_json()["items"]
    assert (listed["state"], listed["beginning"], listed["first_answered_at"]) == ("open", QUESTION, None)
    answered(studio, made["reference"])
    thread = ada.get(f"{TICKETS}/{made['id']}").get_json()
    assert [(each["author"], each["text"]) for each in thread["messages"]] == [("person", QUESTION), ("studio", ANSWER)]
    assert (thread["state"], thread["first_answered_at"]) == ("answered", thread["changed_at"])


def test_a_thread_goes_on_until_it_is_closed(studio: Studio, ada: Person) -> None:
    ticket = asked(ada)
    answered(studio, ada.get(f"{TICKETS}/{ticket}").get_json()["reference"])
    assert ada.ask("POST", f"{TICKETS}/{ticket}/messages", json={"message": "Thank you"}).status_code == 201
    assert ada.get(f"{TICKETS}/{ticket}").get_json()["state"] == "waiting"
    closed = ada.ask("POST", f"{TICKETS}/{ticket}/close").get_json()
    assert (closed["state"], closed["kept_until"] > closed["closed_at"]) == ("closed", True)
    assert ada.ask("POST", f"{TICKETS}/{ticket}/close").get_json() == closed
    late = ada.ask("POST", f"{TICKETS}/{ticket}/messages", json={"message": "One more"})
    assert (late.status_code, late.get_json()["code"]) == (409, "ticket_closed")


def test_a_stranger_finds_nothing(studio: Studio, ada: Person, post: PostOffice) -> None:
    hers, guest, stranger = asked(ada), guest_of(studio, post), studio.sign_up()
    for ticket, key in ((hers, None), (guest.ticket_id, None), (hers, guest.key), (guest.ticket_id, guest.key[:-1])):
        headers = {"Ticket-Key": key} if key else {}
        for method, path in (("GET", ""), ("POST", "/messages"), ("POST", "/close"), ("DELETE", "")):
            body = {"message": "Mine"} if path == "/messages" else None
            answer = stranger.ask(method, f"{TICKETS}/{ticket}{path}", headers=headers, json=body)
            assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
    assert stranger.get(TICKETS).get_json()["items"] == []
    assert studio.client().get(f"{TICKETS}/{hers}", base_url=ORIGIN).status_code == 401
    assert len(guest.thread()["messages"]) == 1


def test_a_page_of_questions_leads_to_the_next(ada: Person) -> None:
    ids = [asked(ada, f"Question {n}") for n in range(3)]
    first = ada.get(f"{TICKETS}?limit=2").get_json()
    second = ada.get(f"{TICKETS}?limit=2&cursor={first['next_cursor']}").get_json()
    assert [each["id"] for each in (*first["items"], *second["items"])] == ids[::-1]
    assert second["next_cursor"] is None


def test_who_asked_can_have_it_forgotten(studio: Studio, ada: Person, post: PostOffice) -> None:
    guest, hers = guest_of(studio, post), asked(ada)
    assert guest.ask("DELETE").status_code == 204
    assert ada.ask("DELETE", f"{TICKETS}/{hers}").status_code == 204
    assert (guest.ask("GET").status_code, ada.get(f"{TICKETS}/{hers}").status_code) == (404, 404)
    assert rows(studio) == "[]"
    post.deliver()
    assert len(post.letters) == 2, "the welcome and the guest's; a letter that waits goes with what it is about"


def test_another_site_cannot_ask_in_somebodys_name(ada: Person) -> None:
    body, theirs = {"message": QUESTION}, {"Sec-Fetch-Site": "cross-site"}
    by_cookie = ada.client.post(TICKETS, json=body, base_url=ORIGIN)
    assert (by_cookie.status_code, by_cookie.get_json()["code"]) == (403, "forbidden")
    assert ada.client.post(TICKETS, json=body, headers=theirs, base_url=ORIGIN).status_code == 403


def test_a_session_that_is_over_asks_for_an_address_and_a_wrong_token_is_refused(studio: Studio, ada: Person) -> None:
    (here,) = ada.get("/v1/sessions").get_json()["items"]
    ada.ask("DELETE", f"/v1/sessions/{here['id']}")
    over = ada.client.post(TICKETS, json={"message": QUESTION}, base_url=ORIGIN)
    assert (over.status_code, [error["field"] for error in over.get_json()["errors"]]) == (400, ["email"])
    assert ada.ask("POST", TICKETS, json={"message": QUESTION}).status_code == 401


def test_the_page_works_for_everybody(studio: Studio, ada: Person) -> None:
    signed_out = studio.client().get("/support", base_url=ORIGIN)
    assert (signed_out.status_code, signed_out.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert 'name="email"' in signed_out.text
    assert 'name="email"' not in ada.client.get("/support", base_url=ORIGIN).text
    assert 'href="/support"' in studio.client().get("/", base_url=ORIGIN).text


def test_a_copy_of_everything_holds_what_was_written(studio: Studio, ada: Person) -> None:
    asked(ada)
    sealer = sealer_of(studio.service.unit)
    with studio.service.unit.database.begin() as connection:
        copied = {
            table: b"".join(
                json_rows(
                    connection,
                    INVENTORY,
                    table_named(INVENTORY, table),
                    Subject(user_id=ada.id),
                    lambda sealed, place: sealer.open(sealed, owner=str(ada.id), purpose=place),
                )
            ).decode()
            for table in ("tickets", "ticket_messages", "access_log")
        }
    assert QUESTION in copied["ticket_messages"]
    assert '"topic": "credits"' in copied["tickets"]


def test_a_name_she_wrote_in_a_question_holds_up_no_correction(studio: Studio, ada: Person) -> None:
    asked(ada, "How do I change how I am called?\n\nAda Lovelace")
    assert ada.ask("PATCH", "/v1/account", json={"name": "Augusta King"}).status_code == 200
    (follow,) = [job for job in studio.service.jobs if job.name == "follow corrections"]
    while follow.run():
        pass
    (correction,) = ada.get("/v1/account/corrections").get_json()["items"]
    (gateway,) = [each for each in correction["services"] if each["service"] == "gateway"]
    assert (correction["proof"], [each["place"] for each in gateway["corrected"]]) == ("kept", ["Your account"])
    assert [each["place"] for each in gateway["kept"]] == ["What you and the studio wrote to each other"]


def test_what_people_without_an_account_wrote_stays_as_it_is_when_keys_move(studio: Studio) -> None:
    send(studio, name="Grace")
    held = rows(studio)
    unit = studio.service.unit
    reseal_rows(unit.database, INVENTORY, KEYS, unit.clock)
    assert rows(studio) == held
