"""The policy over HTTP: to be read by everybody, and acknowledged by whoever has an account."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient

from common.contracts.consents import POLICY_VERSIONS
from common.policy import difference, read_policies
from gateway.domain.people import csrf_token
from tests.integration.gateway.studio import ORIGIN, Person, Studio, sign_up_body

FIRST, NEWEST = POLICY_VERSIONS[0], POLICY_VERSIONS[-1]
NOTICE = 'id="policy-news"'


class Links(HTMLParser):
    """The ids of a page and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.leads_to: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += [str(found["id"])] if found.get("id") else []
        if tag == "a":
            self.leads_to.add(str(found.get("href")))


@pytest.fixture
def ada(studio: Studio) -> Person:
    """Somebody who signed up under the first policy."""
    return studio.sign_up()


@pytest.fixture
def stranger(studio: Studio) -> FlaskClient:
    return studio.client()


def page(client: FlaskClient, path: str, *, status: int = 200) -> str:
    response = client.get(path, base_url=ORIGIN)
    assert response.status_code == status
    return response.text


def read(client: FlaskClient, path: str = "/v1/policy") -> dict[str, Any]:
    return client.get(path, base_url=ORIGIN).get_json()


@pytest.fixture
def told(studio: Studio) -> Iterator[None]:
    """Three people were told of the newest version, and two of them have the letter."""
    database = studio.service.unit.database
    with database.begin() as connection:
        connection.execute(
            """
            INSERT INTO policy_notices (version, published_at, walked_at, next_batch_at, entitled, told, undeliverable,
                                        counted_at, completed_at)
            VALUES (%s, '2001-01-01', '2001-01-02', '2001-01-02', 3, 2, 1, '2001-01-02', '2001-01-02')
            """,
            [NEWEST],
        )
    yield
    with database.begin() as connection:
        connection.execute("DELETE FROM policy_notices")


def test_everybody_can_read_the_policy_and_its_promises(stranger: FlaskClient) -> None:
    policy = read(stranger)
    written = read_policies().all[-1]
    assert (policy["version"], policy["significant"], policy["acknowledged"]) == (NEWEST, True, None)
    said = {sentence["id"]: sentence for section in policy["sections"] for sentence in section["sentences"]}
    assert {name: sentence["text"] for name, sentence in said.items()} == {
        sentence.id: sentence.text for sentence in written.sentences
    }
    assert said["photo-goes"]["promises"] == ["C2", "K1", "S3"]
    assert policy["sha256"] == written.digest


def test_older_versions_stay_readable_and_say_what_changed(stranger: FlaskClient) -> None:
    listed = read(stranger, "/v1/policy/versions")
    assert [item["version"] for item in listed["items"]] == list(reversed(POLICY_VERSIONS))
    assert [item["in_force"] for item in listed["items"]].count(True) == 1
    first, second = (read(stranger, f"/v1/policy/versions/{version}") for version in POLICY_VERSIONS[:2])
    assert (first["before"], first["changes"]) == (None, [])
    assert second["before"] == FIRST
    changes = difference(*read_policies().all[:2])
    assert [(change["id"], change["kind"]) for change in second["changes"]] == [
        (change.id, change.kind.value) for change in changes
    ]


@pytest.mark.parametrize("version", ["2026-11-02", "newest", "%00", "2026-11-01 ", "x" * 300])
def test_a_version_that_never_was_is_not_found(ada: Person, stranger: FlaskClient, version: str) -> None:
    response = stranger.get(f"/v1/policy/versions/{version}", base_url=ORIGIN)
    assert (response.status_code, response.get_json()["code"]) == (404, "not_found")
    shown = page(stranger, f"/policy/{version}", status=404)
    assert f'href="/policy/{FIRST}"' in shown
    refused = ada.ask("POST", "/v1/policy/acknowledge", json={"version": version})
    assert refused.status_code in {400, 404}


@pytest.mark.parametrize("body", [{}, {"version": 1}, {"version": ""}, [], None])
def test_what_names_no_version_is_refused(ada: Person, body: Any) -> None:
    refused = ada.ask("POST", "/v1/policy/acknowledge", json=body)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid_request")


def test_who_has_yet_to_read_it_is_told_so_until_she_says_she_has(ada: Person) -> None:
    assert ada.get("/v1/account").get_json()["policy"] == {
        "version": NEWEST,
        "acknowledged": False,
        "to_read": NEWEST,
    }
    assert ada.get("/v1/policy").get_json()["acknowledged"] is False
    assert ada.get(f"/v1/policy/versions/{FIRST}").get_json()["acknowledged"] is True
    said = [ada.ask("POST", "/v1/policy/acknowledge", json={"version": NEWEST}) for _ in range(2)]
    assert [answer.get_json() for answer in said] == [{"version": NEWEST, "acknowledged": True, "to_read": None}] * 2
    assert ada.get("/v1/policy").get_json()["acknowledged"] is True


def test_an_older_version_read_again_does_not_stand_for_the_newest(ada: Person) -> None:
    said = ada.ask("POST", "/v1/policy/acknowledge", json={"version": FIRST}).get_json()
    assert (said["acknowledged"], said["to_read"]) == (False, NEWEST)


def test_who_signs_up_with_the_newest_has_read_it(studio: Studio) -> None:
    client = studio.client()
    body = sign_up_body("has-read-it@example.org", policy_version=NEWEST)
    assert client.post("/v1/accounts", json=body, base_url=ORIGIN).status_code == 201
    client.post("/v1/sessions", json={"email": body["email"], "password": body["password"]}, base_url=ORIGIN)
    assert NOTICE not in page(client, "/studio")
    assert read(client)["acknowledged"] is True


def test_the_notice_stands_on_every_page_and_in_nobodys_way(ada: Person, stranger: FlaskClient) -> None:
    for path in ("/", "/studio", "/privacy", "/policy", "/credits"):
        assert NOTICE in page(ada.client, path)
        assert NOTICE not in page(stranger, path)
    assert ada.ask("PUT", "/v1/consents/news", json={"granted": True}).status_code == 200
    said = ada.client.post(
        "/v1/policy/acknowledge",
        json={"version": NEWEST},
        headers={"X-CSRF-Token": csrf_token(ada.token)},
        base_url=ORIGIN,
    )
    assert said.status_code == 200
    assert NOTICE not in page(ada.client, "/studio")


def test_the_notice_works_without_a_script(ada: Person) -> None:
    form = {"version": NEWEST, "csrf_token": csrf_token(ada.token), "next": "/credits"}
    answered = ada.client.post("/policy/acknowledge", data=form, base_url=ORIGIN)
    assert (answered.status_code, answered.headers["Location"]) == (303, "/credits")
    assert NOTICE not in page(ada.client, "/studio")


@pytest.mark.parametrize("place", ["//evil.example", "https://evil.example", "/\\evil.example", "", "x", "/a\r\nb"])
def test_the_notice_leads_to_no_other_place(ada: Person, place: str) -> None:
    form = {"version": NEWEST, "csrf_token": csrf_token(ada.token), "next": place}
    answered = ada.client.post("/policy/acknowledge", data=form, base_url=ORIGIN)
    assert answered.headers["Location"] == "/policy"


@pytest.mark.parametrize("form", [{}, {"csrf_token": "guessed"}, {"csrf_token": "ü"}])
def test_another_site_cannot_press_the_button(ada: Person, stranger: FlaskClient, form: dict[str, str]) -> None:
    for client in (ada.client, stranger):
        answered = client.post("/policy/acknowledge", data={"version": NEWEST, **form}, base_url=ORIGIN)
        assert answered.status_code == 403
    assert NOTICE in page(ada.client, "/studio")


def test_what_she_said_is_kept_as_she_said_it(studio: Studio, ada: Person) -> None:
    ada.ask("POST", "/v1/policy/acknowledge", json={"version": NEWEST})
    with studio.service.unit.database.begin() as connection:
        row = connection.execute(
            "SELECT version, how FROM policy_acknowledgements WHERE account_id = %s", [ada.id]
        ).fetchone()
        (may,) = connection.execute("SELECT has_table_privilege('policy_acknowledgements', 'UPDATE')").fetchall()
    assert (row, may) == ((NEWEST, "api"), (False,))


@pytest.mark.parametrize("path", ["/policy", *(f"/policy/{version}" for version in POLICY_VERSIONS)])
def test_every_sentence_has_a_place_of_its_own_and_leads_to_its_promises(stranger: FlaskClient, path: str) -> None:
    links = Links(page(stranger, path))
    policy = read_policies().all[POLICY_VERSIONS.index(path.rpartition("/")[2]) if path != "/policy" else -1]
    assert {sentence.id for sentence in policy.sentences} <= set(links.ids)
    assert len(links.ids) == len(set(links.ids))
    assert {link[1:] for link in links.leads_to if link.startswith("#")} <= set(links.ids)
    promises = {promise for sentence in policy.sentences for promise in policy.promises_of(sentence.id)}
    assert {link for link in links.leads_to if link.startswith("/promises#")} == {
        f"/promises#{each}" for each in promises
    }
    assert {f"/policy/{version}" for version in POLICY_VERSIONS} <= links.leads_to


def test_every_page_leads_to_the_policy(stranger: FlaskClient) -> None:
    for path in ("/", "/studio", "/signin", "/signup", "/privacy", "/credits"):
        assert "/policy" in Links(page(stranger, path)).leads_to
    assert f'data-policy-version="{NEWEST}"' in page(stranger, "/signup")


@pytest.mark.usefixtures("told")
def test_how_many_were_told_is_said_in_public(stranger: FlaskClient) -> None:
    telling = read(stranger)["telling"]
    assert {name: telling[name] for name in ("entitled", "told", "undeliverable", "departed", "waiting")} == {
        "entitled": 3,
        "told": 2,
        "undeliverable": 1,
        "departed": 0,
        "waiting": 0,
    }
    shown = re.sub(r"\s+", " ", page(stranger, "/policy"))
    assert "2 of 3 got the letter, 1 has no mailbox that takes one. " in shown
    assert "Counted 2 January 2001, 00:00 UTC." in shown


def test_an_unknown_policy_cannot_have_been_read_at_sign_up(stranger: FlaskClient) -> None:
    body = sign_up_body("reads-the-future@example.org", policy_version="2101-01-01")
    refused = stranger.post("/v1/accounts", json=body, base_url=ORIGIN)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid_request")
    assert "/policy" in refused.get_json()["detail"]
