"""The console's rooms of machines: who may do what, what is on record of it, and what a page shows."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from common.broker import declare, send
from common.messages import Message
from common.service import Service
from common.topology import dead_queue, retry_exchange, topology
from common.web import create_app
from gateway.domain.staff import Role
from ops.broker_access import ADMINISTRATOR
from tests.fixtures.rabbitmq import Management
from tests.fixtures.servers import Servers
from tests.integration.gateway.hired import acts_of, colleague
from tests.integration.gateway.studio import Person, Studio
from tests.integration.gateway.test_console import REASON
from tests.integration.gateway.test_console_rooms import accesses, show
from tests.integration.gateway.test_console_rooms import send as send_form

LETTERS = "/v1/operator/dead-letters"


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def otto(studio: Studio) -> Person:
    return colleague(studio, Role.OPERATOR)


@pytest.fixture
def vhost(servers: Servers, management: Management) -> Iterator[str]:
    """A broker of the gateway's own; the other services' stays out of reach."""
    name = f"console-{uuid4().hex}"
    management.put(f"vhosts/{name}", {})
    management.put(f"permissions/{name}/{ADMINISTRATOR}", {"configure": ".*", "write": ".*", "read": ".*"})
    yield servers.broker_url(ADMINISTRATOR, name)
    management.delete(f"vhosts/{name}")


@pytest.fixture
def house(studio: Studio, vhost: str, ca_file: Path | None) -> Studio:
    """The studio with dead letters: the gateway's can be looked through, those of the others cannot."""
    declare(vhost, topology("gateway", ["figurine.generated"]), ca_file=ca_file)
    settings = studio.service.settings.model_copy(update={"broker_url": SecretStr(vhost), "ca_file": ca_file})
    service: Service[Any] = replace(studio.service, settings=settings)
    return replace(studio, service=service, app=create_app(service))


def die(house: Studio, person: UUID, event_type: str = "figurine.generated") -> str:
    """An event about somebody that the gateway gave up."""
    letter = str(uuid4())
    settings = house.service.settings
    message = Message(
        exchange=retry_exchange("gateway"),
        routing_key=dead_queue("gateway"),
        body=f'{{"data": {{"user_id": "{person}", "secret": "words"}}}}'.encode(),
        message_id=letter,
        type=event_type,
        headers={"reason": "Its handler failed.", "error": "ValueError", "attempts": 12},
    )
    send(settings.broker_url.get_secret_value(), message, ca_file=settings.ca_file, name="test")
    return letter


def left(person: Person) -> list[str]:
    """The letters that lie there, by id."""
    return [each["id"] for each in person.get(LETTERS).get_json()["items"]]


def hear_styles(studio: Studio) -> None:
    """The gateway asks for the catalogue when its time has come."""
    next(job for job in studio.service.jobs if job.name == "refresh styles").run()


def test_letters_are_listed_without_what_they_say_and_a_service_that_is_away_hurts_no_other(house: Studio) -> None:
    otto, ada = colleague(house, Role.OPERATOR), house.sign_up()
    letter = die(house, ada.id)
    told = otto.get(LETTERS)
    assert told.status_code == 200
    assert [(each["id"], each["type"], each["error"]) for each in told.get_json()["items"]] == [
        (letter, "figurine.generated", "ValueError")
    ]
    assert "secret" not in told.text
    assert str(ada.id) not in told.text
    states = {each["service"]: (each["away"], each["count"]) for each in told.get_json()["services"]}
    assert states.pop("gateway") == (False, 1)
    assert set(states.values()) == {(True, 0)}


def test_a_letter_is_opened_for_a_reason_that_its_person_reads(house: Studio) -> None:
    otto, ada = colleague(house, Role.OPERATOR), house.sign_up()
    letter = die(house, ada.id)
    assert otto.ask("POST", f"{LETTERS}/gateway/open", json={"id": letter, "reason": ""}).status_code == 400
    assert acts_of(house, otto.id) == []
    opened = otto.ask("POST", f"{LETTERS}/gateway/open", json={"id": letter, "reason": REASON})
    assert "secret" in opened.get_json()["body"]
    assert ("A message between services about you that could not be handled", REASON) in accesses(ada)
    assert acts_of(house, otto.id) == [("letter.open", f"gateway:{letter}")]
    absent = otto.ask("POST", f"{LETTERS}/gateway/open", json={"id": str(uuid4()), "reason": REASON})
    assert absent.status_code == 404


def test_a_letter_is_dropped_when_its_type_was_typed_and_replayed_once(house: Studio) -> None:
    otto, ada = colleague(house, Role.OPERATOR), house.sign_up()
    kept, dropped = die(house, ada.id), die(house, ada.id, "user.registered")
    wish = {"id": dropped, "confirm": "yes", "reason": REASON}
    refused = otto.ask("POST", f"{LETTERS}/gateway/drop", json=wish)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "not_confirmed")
    gone = otto.ask("POST", f"{LETTERS}/gateway/drop", json={**wish, "confirm": "user.registered"})
    assert gone.get_json() == {"count": 1}
    assert left(otto) == [kept]
    all_of_it = {"type": "figurine.generated"}
    counts = [otto.ask("POST", f"{LETTERS}/gateway/replay", json=all_of_it).get_json()["count"] for _ in range(2)]
    assert counts == [1, 0]
    assert left(otto) == []
    assert otto.ask("POST", f"{LETTERS}/gateway/replay", json={**all_of_it, "id": kept}).status_code == 400
    away = otto.ask("POST", f"{LETTERS}/billing/replay", json={"id": kept})
    assert (away.status_code, away.get_json()["code"]) == (503, "temporarily_unavailable")


def test_the_letters_pages_lead_from_the_list_to_the_end_of_one(house: Studio) -> None:
    otto, ada = colleague(house, Role.OPERATOR), house.sign_up()
    letter = die(house, ada.id)
    listed = show(otto, "/operator/letters")
    assert (letter in listed, listed.count("away for a moment")) == (True, 4)
    assert "gateway: 1." in show(otto, "/operator")
    assert "secret" not in show(otto, f"/operator/letters/gateway/{letter}")
    opened = send_form(otto, f"/operator/letters/gateway/{letter}/open", reason=REASON)
    assert "secret" in opened.get_data(as_text=True)
    wrong = send_form(otto, f"/operator/letters/gateway/{letter}/drop", reason=REASON, confirm="it")
    assert (wrong.status_code, "so it stays" in wrong.get_data(as_text=True)) == (409, True)
    again = send_form(otto, "/operator/letters/gateway/replay", id=letter)
    assert (again.status_code, again.headers["Location"]) == (303, "/operator/letters?done=replayed")
    assert letter not in show(otto, "/operator/letters?done=replayed")


def test_a_job_is_called_off_for_a_reason_that_its_owner_reads(studio: Studio, ada: Person, otto: Person) -> None:
    job = ada.order().get_json()["id"]
    studio.carry()
    assert str(ada.id) not in otto.get(f"/v1/operator/jobs/{job}").text
    assert "Call this job off" in show(otto, f"/operator/jobs?id={job}")
    assert send_form(otto, f"/operator/jobs/{job}/cancel", reason="").status_code == 400
    done = [send_form(otto, f"/operator/jobs/{job}/cancel", reason=REASON) for _ in range(2)]
    assert [each.status_code for each in done] == [303, 303]
    assert otto.get(f"/v1/operator/jobs/{job}").get_json()["state"] == "cancelled"
    studio.carry()
    assert ada.figurine(job)["state"] == "cancelled"
    assert ada.credits()["held"] == 0
    assert ("A figurine of yours that was called off", REASON) in accesses(ada)
    assert set(acts_of(studio, otto.id)) == {("job.cancel", job)}
    assert "An end is an end" in show(otto, f"/operator/jobs?id={job}")
    refused = otto.ask("POST", f"/v1/operator/jobs/{job}/retry", json={"reason": REASON})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")


def test_a_style_that_is_switched_off_cannot_be_ordered_until_it_is_on_again(
    studio: Studio, ada: Person, otto: Person
) -> None:
    style = "statuette"
    off = send_form(otto, f"/operator/engines/styles/{style}", offered="no")
    assert off.headers["Location"] == "/operator/engines?done=off"
    hear_styles(studio)
    refused = ada.order(style=style)
    assert refused.status_code == 409
    assert "The studio does not offer it at the moment." in refused.get_json()["detail"]
    assert "off since" in show(otto, "/operator/engines?done=off")
    assert otto.ask("PUT", f"/v1/operator/styles/{style}", json={"offered": True}).status_code == 200
    hear_styles(studio)
    assert ada.order(style=style).status_code == 202
    assert acts_of(studio, otto.id) == [("style.off", style), ("style.on", style)]


def test_an_engine_that_is_held_back_is_tried_again_for_a_reason_on_record(
    studio: Studio, otto: Person, peers: dict[str, Service[Any]]
) -> None:
    with peers["generation"].unit.begin() as work:
        work.desk.tell({"studio": "open"})
    assert "Let it try again now" in show(otto, "/operator/engines")
    assert send_form(otto, "/operator/engines/studio/try", reason="").status_code == 400
    assert acts_of(studio, otto.id) == []
    done = [send_form(otto, "/operator/engines/studio/try", reason=REASON) for _ in range(2)]
    assert {each.headers["Location"] for each in done} == {"/operator/engines?done=trying"}
    (engine,) = otto.get("/v1/operator/engines").get_json()["engines"]
    assert (engine["breaker"], engine["try_asked_at"] is None) == ("open", False)
    absent = otto.ask("POST", "/v1/operator/engines/nobody/try", json={"reason": REASON})
    assert (absent.status_code, set(acts_of(studio, otto.id))) == (
        404,
        {("engine.try", "studio"), ("engine.try", "nobody")},
    )
    with peers["generation"].unit.begin() as work:
        work.desk.tell({"studio": "closed"})
    assert "Let it try again now" not in show(otto, "/operator/engines?done=trying")


def test_what_is_no_job_and_no_style_is_not_found(otto: Person) -> None:
    for path in ("/operator/jobs?id=never", f"/operator/jobs?id={uuid4()}", f"/operator/letters/nobody/{uuid4()}"):
        assert otto.client.get(path, base_url="https://localhost").status_code == 404, path
    assert otto.ask("PUT", "/v1/operator/styles/no-such-style", json={"offered": False}).status_code == 404
