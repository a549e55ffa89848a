"""Keys for scripts: shown once, good for what they were made for alone, over the moment they are revoked."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from common.clock import SYSTEM_CLOCK
from common.service import Service
from common.web import create_app
from gateway.adapters.letters import JinjaLetters
from gateway.adapters.links import Links
from gateway.domain.keys import MOST_KEYS, Scope, is_key
from gateway.domain.people import FRESH_FOR
from gateway.routes.events import Page
from gateway.routes.scopes import NEEDS, address_of
from gateway.use_cases.keys import MADE_MAIL
from gateway.use_cases.webhooks import PAUSED_MAIL
from tests.integration.gateway.studio import ORIGIN, PASSWORD, Person, Studio

LATER = FRESH_FOR + timedelta(minutes=1)


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


def make(person: Person, *scopes: str, key: str | None = None, **fields: object) -> TestResponse:
    body = {"name": "Shop import", "scopes": list(scopes) or ["figurines:read"], **fields}
    return person.ask("POST", "/v1/api-keys", json=body, headers={"Idempotency-Key": key} if key else {})


def script(person: Person, *scopes: str, **fields: object) -> Person:
    """The same person, by a key of hers."""
    made = make(person, *scopes, **fields)
    assert made.status_code == 201, made.get_json()
    return replace(person, token=made.get_json()["token"])


def shifted(studio: Studio, by: timedelta) -> Studio:
    """The same studio, a while later."""
    unit = replace(studio.service.unit, clock=replace_clock(by))
    service = replace(studio.service, unit=unit)
    return replace(studio, service=service, app=create_app(service))


def replace_clock(by: timedelta) -> Any:
    class Later:
        def now(self) -> datetime:
            return SYSTEM_CLOCK.now() + by

        def new_id(self) -> Any:
            return SYSTEM_CLOCK.new_id()

    return Later()


def test_a_key_is_shown_once_and_known_by_how_it_begins(ada: Person) -> None:
    made = make(ada, "figurines:write", "figurines:read", rate=30).get_json()
    assert is_key(made["token"])
    assert made["token"].startswith(made["prefix"] + "_")
    (listed,) = ada.get("/v1/api-keys").get_json()["items"]
    assert "token" not in listed
    assert listed == {name: value for name, value in made.items() if name != "token"}
    assert (listed["scopes"], listed["rate"]) == (["figurines:read", "figurines:write"], 30)
    assert ada.get(f"/v1/api-keys/{made['id']}").get_json() == listed


def test_what_is_stored_is_neither_the_key_nor_a_plain_hash_of_it(ada: Person, gateway_service: Service[Any]) -> None:
    token = make(ada).get_json()["token"]
    with gateway_service.unit.database.begin() as connection:
        (row,) = connection.execute("SELECT to_jsonb(k)::text FROM api_keys k WHERE account_id = %s", [ada.id])
    assert token.rpartition("_")[2] not in row[0]
    assert "Shop import" not in row[0], "what she called it is sealed"


def test_a_key_does_what_it_is_for_and_nothing_else(ada: Person) -> None:
    reader = script(ada, "figurines:read")
    assert reader.get("/v1/figurines").status_code == 200
    refused = reader.order()
    assert (refused.status_code, refused.get_json()["code"]) == (403, "scope_missing")
    assert "figurines:write" in refused.get_json()["detail"]
    writer = script(ada, "figurines:write")
    assert writer.order().status_code == 202
    assert writer.get("/v1/credits").status_code == 403


@pytest.mark.parametrize("need", [need for need in NEEDS if not isinstance(NEEDS[need], Scope)])
def test_no_key_touches_what_is_a_persons_own_business(studio: Studio, everything: Person, need: str) -> None:
    method, _, path = need.partition(" ")
    if method == "POST" and path in {"/v1/accounts", "/v1/accounts/verify", "/v1/sessions"}:
        return  # needs nobody, and looks at no token
    answer = everything.ask(method, re.sub(r"{\w+}", str(uuid4()), path))
    if answer.status_code == 403:
        assert answer.get_json()["code"] == "scope_missing"
    else:
        assert NEEDS[need].value in {"nobody", "letter", "staff"}, need
        assert answer.status_code < 500 or path.startswith(("/v1/audits", "/v1/statistics")), answer.get_json()


@pytest.fixture(scope="module")
def everything(studio: Studio) -> Person:
    """A key with every scope there is."""
    return script(studio.sign_up(), *Scope)


def test_no_route_is_forgotten(studio: Studio) -> None:
    routes = {
        f"{method} {address_of(rule.rule)}"
        for rule in studio.app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"} and (rule.rule.startswith(("/v1/", "/s/")))
    }
    assert routes == set(NEEDS), "say in gateway/routes/scopes.py what it needs"


def test_a_revoked_key_is_over_at_once_in_every_process(studio: Studio, ada: Person) -> None:
    key = script(ada)
    other_process = replace(key, studio=shifted(studio, timedelta(0)))
    assert other_process.get("/v1/figurines").status_code == 200
    (listed,) = ada.get("/v1/api-keys").get_json()["items"]
    assert ada.ask("DELETE", f"/v1/api-keys/{listed['id']}").status_code == 204
    for each in (key, other_process):
        assert (each.get("/v1/figurines").status_code, each.get("/v1/figurines").get_json()["code"]) == (
            401,
            "unauthenticated",
        )
    assert ada.ask("DELETE", f"/v1/api-keys/{listed['id']}").status_code == 404
    assert ada.get("/v1/api-keys").get_json()["items"] == []


def test_nobody_sees_or_revokes_somebody_elses_key(studio: Studio, ada: Person) -> None:
    key = make(ada).get_json()
    bob = studio.sign_up()
    assert bob.get(f"/v1/api-keys/{key['id']}").status_code == 404
    assert bob.ask("DELETE", f"/v1/api-keys/{key['id']}").status_code == 404
    assert replace(ada, token=key["token"]).get("/v1/figurines").status_code == 200


def test_making_one_needs_the_password_or_a_fresh_sign_in(studio: Studio, ada: Person) -> None:
    later = replace(ada, studio=shifted(studio, LATER))
    refused = make(later)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "fresh_sign_in_needed")
    assert make(later, password="not her password").status_code == 401
    assert make(later, password=PASSWORD).status_code == 201


def test_a_key_makes_no_key(ada: Person) -> None:
    everything = script(ada, *Scope)
    assert make(everything, password=PASSWORD).get_json()["code"] == "scope_missing"
    assert everything.get("/v1/api-keys").status_code == 403


def test_a_key_is_no_cookie(studio: Studio, ada: Person) -> None:
    client = studio.client()
    client.set_cookie("__Host-session", script(ada).token, domain="localhost", secure=True)
    assert client.get("/v1/figurines", base_url=ORIGIN).status_code == 401


def test_asked_twice_with_one_idempotency_key_one_is_made_and_its_token_is_not_told_again(ada: Person) -> None:
    first = make(ada, key="once", password=PASSWORD).get_json()
    second = make(ada, key="once", password=PASSWORD).get_json()
    assert second == {**first, "token": None}
    assert len(ada.get("/v1/api-keys").get_json()["items"]) == 1
    assert make(ada, "credits:read", key="once").get_json()["code"] == "idempotency_mismatch"


def test_a_key_ends_when_it_was_said_to(studio: Studio, ada: Person) -> None:
    ends = datetime.now(UTC) + timedelta(hours=1)
    key = script(ada, expires_at=ends.isoformat())
    assert key.get("/v1/figurines").status_code == 200
    after = shifted(studio, timedelta(hours=2))
    assert replace(key, studio=after).get("/v1/figurines").status_code == 401
    assert replace(ada, studio=after).get("/v1/api-keys").get_json()["items"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"name": " "},
        {"name": "a\x00b"},
        {"name": "x" * 61},
        {"rate": 0},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2999-01-01T00:00:00Z"},
        {"expires_at": "2999-01-01T00:00:00"},
    ],
    ids=str,
)
def test_a_key_that_makes_no_sense_is_refused(ada: Person, wrong: dict[str, object]) -> None:
    answer = ada.ask("POST", "/v1/api-keys", json={"name": "Shop", "scopes": ["credits:read"], **wrong})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_request")


def test_of_thirty_made_at_once_twenty_are_made(ada: Person) -> None:
    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda _: make(ada).status_code, range(30)))
    assert (statuses.count(201), statuses.count(409)) == (MOST_KEYS, 10)
    assert make(ada).get_json()["code"] == "too_many_keys"


def test_its_last_use_is_kept_to_the_minute_and_written_once_a_minute(
    studio: Studio, ada: Person, versions: Callable[[Person], int]
) -> None:
    key = script(ada)
    assert ada.get("/v1/api-keys").get_json()["items"][0]["last_used_at"] is None
    for _ in range(3):
        key.get("/v1/figurines")
    used = ada.get("/v1/api-keys").get_json()["items"][0]["last_used_at"]
    assert used.endswith(":00Z")
    before = versions(ada)
    key.get("/v1/figurines")
    assert versions(ada) == before, "reads rarely write"
    later = shifted(studio, timedelta(minutes=3))
    replace(key, studio=later).get("/v1/figurines")
    assert replace(ada, studio=later).get("/v1/api-keys").get_json()["items"][0]["last_used_at"] > used


@pytest.fixture
def versions(gateway_service: Service[Any]) -> Callable[[Person], int]:
    def versions(person: Person) -> int:
        with gateway_service.unit.database.begin() as connection:
            row = connection.execute(
                "SELECT xmin::text::bigint FROM api_keys WHERE account_id = %s", [person.id]
            ).fetchone()
        assert row is not None
        return row[0]

    return versions


def test_making_and_revoking_stand_in_the_security_log(ada: Person) -> None:
    key = make(ada).get_json()
    ada.ask("DELETE", f"/v1/api-keys/{key['id']}")
    kinds = [each["kind"] for each in ada.get("/v1/account/security").get_json()["items"]]
    assert kinds[:2] == ["key_revoked", "key_made"]


def test_its_owner_is_told_by_mail(studio: Studio, ada: Person) -> None:
    make(ada)
    with studio.service.unit.begin() as work:
        assert work.mails.waits(ada.id, MADE_MAIL, since=datetime.now(UTC) - timedelta(minutes=5)) is True
    (links,) = [port for port in studio.service.ports if isinstance(port, Links)]
    with studio.service.unit.begin() as work:
        for kind in (MADE_MAIL, PAUSED_MAIL):
            letter = JinjaLetters(links).write(kind, work.accounts.find(ada.id))
            assert "/developers" in letter.text
            assert "/developers" in letter.html


def test_a_stream_ends_when_its_key_is_revoked(studio: Studio, ada: Person) -> None:
    key = script(ada, "events:read")
    live = next(port for port in studio.service.ports if type(port).__name__ == "Live")
    with studio.service.unit.begin() as work:
        api_key = work.keys.find(key.token)
    assert api_key is not None
    with live.watching(ada.id) as bell:  # pyright: ignore[reportAttributeAccessIssue]
        person = _as_person(key, api_key)
        page = Page(unit=studio.service.unit, live=live, person=person, bell=bell)  # pyright: ignore[reportArgumentType]
        stream = page.stream(0)
        assert next(stream).startswith("retry")
        ada.ask("DELETE", f"/v1/api-keys/{api_key.id}")
        assert not any("credits" in item for item in stream), "nothing is told any more"


def _as_person(person: Person, key: Any) -> Any:
    from gateway.routes.context import Person as Known  # noqa: PLC0415 - its name is taken here

    return Known(account_id=person.id, device=None, token=person.token, by_cookie=False, key=key)


def test_whoever_leaves_leaves_with_her_keys(studio: Studio, ada: Person) -> None:
    key = script(ada)
    with studio.service.unit.begin() as work:
        studio.service.leaving.begin(work, ada.id)  # pyright: ignore[reportOptionalCall]
    assert key.get("/v1/figurines").status_code == 401
