"""Five services and chance between them: the promises hold whatever comes when, and however often."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import analytics.repository
import billing.repository
import generation.repository
import privacy.repository
from analytics.domain import Pseudonyms
from analytics.subscribers import subscriptions as analytics_subscriptions
from billing.domain.laws import Law
from billing.subscribers import subscriptions as billing_subscriptions
from billing.use_cases import auditing, ledger
from common.clock import MovableClock
from common.database import Database
from common.tracing import continued
from common.work import UnitOfWork
from gateway.domain.figurines import Order
from gateway.subscribers import SUBSCRIPTIONS as GATEWAY_SUBSCRIPTIONS
from gateway.use_cases.figurines import Placement, place_order
from gateway.use_cases.people import SignUp, sign_up
from generation.adapters.catalogue import read_catalogue
from generation.domain import AlreadyEnded
from generation.subscribers import subscriptions as generation_subscriptions
from generation.use_cases import cancel_figurine
from privacy.ports import Pace
from privacy.subscribers import subscriptions as privacy_subscriptions
from tests.builders import DAY
from tests.fakes.engine import cards, fails
from tests.fakes.house import House, Room
from tests.fakes.leftovers import clear
from tests.fakes.people import gateway_rooms
from tests.fixtures.spans import trace_of

Units: TypeAlias = dict[str, UnitOfWork[Any]]
PRICE = 2
OUTCOMES = (
    cards(),
    cards(),
    cards(1),
    fails("no_picture"),
    fails("refused_by_engine"),
    fails("engine_unavailable"),
    fails("engine_timeout"),
)
ENDINGS = {"succeeded", "partly_succeeded", "failed", "rejected", "cancelled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A figurine somebody asked for."""

    figurine_id: UUID
    upload_id: UUID
    user_id: UUID
    variants: int
    save: bool


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module")
def units(service_database: Callable[[str], str], clock: MovableClock) -> Iterator[Units]:
    builds: dict[str, Any] = {
        "gateway": gateway_rooms,
        "generation": generation.repository.Work,
        "billing": billing.repository.Work,
        "privacy": privacy.repository.Work,
        "analytics": analytics.repository.Work,
    }
    with ExitStack() as stack:
        databases = {name: Database(service_database(name), application="test") for name in builds}
        for database in databases.values():
            stack.callback(database.close)
        yield {
            name: UnitOfWork(service=name, database=databases[name], build=builds[name], clock=clock) for name in builds
        }


@pytest.fixture(scope="module")
def rooms(units: Units) -> Iterator[list[Room]]:
    subscriptions: dict[str, Any] = {
        "gateway": GATEWAY_SUBSCRIPTIONS,
        "generation": generation_subscriptions(read_catalogue()),
        "billing": billing_subscriptions(trial_credits=10),
        "privacy": privacy_subscriptions(None, Pace(of_probes=1)),
        "analytics": analytics_subscriptions(Pseudonyms(bytes(range(32)))),
    }
    rooms = [Room.of(units[name], subscriptions[name]) for name in units]
    yield rooms
    for room in rooms:
        room.close()
    sweep(units)


def sweep(units: Units) -> None:
    """Leave nothing of an earlier run to do."""
    for name, unit in units.items():
        clear(name, unit.database)


def register(units: Units) -> UUID:
    with units["gateway"].begin() as work:
        request = SignUp(
            email=f"{work.clock.new_id()}@example.org",
            name="Ada",
            password_hash="-",
            adult=True,
            policy_version="2026-11-01",
        )
        return sign_up(work, request).id


def place(units: Units, house: House, user_id: UUID, variants: int, *, save: bool) -> Ordered:
    clock = units["gateway"].clock
    ordered = Ordered(
        figurine_id=clock.new_id(), upload_id=clock.new_id(), user_id=user_id, variants=variants, save=save
    )
    order = Order(style="window-box", variants=variants, aspect_ratio="1:1", title="", note="")
    house.photos.put(ordered.upload_id, owner=user_id, at=clock.now())
    with units["gateway"].begin() as work:
        place_order(
            work,
            user_id,
            Placement(
                figurine_id=ordered.figurine_id,
                upload_id=ordered.upload_id,
                order=order,
                price=PRICE * variants,
                seed=1,
                save=save,
            ),
        )
    return ordered


def cancel(units: Units, ordered: Ordered) -> None:
    with units["generation"].begin() as work:
        try:
            cancel_figurine(work, ordered.user_id, ordered.figurine_id)
        except AlreadyEnded:
            return  # it was too late


def delete_photo(units: Units, ordered: Ordered) -> None:
    with units["generation"].begin() as work:
        for photo in work.saved_photos.of(ordered.user_id):
            work.saved_photos.dismiss(photo.id, owner=ordered.user_id)


def ask(unit: UnitOfWork[Any], query: str, *values: object) -> list[tuple[Any, ...]]:
    with unit.database.begin() as connection:
        return connection.execute(query.encode(), list(values)).fetchall()


def check_figurine(units: Units, house: House, ordered: Ordered) -> None:
    """One ending, the same everywhere; charged for what lies in the store; the photo gone once, proven once."""
    ((state, finished),) = ask(
        units["generation"], "SELECT state, finished_at FROM figurines WHERE id = %s", ordered.figurine_id
    )
    ((shown,),) = ask(units["gateway"], "SELECT state FROM figurines WHERE id = %s", ordered.figurine_id)
    assert state in ENDINGS
    assert (shown, finished is not None) == (state, True)
    stored = [key for key in house.pictures.stored if key.startswith(f"{ordered.figurine_id}/")]
    ((hold, captured),) = ask(
        units["billing"], "SELECT state, captured FROM holds WHERE figurine_id = %s", ordered.figurine_id
    )
    assert (hold != "open", captured) == (True, PRICE * len(stored))
    told = house.types_told(ordered.figurine_id)
    assert told["figurine.generated"] + told["figurine.failed"] == 1
    assert told["credits.captured"] == (1 if stored else 0)
    assert told["image.deleted"] == 1
    assert house.photos.destroyed.count(ordered.upload_id) == 1
    proofs = ask(units["privacy"], "SELECT kept FROM evidence WHERE upload_id = %s", ordered.upload_id)
    assert proofs == [(True,)]


def check_photos(units: Units, house: House, orders: list[Ordered], *, deleted: bool) -> None:
    """What was to be saved is, unless its owner deleted it; nothing else is, and the store has just that."""
    rows = ask(units["generation"], "SELECT id, upload_id FROM saved_photos")
    wished = {ordered.upload_id for ordered in orders if ordered.save}
    assert {upload_id for _, upload_id in rows} <= wished
    assert deleted or len(rows) == len(wished)
    assert house.saved.kept == {photo_id: upload_id.bytes for photo_id, upload_id in rows}
    told = [json.loads(body)["data"] for body in house.told.values() if b'"saved_photo.deleted"' in body]
    assert len(told) == len(wished) - len(rows)
    for gone in told:
        assert ask(units["privacy"], "SELECT kept FROM evidence WHERE upload_id = %s", gone["saved_id"]) == [(True,)]


def check_person(units: Units, user_id: UUID) -> None:
    """The books balance, nothing is set aside any more, and the person sees just that."""
    with units["billing"].begin() as work:
        balance = ledger.read_balance(work, user_id)
        laws = auditing.find_violations(work, stale_after=DAY)
    assert {law: broken for law, broken in laws.items() if law != Law.STALE and broken} == {}
    assert balance.held == 0
    shown = ask(units["gateway"], "SELECT available, held FROM balances WHERE account_id = %s", user_id)
    assert shown == [(balance.available, 0)]


def counted(units: Units) -> int:
    """How many ends of figurines analytics has counted."""
    return int(
        ask(units["analytics"], "SELECT coalesce(sum(facts), 0) FROM rollups_of_days WHERE kind = 'figurine'")[0][0]
    )


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_promise_holds_whatever_comes_when(
    units: Units, rooms: list[Room], clock: MovableClock, seed: int
) -> None:
    chance = Random(seed)
    sweep(units)
    before = counted(units)
    house = House(rooms, units["generation"], clock, chance)
    house.engine.will(*chance.choices(OUTCOMES, k=12))
    people = [register(units), register(units)]
    orders = [
        place(units, house, chance.choice(people), chance.randint(1, 4), save=chance.random() < 0.5) for _ in range(5)
    ]
    cancelled = chance.sample(orders, chance.randint(0, 2))
    regretted = chance.sample(orders, chance.randint(0, 2))
    house.run(
        *(partial(cancel, units, ordered) for ordered in cancelled),
        *(partial(delete_photo, units, ordered) for ordered in regretted),
    )
    for ordered in orders:
        check_figurine(units, house, ordered)
    check_photos(units, house, orders, deleted=bool(regretted))
    for user_id in people:
        check_person(units, user_id)
    assert counted(units) == before + len(orders)


# Through every service: who heard of the order, who paid, who painted, who told, who counted, who proved.
STEPS = (
    "POST /v1/figurines",
    "take image.uploaded",
    "take figurine.requested",
    "take credits.held",
    "paint",
    "engine studio",
    "finish and store",
    "take figurine.generated",
    "take credits.captured",
    "photo deleted",
    "take image.deleted",
)


def test_an_order_is_one_trace_from_the_photo_to_the_picture_and_to_the_proof(
    units: Units, rooms: list[Room], clock: MovableClock, spans: InMemorySpanExporter
) -> None:
    sweep(units)
    house = House(rooms, units["generation"], clock, Random(1))
    house.engine.will(cards())
    user_id = register(units)
    with continued(None, "POST /v1/figurines"):
        ordered = place(units, house, user_id, 1, save=False)
    house.run()
    (beginning,) = (span for span in spans.get_finished_spans() if span.name == "POST /v1/figurines")
    trace_id = trace_of(beginning)
    names = [span.name for span in spans.get_finished_spans() if trace_of(span) == trace_id]
    assert set(STEPS) <= set(names)
    told = [json.loads(body) for body in house.told.values()]
    of_the_order = [body for body in told if body.get("subject") == str(ordered.figurine_id)]
    assert {body["traceparent"].split("-")[1] for body in of_the_order} == {f"{trace_id:032x}"}


def test_a_span_says_nothing_of_a_person(
    units: Units, rooms: list[Room], clock: MovableClock, spans: InMemorySpanExporter
) -> None:
    sweep(units)
    house = House(rooms, units["generation"], clock, Random(2))
    house.engine.will(fails("engine_unavailable"), cards())
    with continued(None, "POST /v1/figurines"):
        ordered = place(units, house, register(units), 1, save=True)
    house.run()
    said = "\n".join(span.to_json() for span in spans.get_finished_spans())
    assert "take figurine.generated" in said
    for needle in (str(ordered.user_id), str(ordered.figurine_id), str(ordered.upload_id), "Ada", "@", "window-box"):
        assert needle not in said
