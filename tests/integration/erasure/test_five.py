"""Somebody leaves five services, and one of them does not do its part, or says so wrongly: it is never called over."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest

from common.contracts import EVENTS, Envelope, decode
from common.contracts.privacy import UserDeletionRequested
from common.inventory import Inventory, Withheld
from privacy.domain import PartState, Request, RequestState
from tests.builders import envelope
from tests.integration.erasure.five import SERVICES, Five, Quiet
from tests.integration.erasure.test_five_by_chance import place, register

SAMPLES = sorted((Path(__file__).parents[2] / "contract" / "samples").glob("*.json"))
# Some of what each service has of everybody who made a figurine and saved a photo.
SOMETHING = {
    "gateway": "accounts",
    "generation": "figurines",
    "billing": "accounts",
    "privacy": "clocks",
    "analytics": "facts",
}


@pytest.fixture
def ada(five: Five) -> UUID:
    """Somebody with a figurine and a saved photo."""
    house = Quiet(five, Random(5))
    ada = register(five)
    house.run(lambda: place(five, house, ada, 1, save=True))
    assert five.shelves.names()["figurines"]
    assert five.shelves.names()["photos"]
    return ada


def parts(request: Request) -> dict[str, PartState]:
    return {part.service: part.state for part in request.parts}


def test_everything_of_hers_is_found_and_goes(five: Five, ada: UUID) -> None:
    assert {table.split(".")[0] for table in five.traces(ada)} == set(SERVICES) - {"analytics"}
    request = five.settle(five.leave(ada).id)
    assert (request.state, request.missing) == (RequestState.COMPLETED, [])
    assert five.traces(ada) == set()
    assert set(map(len, five.shelves.names().values())) == {0}
    told = {part.service: json.loads(part.statement or "")["classes"] for part in request.parts}
    assert {service: told[service][kind]["found"] > 0 for service, kind in SOMETHING.items()} == dict.fromkeys(
        SERVICES, True
    )


def test_asked_again_by_a_redelivered_message_everybody_answers_again_and_nothing_changes(
    five: Five, ada: UUID
) -> None:
    request = five.settle(five.leave(ada).id)
    for room in five.rooms.values():
        if UserDeletionRequested in room.listens_to:
            room.arriving.append(envelope(UserDeletionRequested(user_id=ada, request_id=request.id)))
            room.take_all()
    answers = [json.loads(body) for room in five.rooms.values() for body in room.publish(list(five.rooms.values()))]
    assert [answer["type"] for answer in answers] == ["user.data_erased"] * len(SERVICES)
    five.carry()
    assert five.request(request.id) == request
    assert five.traces(ada) == set()
    assert five.ask("privacy", "SELECT count(*) FROM receipts WHERE request_id = %s", request.id) == [(1,)]


def late_news(gone: UUID) -> list[Envelope]:
    """Every event there is about a person, of one who is gone; `user.deletion_requested` has a test of its own."""
    messages = [json.loads(path.read_text()) for path in SAMPLES]
    about = [{**each, "id": str(uuid4())} for each in messages if "user_id" in each["data"]]
    news = [
        decode(json.dumps({**each, "data": {**each["data"], "user_id": str(gone)}}).encode(), EVENTS) for each in about
    ]
    return [each for each in news if not isinstance(each.event, UserDeletionRequested)]


def test_news_of_somebody_gone_bring_nothing_back_and_end_among_no_dead_letters(five: Five) -> None:
    Quiet(five, Random(5))
    gone = register(five)
    assert five.settle(five.leave(gone).id).state is RequestState.COMPLETED
    taken = 0
    for late in late_news(gone):
        for room in five.rooms.values():
            if type(late.event) in room.listens_to:
                room.arriving.append(late)
                room.take_all()
                assert room.arriving == [], "taken for good, not put back for later"
                taken += 1
    assert taken > len(SERVICES)
    assert five.traces(gone) == set()
    assert [body for room in five.rooms.values() for body in room.publish([])] == []


@pytest.mark.parametrize("service", ["gateway", "generation", "privacy"])
def test_a_service_that_never_answers_is_named_and_what_it_had_goes_when_it_is_back(
    five: Five, ada: UUID, service: str
) -> None:
    five.away.add(service)
    request_id = five.leave(ada).id
    five.settle(request_id, rounds=12)
    five.chase()
    request = five.settle(request_id, rounds=12)
    assert request.state is RequestState.PARTIALLY_EXECUTED
    assert service in request.missing
    # Who waits for it is late with it, and nobody else; but without privacy nobody is heard.
    assert set(request.missing) <= (set(SERVICES) if service == "privacy" else {service, "privacy", "gateway"})
    five.mend()
    assert five.settle(request_id).state is RequestState.COMPLETED
    assert five.traces(ada) == set()


def tried(five: Five, user_id: UUID) -> Request:
    """How it stands after everybody had time to try several times, and the hour is over."""
    request_id = five.leave(user_id).id
    for _ in range(3):
        five.settle(request_id, rounds=6)
        five.chase()
    return five.settle(request_id, rounds=6)


@pytest.mark.parametrize(
    ("table", "verb"),
    [
        ("gateway.accounts", "DELETE"),
        ("generation.saved_photos", "DELETE"),
        ("billing.accounts", "UPDATE"),
        ("privacy.clocks", "DELETE"),
        ("analytics.facts", "DELETE"),
    ],
)
def test_rows_that_stay_are_found_by_the_service_itself_and_it_is_not_over(
    five: Five, ada: UUID, table: str, verb: str
) -> None:
    service = table.split(".", maxsplit=1)[0]
    with five.stubborn(table, verb):
        request = tried(five, ada)
        assert (request.state, parts(request)[service]) == (RequestState.PARTIALLY_EXECUTED, PartState.FAILED)
        assert len(five.goodbyes) == (service == "gateway"), "whoever is told of the end is told once"
    assert five.settle(request.id, rounds=90).state is RequestState.COMPLETED
    assert five.traces(ada) == set()


def test_objects_that_stay_are_found_by_the_service_itself_and_it_is_not_over(five: Five, ada: UUID) -> None:
    five.forgetful = True
    request = tried(five, ada)
    assert (request.state, parts(request)["generation"]) == (RequestState.PARTIALLY_EXECUTED, PartState.FAILED)
    five.mend()
    assert five.settle(request.id, rounds=90).state is RequestState.COMPLETED
    assert set(map(len, five.shelves.names().values())) == {0}


@pytest.mark.parametrize("service", ["gateway", "billing"])
def test_an_answer_that_is_not_signed_by_who_gives_it_is_none(five: Five, ada: UUID, service: str) -> None:
    five.forgers.add(service)
    request = tried(five, ada)
    assert (request.state, parts(request)[service]) == (RequestState.PARTIALLY_EXECUTED, PartState.ASKED)
    assert five.refused


@pytest.mark.parametrize("service", ["gateway", "billing"])
def test_an_answer_that_says_nothing_is_none(five: Five, ada: UUID, service: str) -> None:
    five.inventories[service] = Inventory(service)
    request = tried(five, ada)
    assert (request.state, parts(request)[service]) == (RequestState.PARTIALLY_EXECUTED, PartState.ASKED)
    assert five.refused


def test_what_a_service_keeps_instead_of_destroying_it_stands_on_the_receipt(five: Five, ada: UUID) -> None:
    """No eraser can know that a reason is none; but nobody is told that all is gone, and the needle test is red."""
    own = five.services["generation"].inventory
    kept = [
        replace(table, erase=Withheld("We would rather not.")) if table.name == "saved_photos" else table
        for table in own.tables
    ]
    five.inventories["generation"] = Inventory("generation", *kept, *own.buckets, *own.queues)
    request = five.settle(five.leave(ada).id)
    assert request.state is RequestState.COMPLETED_WITH_RETENTION
    told = {part.service: json.loads(part.statement or "")["classes"] for part in request.parts}
    assert told["generation"]["saved_photos"]["retained"] == 1
    assert told["generation"]["saved_photos"]["ground"] == "We would rather not."
    assert five.traces(ada) == {"generation.saved_photos"}


@pytest.mark.parametrize("kind", ["credits.granted", "credits.withdrawn", "payment.received", "subscription.changed"])
def test_money_that_comes_in_for_a_pseudonym_is_nobodys_news(five: Five, kind: str) -> None:
    """A payment may end after who made it is gone: the books go on under a pseudonym no door knows."""
    message = json.loads((SAMPLES[0].parent / f"{kind}.v1.json").read_text())
    pseudonym = uuid4()
    late = decode(json.dumps({**message, "data": {**message["data"], "user_id": str(pseudonym)}}).encode(), EVENTS)
    room = five.rooms["gateway"]
    room.arriving.append(late)
    room.take_all()
    assert room.arriving == []
    assert five.traces(pseudonym) == set()
