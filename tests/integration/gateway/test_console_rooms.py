"""The console's rooms of people: what waits, questions, looking somebody up, staff, and the trail of it all."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.test import TestResponse

from common.clock import SYSTEM_CLOCK
from common.service import Service
from gateway.domain.staff import Role
from tests.integration.gateway.asking import ANSWER
from tests.integration.gateway.hired import acts_of, colleague, hire
from tests.integration.gateway.studio import ORIGIN, Person, Studio
from tests.integration.gateway.test_console import REASON, csrf_of

SAID = "Where does my picture hide"


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def mira(studio: Studio) -> Person:
    return colleague(studio, Role.SUPPORT)


@pytest.fixture
def root(studio: Studio) -> Person:
    return colleague(studio, Role.ADMIN)


def ask(person: Person) -> str:
    answer = person.ask("POST", "/v1/support/tickets", json={"topic": "photo", "message": SAID})
    assert answer.status_code == 201, answer.get_json()
    return answer.get_json()["reference"]


def show(person: Person, path: str) -> str:
    answer = person.client.get(path, base_url=ORIGIN)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store"), answer.get_data()
    return answer.get_data(as_text=True)


def send(person: Person, path: str, **fields: str) -> TestResponse:
    """A form of the console's, as a browser without scripts sends it."""
    token = csrf_of(person.client.get("/operator", base_url=ORIGIN).get_data(as_text=True))
    return person.client.post(path, data={"csrf_token": token, **fields}, base_url=ORIGIN)


def accesses(person: Person) -> list[tuple[str, str]]:
    return [(each["what"], each["reason"]) for each in person.get("/v1/privacy/accesses").get_json()["items"]]


def verified(person: Person) -> Person:
    with person.studio.service.unit.begin() as work:
        work.accounts.verify(person.id)
    return person


def test_a_question_is_read_with_a_reason_answered_and_closed(ada: Person, mira: Person, studio: Studio) -> None:
    reference = ask(ada)
    assert reference in show(mira, "/operator/questions")
    before = show(mira, f"/operator/questions/{reference}")
    assert (SAID in before, 'name="reason"' in before) == (False, True)
    shown = send(mira, f"/operator/questions/{reference}", reason=REASON)
    assert (shown.status_code, SAID in shown.get_data(as_text=True)) == (200, True)
    assert (f"What you wrote in {reference}", REASON) in accesses(ada)
    assert f'name="who" value="{ada.id}"' in shown.get_data(as_text=True)
    answered = send(mira, f"/operator/questions/{reference}/answer", message=ANSWER)
    assert (answered.status_code, answered.headers["Location"]) == (303, "/operator/questions?done=answered")
    assert send(mira, f"/operator/questions/{reference}/close").status_code == 303
    assert acts_of(studio, mira.id) == [
        ("question.read", reference),
        ("question.answered", reference),
        ("question.closed", reference),
    ]


@pytest.mark.parametrize("reason", ["", "    ", "why"])
def test_without_a_reason_nothing_of_it_is_shown(ada: Person, mira: Person, studio: Studio, reason: str) -> None:
    refused = send(mira, f"/operator/questions/{ask(ada)}", reason=reason)
    html = refused.get_data(as_text=True)
    assert (refused.status_code, SAID in html, "Say why" in html) == (400, False, True)
    assert mira.ask("POST", "/v1/operator/people/look", json={"who": ada.email, "reason": reason}).status_code == 400
    assert (accesses(ada), acts_of(studio, mira.id)) == ([], [])


def test_an_answer_sent_twice_is_one_answer(ada: Person, mira: Person, studio: Studio) -> None:
    path = f"/operator/questions/{ask(ada)}/answer"
    assert send(mira, path, message=ANSWER).status_code == 303
    again = send(mira, path, message=ANSWER)
    html = again.get_data(as_text=True)
    # What was written is there to be copied.
    assert (again.status_code, "not sent twice" in html, html.count(ANSWER)) == (409, True, 1)
    assert [act for act, _ in acts_of(studio, mira.id)] == ["question.answered"]


def test_a_program_of_supports_does_the_same(ada: Person, mira: Person) -> None:
    reference = ask(ada)
    waiting = {each["reference"]: each for each in mira.get("/v1/operator/questions").get_json()["items"]}
    assert (waiting[reference]["late"], waiting[reference]["has_account"]) == (False, True)
    read = mira.ask("POST", f"/v1/operator/questions/{reference}/look", json={"reason": REASON}).get_json()
    assert ([each["text"] for each in read["messages"]], read["name"]) == ([SAID], "Ada Lovelace")
    assert read["account_id"] == str(ada.id)
    path = f"/v1/operator/questions/{reference}"
    assert mira.ask("POST", f"{path}/answer", json={"message": ANSWER}).get_json()["state"] == "answered"
    assert mira.ask("POST", f"{path}/close").get_json()["state"] == "closed"
    assert mira.ask("POST", "/v1/operator/questions/FS-222222/look", json={"reason": REASON}).status_code == 404


def test_another_sites_form_answers_nobody(ada: Person, mira: Person, studio: Studio) -> None:
    sent = mira.client.post(
        f"/operator/questions/{ask(ada)}/answer", data={"message": ANSWER, "csrf_token": "guessed"}, base_url=ORIGIN
    )
    assert (sent.status_code, acts_of(studio, mira.id)) == (403, [])


@pytest.mark.parametrize("by", ["id", "email"])
def test_somebody_is_found_by_her_id_or_her_address_and_reads_who_looked(ada: Person, mira: Person, by: str) -> None:
    ada.order(title="Grandmother")
    ada.studio.settle()
    shown = send(mira, "/operator/people", who=str(getattr(ada, by)), reason=REASON)
    html = shown.get_data(as_text=True).partition("<main")[2]
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "private, no-store")
    assert str(ada.id) in html
    assert "acrylic-standee" in html
    assert not [private for private in (ada.email, "Ada Lovelace", "Grandmother", "/pictures/") if private in html]
    ((what, reason),) = accesses(ada)
    assert (what.startswith("Your account, credits"), reason) == (True, REASON)


def test_whoever_tries_addresses_leaves_a_line_for_each(mira: Person, studio: Studio) -> None:
    for who in ("nobody@example.org", str(uuid4())):
        refused = mira.ask("POST", "/v1/operator/people/look", json={"who": who, "reason": REASON})
        assert (refused.status_code, "no account" in refused.get_json()["detail"]) == (404, True)
    assert mira.ask("POST", "/v1/operator/people/look", json={"who": "Ada", "reason": REASON}).status_code == 400
    assert acts_of(studio, mira.id) == [("person.not_found", "")] * 2


def test_an_admin_gives_a_role_and_takes_it_and_the_colleague_reads_of_it(
    ada: Person, root: Person, studio: Studio
) -> None:
    body = {"email": ada.email, "role": "support", "reason": "She answers questions now"}
    assert "never confirmed" in root.ask("POST", "/v1/operator/staff", json=body).get_json()["detail"]
    hire(verified(ada))
    assert ada.get("/v1/operator/questions").status_code == 404
    for _ in range(2):
        given = send(root, "/operator/staff", **body)
        assert given.headers["Location"] == "/operator/staff?done=given"
    assert ada.get("/v1/operator/questions").status_code == 200
    assert str(ada.id) in show(root, "/operator/staff")
    taken = send(root, f"/operator/staff/{ada.id}/take", role="support", reason="She left the desk")
    assert taken.status_code == 303
    assert ada.get("/v1/operator/questions").status_code == 404
    assert send(root, f"/operator/staff/{ada.id}/take", role="support", reason="Once more").status_code == 404
    assert acts_of(studio, root.id) == [("role.given", "support"), ("role.taken", "support")]
    assert [what for what, _ in accesses(ada)] == ["Your role in the studio: support"] * 2


def test_nobody_gives_a_role_to_herself(root: Person) -> None:
    verified(root)
    refused = root.ask(
        "POST", "/v1/operator/staff", json={"email": root.email, "role": "finance", "reason": "I want to see it"}
    )
    assert (refused.status_code, refused.get_json()["code"]) == (409, "own_role")


@pytest.mark.parametrize("fields", [{"role": "queen"}, {"role": ""}])
def test_a_role_there_is_not_is_refused_with_a_sentence(ada: Person, root: Person, fields: dict[str, str]) -> None:
    refused = send(root, "/operator/staff", email=ada.email, reason="She answers questions", **fields)
    assert (refused.status_code, "Choose a role" in refused.get_data(as_text=True)) == (400, True)


def test_the_trail_is_filtered_by_the_address_and_has_pages(
    ada: Person, mira: Person, root: Person, studio: Studio
) -> None:
    for _ in range(3):
        send(mira, "/operator/people", who=str(ada.id), reason=REASON)
    first = root.get(f"/v1/operator/acts?by={mira.id}&limit=2").get_json()
    rest = root.get(f"/v1/operator/acts?by={mira.id}&limit=2&cursor={first['next_cursor']}").get_json()
    lines = [*first["items"], *rest["items"]]
    assert ([each["act"] for each in lines], rest["next_cursor"]) == (["person.read"] * 3, None)
    assert {(each["person"], each["reason"]) for each in lines} == {(str(ada.id), REASON)}
    html = show(root, f"/operator/trail?person={ada.id}&act=person.read")
    assert (html.count('<td data-says="Act">'), REASON in html) == (3, True)
    assert '<option value="person.read" selected>' in html
    assert acts_of(studio, root.id) == [("trail.read", "")]
    assert root.client.get("/operator/trail?by=me", base_url=ORIGIN).status_code == 400


def test_requests_stand_by_their_deadline_without_whose_they_are(
    ada: Person, studio: Studio, peers: dict[str, Service[Any]]
) -> None:
    asked = ada.ask("POST", "/v1/privacy/requests", json={"kind": "erasure"}).get_json()
    paula = colleague(studio, Role.PRIVACY)
    soon = SYSTEM_CLOCK.now() + timedelta(days=3)
    with peers["privacy"].unit.database.begin() as connection:
        connection.execute("UPDATE requests SET due_at = %s WHERE id = %s", [soon, UUID(asked["id"])])
    told = paula.get("/v1/operator/requests").get_json()
    (mine,) = [each for each in told["items"] if each["id"] == asked["id"]]
    assert (mine["kind"], mine["state"], str(ada.id) in str(told)) == ("erasure", asked["state"], False)
    assert [each["due_at"] for each in told["items"]] == sorted(each["due_at"] for each in told["items"])
    html = show(paula, "/operator/requests")
    assert (asked["id"] in html, "2 days" in html or "3 days" in html) == (True, True)
    (line,) = [
        each for each in paula.get("/v1/operator/overview").get_json()["items"] if each["path"] == "/operator/requests"
    ]
    assert line["state"] == "urgent"


def test_promises_show_what_is_looked_at_and_what_the_audit_found(studio: Studio) -> None:
    otto = colleague(studio, Role.OPERATOR)
    html = show(otto, "/operator/promises")
    assert ("The last security audit" in html, html.count("<details") > 20) == (True, True)
    assert otto.get("/v1/operator/audit").get_json().keys() == {"id", "at", "stale", "findings"}


def test_the_overview_says_what_waits_and_who_is_away(ada: Person, studio: Studio) -> None:
    ask(ada)
    sam = colleague(studio, Role.SUPPORT, Role.ANALYST)
    items = {each["path"]: each for each in sam.get("/v1/operator/overview").get_json()["items"]}
    assert set(items) == {"/operator/questions", "/operator/reports"}
    assert (items["/operator/questions"]["state"], items["/operator/reports"]["state"]) == ("waits", "away")
    assert "does not answer" in show(sam, "/operator")


ROOMS = {
    "/operator/questions": Role.SUPPORT,
    "/operator/people": Role.SUPPORT,
    "/operator/requests": Role.PRIVACY,
    "/operator/promises": Role.OPERATOR,
    "/operator/staff": Role.ADMIN,
    "/operator/trail": Role.ADMIN,
}


def test_a_role_opens_its_own_rooms_and_no_others(studio: Studio) -> None:
    for role in Role:
        person = colleague(studio, role)
        opened = {path for path in ROOMS if person.client.get(path, base_url=ORIGIN).status_code == 200}
        mine = {path for path, needed in ROOMS.items() if needed is role}
        assert opened == mine | ({"/operator/promises"} if role is Role.PRIVACY else set()), role
