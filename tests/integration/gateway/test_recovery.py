"""A forgotten password: one link, once, for an hour, to its owner only, and nothing that tells who has an account."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from common.clock import SYSTEM_CLOCK
from gateway.domain.recovery import RECOVERY_LIFETIME
from gateway.use_cases import leaving
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import ORIGIN, PASSWORD, Person, Studio

BETTER = "eleven purple umbrellas"


@pytest.fixture
def post(studio: Studio) -> PostOffice:
    return PostOffice(studio.service.unit)


@pytest.fixture
def ada(studio: Studio, post: PostOffice) -> Person:
    person = studio.sign_up()
    post.deliver()
    post.boxes.clear()
    return person


def ask(studio: Studio, email: str, *, address: str = "203.0.113.7") -> TestResponse:
    return studio.client().post(
        "/v1/accounts/recover", json={"email": email}, base_url=ORIGIN, environ_base={"REMOTE_ADDR": address}
    )


def token_for(studio: Studio, post: PostOffice, email: str) -> str:
    assert ask(studio, email).status_code == 202
    post.deliver()
    return post.link_to(email).partition("token=")[2]


def reset(studio: Studio, token: str, password: str = BETTER) -> TestResponse:
    body = {"token": token, "password": password}
    return studio.client().post("/v1/accounts/reset", json=body, base_url=ORIGIN)


def sign_in(studio: Studio, email: str, password: str) -> int:
    body = {"email": email, "password": password}
    return studio.client().post("/v1/sessions", json=body, base_url=ORIGIN).status_code


def execute(studio: Studio, query: str, *values: object) -> list[Any]:
    with studio.service.unit.database.begin() as connection:
        found = connection.execute(query.encode(), list(values))
        return found.fetchall() if found.description else []


def test_the_link_sets_a_new_password_ends_every_session_and_a_mail_tells_of_it(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    token = token_for(studio, post, ada.email)
    assert ada.get("/v1/account").status_code == 200
    assert reset(studio, token).status_code == 204
    assert ada.get("/v1/account").status_code == 401
    assert (sign_in(studio, ada.email, PASSWORD), sign_in(studio, ada.email, BETTER)) == (401, 201)
    post.deliver()
    assert [letter.subject for letter in post.boxes[ada.email]] == ["Choose a new password", "Your password is changed"]


def test_the_link_works_once_and_a_password_that_is_refused_does_not_use_it_up(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    token = token_for(studio, post, ada.email)
    assert reset(studio, token, "short").status_code == 400
    assert reset(studio, token).status_code == 204
    again = reset(studio, token, "yet another password")
    assert (again.status_code, "leads nowhere" in again.get_json()["detail"]) == (400, True)
    assert sign_in(studio, ada.email, BETTER) == 201


def test_of_many_who_follow_the_link_at_once_one_sets_the_password(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    token, wanted = token_for(studio, post, ada.email), [f"password number {n}" for n in range(4)]
    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(lambda password: reset(studio, token, password).status_code, wanted))
    assert sorted(answers) == [204, 400, 400, 400]
    assert [sign_in(studio, ada.email, password) == 201 for password in wanted] == [each == 204 for each in answers]


def test_a_link_works_no_more_once_a_newer_was_asked_for(studio: Studio, post: PostOffice, ada: Person) -> None:
    older, newer = token_for(studio, post, ada.email), token_for(studio, post, ada.email)
    assert (reset(studio, older).status_code, reset(studio, newer).status_code) == (400, 204)


def test_a_link_works_for_an_hour(studio: Studio, post: PostOffice, ada: Person) -> None:
    token = token_for(studio, post, ada.email)
    execute(studio, "UPDATE recoveries SET expires_at = %s WHERE account_id = %s", SYSTEM_CLOCK.now(), ada.id)
    assert reset(studio, token).status_code == 400
    ((asked, ends),) = execute(studio, "SELECT asked_at, expires_at FROM recoveries WHERE account_id = %s", ada.id)
    assert ends - asked < RECOVERY_LIFETIME


@pytest.mark.parametrize(("kept", "added"), [(-2, "xx"), (0, ""), (0, "x.y.z"), (0, "\x00"), (20, "")])
def test_a_link_that_is_not_ours_is_refused(
    studio: Studio, post: PostOffice, ada: Person, kept: int, added: str
) -> None:
    token = token_for(studio, post, ada.email)
    assert reset(studio, token[:kept] + added).status_code == 400
    verification = post.link_to(ada.email).replace("/reset", "/verify").partition("token=")[2]
    assert studio.client().post("/v1/accounts/verify", json={"token": verification}).status_code == 400


def test_who_has_an_account_cannot_be_told_from_who_has_none(studio: Studio, post: PostOffice, ada: Person) -> None:
    def asked(email: str) -> tuple[int, str, list[str]]:
        answer = ask(studio, email)
        assert [name for name, _ in answer.headers] == [name for name, _ in plain.headers]
        return answer.status_code, answer.get_data(as_text=True), statements(studio, email)

    plain = ask(studio, "somebody@example.org")
    assert asked(ada.email) == asked("nobody-at-all@example.org")
    post.deliver()
    assert set(post.boxes) == {ada.email}


def statements(studio: Studio, email: str) -> list[str]:
    """What the database is left with by a wish for this address: the same rows, whoever has it."""
    with studio.service.unit.begin() as work:
        index = work.accounts.index_of(email)
    wishes = execute(studio, "SELECT count(*) FROM recovery_wishes WHERE email_index = %s", index)
    mails = execute(studio, "SELECT count(*) FROM mails WHERE template = 'recover'")
    return [str(wishes), str(mails)]


def test_nothing_is_written_to_who_is_leaving(studio: Studio, post: PostOffice, ada: Person) -> None:
    assert ask(studio, ada.email).status_code == 202
    execute(
        studio,
        "INSERT INTO erasures (request_id, user_id, state, fenced_at, next_try_at)"
        " VALUES (%s, %s, 'fenced', '1971-01-01', '2200-01-01')",
        ada.id,
        ada.id,
    )
    try:
        post.deliver()
        assert post.letters == []
        assert execute(studio, "SELECT FROM recoveries WHERE account_id = %s", ada.id) == []
    finally:
        execute(studio, "DELETE FROM erasures WHERE user_id = %s", ada.id)


def test_her_link_works_no_more_once_somebody_leaves(studio: Studio, post: PostOffice, ada: Person) -> None:
    token = token_for(studio, post, ada.email)
    with studio.service.unit.begin() as work:
        leaving.sign_out(work, ada.id)
    assert reset(studio, token).status_code == 400


def test_an_address_gets_three_links_and_no_more_and_a_network_cannot_go_through_a_list(
    studio: Studio, ada: Person
) -> None:
    for email in (ada.email, "never-heard-of@example.org"):
        answers = [ask(studio, email, address=f"198.51.{n}.1") for n in range(4)]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
        assert 60 < int(answers[-1].headers["Retry-After"]) <= 1200
    guessed = [ask(studio, f"person-of-a-list-{n}@example.org", address=f"192.0.2.{n}") for n in range(21)]
    assert [answer.status_code for answer in guessed] == [202] * 20 + [429]
    elsewhere = ask(studio, "person-of-a-list-30@example.org", address="192.0.3.1")
    assert elsewhere.status_code == 202


def test_what_was_asked_for_before_the_mail_server_went_away_is_sent_when_it_is_back_and_works_for_an_hour_from_then(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    post.away = True
    assert ask(studio, ada.email).status_code == 202
    post.deliver(1)
    execute(studio, "UPDATE recoveries SET expires_at = now() + interval '1 minute' WHERE account_id = %s", ada.id)
    post.away = False
    post.deliver()
    ((ends,),) = execute(studio, "SELECT expires_at FROM recoveries WHERE account_id = %s", ada.id)
    assert ends > SYSTEM_CLOCK.now() + timedelta(minutes=58)
    assert reset(studio, post.link_to(ada.email).partition("token=")[2]).status_code == 204


def test_a_link_nobody_waits_for_any_more_is_not_written(studio: Studio, post: PostOffice, ada: Person) -> None:
    post.away = True
    ask(studio, ada.email)
    post.deliver(1)
    execute(studio, "UPDATE recoveries SET expires_at = now() WHERE account_id = %s", ada.id)
    post.away = False
    post.deliver()
    assert ada.email not in post.boxes


def test_a_password_that_was_changed_meanwhile_and_an_address_that_was_end_the_link(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    token = token_for(studio, post, ada.email)
    body = {"password": PASSWORD, "new_password": BETTER}
    assert ada.ask("PUT", "/v1/account/password", json=body).status_code == 204
    assert reset(studio, token, "yet another password").status_code == 400


def test_a_new_password_calls_off_an_address_that_waits_and_confirms_the_one_there_is(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    ada.ask("PATCH", "/v1/account", json={"email": "eve@example.org"})
    post.deliver()
    stolen = post.link_to("eve@example.org").partition("token=")[2]
    assert reset(studio, token_for(studio, post, ada.email)).status_code == 204
    confirmed = studio.client().post("/v1/account/email/confirm", json={"token": stolen}, base_url=ORIGIN)
    assert confirmed.status_code == 400
    with studio.service.unit.begin() as work:
        account = work.accounts.find_by_address(ada.email)
    assert account is not None
    assert account.verified_at is not None


def test_the_pages_do_it_without_a_script(studio: Studio, post: PostOffice, ada: Person) -> None:
    client = studio.client()
    assert 'action="/recover"' in client.get("/recover", base_url=ORIGIN).get_data(as_text=True)
    told = {
        email: client.post("/recover", data={"email": email}, base_url=ORIGIN).get_data(as_text=True).replace(email, "")
        for email in (ada.email, "nobody@example.org")
    }
    assert told[ada.email] == told["nobody@example.org"]
    post.deliver()
    link = post.link_to(ada.email)
    path, _, token = link.removeprefix(ORIGIN).partition("?token=")
    page = client.get(path, query_string={"token": token}, base_url=ORIGIN)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert f'value="{token}"' in page.get_data(as_text=True)
    short = client.post(path, data={"token": token, "password": "short"}, base_url=ORIGIN)
    assert (short.status_code, "10 to 200" in short.get_data(as_text=True)) == (400, True)
    done = client.post(path, data={"token": token, "password": BETTER}, base_url=ORIGIN)
    assert (done.status_code, "is set" in done.get_data(as_text=True)) == (200, True)
    for again in (client.get(path, query_string={"token": token}), client.post(path, data={"token": token})):
        assert (again.status_code, "sets no password" in again.get_data(as_text=True)) == (400, True)
    assert sign_in(studio, ada.email, BETTER) == 201


@pytest.mark.parametrize("email", ["", "not an address", "ada\x00@example.org", "x" * 400 + "@example.org"])
def test_what_is_no_address_is_said_on_the_page(studio: Studio, email: str) -> None:
    page = studio.client().post("/recover", data={"email": email}, base_url=ORIGIN)
    assert (page.status_code, "does not look right" in page.get_data(as_text=True)) == (400, True)


def test_the_owner_sees_in_her_log_that_it_was_asked_for_and_done(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    assert reset(studio, token_for(studio, post, ada.email)).status_code == 204
    kinds = execute(studio, "SELECT kind FROM security_log WHERE account_id = %s ORDER BY id", ada.id)
    assert [kind for (kind,) in kinds] == ["signed_in", "recovery_asked", "password_reset", "session_ended"]


def test_no_link_can_be_made_of_what_the_database_holds(studio: Studio, post: PostOffice, ada: Person) -> None:
    token = token_for(studio, post, ada.email)
    rows = execute(studio, "SELECT recoveries::text FROM recoveries WHERE account_id = %s", ada.id)
    mails = execute(studio, "SELECT mails::text FROM mails WHERE account_id = %s", ada.id)
    assert rows
    assert token not in str(rows + mails)
    assert token.rpartition(".")[2] not in str(rows + mails)
