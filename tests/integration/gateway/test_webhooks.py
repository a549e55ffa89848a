"""Call-backs: signed, sent until they are taken or a day is over, and to nobody's inside."""

import base64
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.adapters.caller import PublicCaller
from gateway.domain.webhooks import OVERLAP, PATIENCE, Called, Happening
from gateway.jobs.calling import Messenger
from gateway.ports import Caller
from tests.fakes.receiver import Receiver, drips, floods, receiving, says
from tests.integration.gateway.studio import Person, Studio
from tests.integration.gateway.test_api_keys import LATER, replace_clock, shifted

ALL = ["figurine.generated", "figurine.failed", "figurine.deleted", "credits.changed"]


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with receiving(tmp_path_factory.mktemp("receiver")) as receiver:
        yield receiver


@pytest.fixture
def receiver(_running: Receiver) -> Receiver:
    _running.calls.clear()
    _running.answers.clear()
    return _running


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def messenger(studio: Studio, receiver: Receiver) -> Messenger:
    return Messenger(unit=studio.service.unit, caller=PublicCaller(local=True, ca_file=receiver.ca_file, deadline=2))


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook of somebody's."""

    person: Person
    id: str
    secret: str

    def read(self) -> dict[str, Any]:
        return self.person.get(f"/v1/webhooks/{self.id}").get_json()

    def deliveries(self) -> list[dict[str, Any]]:
        return self.person.get(f"/v1/webhooks/{self.id}/deliveries").get_json()["items"]

    def again(self, delivery_id: str | None = None) -> int:
        answer = self.person.ask("POST", f"/v1/webhooks/{self.id}/redeliver", json={"delivery_id": delivery_id})
        assert answer.status_code == 202, answer.get_json()
        return answer.get_json()["again"]


def hook(person: Person, url: str, *events: str) -> Hook:
    made = person.ask("POST", "/v1/webhooks", json={"url": url, "events": list(events or ALL)})
    assert made.status_code == 201, made.get_json()
    return Hook(person, made.get_json()["id"], made.get_json()["secret"])


def happens(person: Person, *, times: int = 1) -> None:
    """Something to tell."""
    with person.studio.service.unit.begin() as work:
        for _ in range(times):
            work.webhooks.tell(person.id, Happening.CREDITS, None)


def call_all(messenger: Messenger) -> int:
    count = 0
    while messenger.call_next():
        count += 1
    return count


def later(messenger: Messenger, by: timedelta) -> Messenger:
    """The same, a while later."""
    return replace(messenger, unit=replace(messenger.unit, clock=replace_clock(by)))


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a developer checks it, from the documentation."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()
    return expected in headers["webhook-signature"].split(" ")


def test_a_figurine_is_told_of_when_its_pictures_are_there_and_when_it_is_deleted(
    studio: Studio, ada: Person, messenger: Messenger, receiver: Receiver
) -> None:
    mine = hook(ada, receiver.url(), "figurine.generated", "figurine.deleted")
    made = ada.order(title="Grandmother").get_json()["id"]
    studio.settle()
    assert ada.ask("DELETE", f"/v1/figurines/{made}").status_code == 204
    studio.settle()
    call_all(messenger)
    told = [json.loads(body) for _, body in receiver.calls]
    assert [(each["type"], each["sequence"], each["data"]) for each in told] == [
        ("figurine.generated", 1, {"figurine_id": made}),
        ("figurine.deleted", 2, {"figurine_id": made}),
    ]
    for headers, body in receiver.calls:
        assert is_signed(mine.secret, headers, body)
        assert headers["webhook-id"] == json.loads(body)["id"]
        assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 30
        assert b"Grandmother" not in body
        assert ada.email.encode() not in body
    assert [each["state"] for each in mine.deliveries()] == ["delivered", "delivered"]
    assert mine.deliveries()[0]["status"] == 204


def test_only_what_was_asked_for_is_told_of(ada: Person, messenger: Messenger, receiver: Receiver) -> None:
    hook(ada, receiver.url(), "figurine.failed")
    hook(ada.studio.sign_up(), receiver.url())
    happens(ada)
    assert call_all(messenger) == 0


def test_a_call_that_fails_is_made_again_under_the_same_id_until_it_is_taken(
    ada: Person, messenger: Messenger, receiver: Receiver
) -> None:
    mine = hook(ada, receiver.url())
    happens(ada)
    receiver.will(says(500), says(302, Location=receiver.url("/elsewhere")))
    assert call_all(messenger) == 1
    assert call_all(messenger) == 0, "it rests first"
    assert (mine.deliveries()[0]["state"], mine.deliveries()[0]["status"]) == ("due", 500)
    assert mine.read()["failing_since"] is not None
    assert call_all(later(messenger, timedelta(minutes=1))) == 1
    assert mine.deliveries()[0]["status"] == 302, "no redirect is followed"
    assert call_all(later(messenger, timedelta(minutes=5))) == 1
    assert len({headers["webhook-id"] for headers, _ in receiver.calls}) == 1
    assert len(receiver.calls) == 3
    delivery = mine.deliveries()[0]
    assert (delivery["state"], delivery["attempts"], delivery["status"]) == ("delivered", 3, 204)
    assert mine.read()["failing_since"] is None


def test_an_endpoint_that_fails_for_a_day_is_paused_and_its_owner_told_and_sending_again_has_it_go_on(
    ada: Person, messenger: Messenger, receiver: Receiver
) -> None:
    mine = hook(ada, receiver.url())
    happens(ada, times=3)
    receiver.will(*(says(503) for _ in range(4)))
    call_all(messenger)
    over = later(messenger, PATIENCE + timedelta(hours=1))
    assert call_all(over) == 1
    assert mine.read()["state"] == "paused"
    assert {each["state"] for each in mine.deliveries()} == {"failed"}
    with messenger.unit.begin() as work:
        assert work.mails.waits(ada.id, "webhook-paused", since=datetime.now(UTC) - PATIENCE) is True
    happens(ada)
    assert call_all(over) == 0, "it is called no more"
    assert len(receiver.calls) == 2
    receiver.will()
    assert mine.again() == 4, "and what happened meanwhile is sent with the rest"
    assert mine.read()["state"] == "active"
    assert call_all(messenger) == 4
    assert {each["state"] for each in mine.deliveries()} == {"delivered"}


def test_one_that_says_it_is_gone_is_paused_at_once(ada: Person, messenger: Messenger, receiver: Receiver) -> None:
    mine = hook(ada, receiver.url())
    happens(ada)
    receiver.will(says(410))
    call_all(messenger)
    assert mine.read()["state"] == "paused"


def test_one_that_was_delivered_is_sent_again_on_demand(ada: Person, messenger: Messenger, receiver: Receiver) -> None:
    mine = hook(ada, receiver.url())
    happens(ada, times=2)
    call_all(messenger)
    assert mine.again(mine.deliveries()[0]["id"]) == 1
    assert call_all(messenger) == 1
    assert receiver.calls[-1][0]["webhook-id"] == receiver.calls[1][0]["webhook-id"]
    assert ada.ask("POST", f"/v1/webhooks/{mine.id}/redeliver", json={"delivery_id": mine.id}).status_code == 404


class Dies(Exception):
    """The machine, in the middle of it."""


@dataclass(frozen=True, slots=True)
class DiesAfterwards:
    caller: Caller

    def call(self, *args: Any) -> Called:
        self.caller.call(*args)
        raise Dies


def test_killed_between_the_call_and_its_record_it_is_made_twice_under_one_id(
    ada: Person, messenger: Messenger, receiver: Receiver
) -> None:
    mine = hook(ada, receiver.url())
    happens(ada)
    with pytest.raises(Dies):
        replace(messenger, caller=DiesAfterwards(messenger.caller)).call_next()
    assert call_all(messenger) == 0, "whoever has it may still be at it"
    assert call_all(later(messenger, timedelta(minutes=2))) == 1
    first, second = receiver.calls
    assert (first[0]["webhook-id"], first[1]) == (second[0]["webhook-id"], second[1])
    assert (mine.deliveries()[0]["state"], mine.deliveries()[0]["attempts"]) == ("delivered", 2)


def test_who_was_slow_undoes_nothing_another_settled(ada: Person, messenger: Messenger, receiver: Receiver) -> None:
    mine = hook(ada, receiver.url())
    happens(ada)
    with messenger.unit.begin() as work:
        slow = work.webhooks.claim()
    assert slow is not None
    assert call_all(later(messenger, timedelta(minutes=2))) == 1
    with messenger.unit.begin() as work:
        work.webhooks.settle(slow, Called(trouble="too_slow"))
    assert mine.deliveries()[0]["state"] == "delivered"


def test_two_workers_never_call_one_endpoint_at_once(ada: Person, messenger: Messenger, receiver: Receiver) -> None:
    hook(ada, receiver.url())
    happens(ada, times=5)
    with messenger.unit.begin() as work, messenger.unit.begin() as other:
        assert work.webhooks.claim() is not None
        assert other.webhooks.claim() is None


def test_a_new_secret_signs_beside_the_old_one_for_a_day(ada: Person, messenger: Messenger, receiver: Receiver) -> None:
    mine = hook(ada, receiver.url())
    fresh = ada.ask("POST", f"/v1/webhooks/{mine.id}/secret", json={}).get_json()["secret"]
    assert fresh != mine.secret
    happens(ada)
    call_all(messenger)
    assert is_signed(mine.secret, *receiver.calls[0])
    assert is_signed(fresh, *receiver.calls[0])
    happens(ada)
    call_all(later(messenger, OVERLAP + timedelta(minutes=1)))
    assert is_signed(fresh, *receiver.calls[1])
    assert not is_signed(mine.secret, *receiver.calls[1])


def test_the_secret_is_shown_once_and_lies_sealed(ada: Person, receiver: Receiver) -> None:
    body = {"url": receiver.url("/secret-path"), "events": ALL}
    first, second = (
        ada.ask("POST", "/v1/webhooks", json=body, headers={"Idempotency-Key": "one"}).get_json() for _ in range(2)
    )
    assert first["secret"].startswith("whsec_")
    assert second == {**first, "secret": None}
    assert "secret" not in ada.get("/v1/webhooks").get_json()["items"][0]
    with ada.studio.service.unit.database.begin() as connection:
        (row,) = connection.execute("SELECT url, secret FROM webhooks WHERE account_id = %s", [ada.id]).fetchall()
    assert b"secret-path" not in bytes(row[0])
    assert base64.b64decode(first["secret"].removeprefix("whsec_")) not in bytes(row[1])


def test_making_one_needs_a_fresh_sign_in_and_of_more_than_ten_one_is_refused(studio: Studio, ada: Person) -> None:
    body = {"url": "https://shop.example/in", "events": ALL}
    statuses = [ada.ask("POST", "/v1/webhooks", json=body).status_code for _ in range(11)]
    assert statuses == [201] * 10 + [409]
    stale = replace(ada, studio=shifted(studio, LATER))
    assert stale.ask("POST", "/v1/webhooks", json=body).get_json()["code"] == "fresh_sign_in_needed"


def test_nobody_sees_or_touches_somebody_elses(studio: Studio, ada: Person, receiver: Receiver) -> None:
    mine = hook(ada, receiver.url())
    bob = studio.sign_up()
    for method, path in [("GET", ""), ("DELETE", ""), ("GET", "/deliveries"), ("POST", "/redeliver")]:
        assert bob.ask(method, f"/v1/webhooks/{mine.id}{path}", json={}).status_code == 404
    assert ada.ask("DELETE", f"/v1/webhooks/{mine.id}").status_code == 204
    assert ada.get(f"/v1/webhooks/{mine.id}").status_code == 404


def test_who_leaves_is_told_of_no_more(studio: Studio, ada: Person, messenger: Messenger, receiver: Receiver) -> None:
    hook(ada, receiver.url())
    happens(ada)
    with studio.service.unit.begin() as work:
        studio.service.leaving.begin(work, ada.id)  # pyright: ignore[reportOptionalCall]
    assert call_all(messenger) == 0


POSTED = ({"Content-Type": "application/json"}, b"{}")


def looks_up(*addresses: str) -> Callable[[str, int], list[str]]:
    """A name server that gives one answer after another, and the last one for ever."""
    given = list(addresses)
    return lambda _host, _port: [given.pop(0) if len(given) > 1 else given[0]]


def test_a_name_that_leads_inside_is_not_called(receiver: Receiver) -> None:
    for address in ("127.0.0.1", "::ffff:127.0.0.1", "10.0.0.7", "169.254.169.254", "100.64.1.1", "fe80::1", "::1"):
        caller = PublicCaller(ca_file=receiver.ca_file, resolve=looks_up(address))
        assert caller.call(receiver.url(host="shop.example"), *POSTED) == Called(trouble="address_not_public")
    several = PublicCaller(resolve=lambda _host, _port: ["1.1.1.1", "127.0.0.1"])
    assert several.call(receiver.url(host="shop.example"), *POSTED) == Called(trouble="address_not_public")
    assert receiver.calls == []


def test_a_name_that_changes_its_mind_after_it_was_looked_at_changes_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the first answer is looked at, and connected to; a second is never asked for."""
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["1.1.1.1" if len(asked) == 1 else "127.0.0.1"]

    connected: list[object] = []

    def connect(address: object, **_: object) -> object:
        connected.append(address)
        raise OSError

    # Nothing of the suite leaves this machine, so what would be connected to is only noted.
    monkeypatch.setattr("gateway.adapters.caller.socket.create_connection", connect)
    caller = PublicCaller(ca_file=receiver.ca_file, resolve=rebinding)
    assert caller.call(receiver.url(host="shop.example"), *POSTED) == Called(trouble="no_answer")
    assert asked == ["shop.example"]
    assert connected == [("1.1.1.1", receiver.port)]


def test_the_certificate_is_checked_against_the_name_and_not_the_address(receiver: Receiver) -> None:
    caller = PublicCaller(local=True, ca_file=receiver.ca_file, resolve=looks_up("127.0.0.1"))
    assert caller.call(receiver.url(host="shop.example"), *POSTED) == Called(status=204)
    assert receiver.calls[0][0]["host"] == f"shop.example:{receiver.port}"
    assert caller.call(receiver.url(host="other.example"), *POSTED) == Called(trouble="certificate_refused")
    stranger = PublicCaller(local=True, resolve=looks_up("127.0.0.1"))
    assert stranger.call(receiver.url(host="shop.example"), *POSTED) == Called(trouble="certificate_refused")


def test_an_answer_that_never_ends_is_cut_off_and_one_that_is_too_large_is_not_read(receiver: Receiver) -> None:
    caller = PublicCaller(local=True, ca_file=receiver.ca_file, deadline=0.4)
    enough = threading.Event()
    receiver.will(drips(enough), floods)
    try:
        assert caller.call(receiver.url(), *POSTED) == Called(trouble="too_slow")
    finally:
        enough.set()
    patient = PublicCaller(local=True, ca_file=receiver.ca_file)
    assert patient.call(receiver.url(), *POSTED) == Called(status=200)


def test_whoever_is_not_there_is_told_apart() -> None:
    caller = PublicCaller(local=True)
    assert caller.call("https://127.0.0.1:1/in", *POSTED) == Called(trouble="no_answer")
    nameless = PublicCaller(resolve=_nobody)
    assert nameless.call("https://nobody.example/in", *POSTED) == Called(trouble="name_unknown")


def _nobody(_host: str, _port: int) -> list[str]:
    raise socket.gaierror
