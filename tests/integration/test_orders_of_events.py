"""Whatever the order and number of deliveries, each service ends where the natural order leads."""

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from random import Random
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import billing.repository
import gateway.repository
import generation.repository
from billing.subscribers import subscriptions as billing_subscriptions
from common.contracts import Envelope, Event
from common.database import Database
from common.intake import Intake
from common.work import UnitOfWork
from gateway.domain.figurines import Order
from gateway.subscribers import SUBSCRIPTIONS as GATEWAY_SUBSCRIPTIONS
from gateway.use_cases.figurines import Placement, place_order
from generation import use_cases as generation_use_cases
from generation.adapters.catalogue import read_catalogue
from generation.subscribers import subscriptions as generation_subscriptions
from tests.builders import Life, envelope
from tests.fakes.brokerless import BrokerlessConsumer
from tests.fakes.leftovers import clear
from tests.fakes.people import add_account, gateway_rooms

Deliver: TypeAlias = Callable[[Sequence[Envelope], int], None]
Units: TypeAlias = dict[str, UnitOfWork[Any]]
LIVES: Mapping[str, Callable[[Life], list[Event]]] = {
    "succeeded": lambda life: [life.held(), life.started(), life.generated(), life.captured(life.variants)],
    "succeeded at the second attempt": lambda life: [
        life.held(),
        life.started(1),
        life.started(2),
        life.generated(),
        life.captured(life.variants),
    ],
    "partly succeeded": lambda life: [life.held(), life.started(), life.generated(1), life.captured(1)],
    "refused": lambda life: [life.refused(), life.failed("insufficient_credits")],
    "failed": lambda life: [life.held(), life.started(), life.failed(), life.released()],
    "cancelled": lambda life: [life.held(), life.failed("cancelled"), life.released("cancelled")],
    "cancelled before it was priced": lambda life: [life.failed("cancelled")],
}
STORIES = st.sampled_from(sorted(LIVES))
CHANCE = st.randoms(use_true_random=False)
examples = settings(max_examples=100)


def whole(kind: str, life: Life) -> list[Event]:
    """Everything anybody publishes about a life, in the order it happens."""
    return [
        life.registered(),
        life.granted(),
        life.uploaded(),
        life.requested(),
        *LIVES[kind](life),
        life.photo_deleted(),
    ]


def lived(kind: str) -> Life:
    return Life(credits=10, unit_price=6) if kind == "refused" else Life(credits=10, unit_price=2)


def twice(events: Sequence[Event], *, replayed: bool) -> list[Envelope]:
    """Each event delivered twice, or told twice under different ids."""
    first = [envelope(event) for event in events]
    return [*first, *([envelope(event) for event in events] if replayed else first)]


@contextmanager
def consuming(unit: UnitOfWork[Any], subscriptions: Mapping[Any, Any]) -> Generator[Deliver]:
    with closing(Intake(database=unit.database, unit=unit, subscriptions=subscriptions)) as intake:
        consumer = BrokerlessConsumer(intake)

        def deliver(envelopes: Sequence[Envelope], size: int) -> None:
            heard = [each for each in envelopes if type(each.event) in subscriptions]
            consumer.deliver(heard, size=size)

        yield deliver


@pytest.fixture(scope="module")
def units(service_database: Callable[[str], str]) -> Iterator[Units]:
    builds: dict[str, Any] = {
        "billing": billing.repository.Work,
        "generation": generation.repository.Work,
        "gateway": gateway_rooms,
    }
    with ExitStack() as stack:
        databases = {name: Database(service_database(name), application="test") for name in builds}
        for database in databases.values():
            stack.callback(database.close)
        yield {name: UnitOfWork(service=name, database=databases[name], build=builds[name]) for name in builds}
        for name, database in databases.items():
            clear(name, database)


@pytest.fixture(scope="module")
def billing_takes(units: Units) -> Iterator[Deliver]:
    with consuming(units["billing"], billing_subscriptions(trial_credits=10)) as deliver:
        yield deliver


@pytest.fixture(scope="module")
def generation_takes(units: Units) -> Iterator[Deliver]:
    subscriptions = generation_subscriptions(read_catalogue())
    with consuming(units["generation"], subscriptions) as deliver:
        yield deliver


@pytest.fixture(scope="module")
def gateway_takes(units: Units) -> Iterator[Deliver]:
    with consuming(units["gateway"], GATEWAY_SUBSCRIPTIONS) as deliver:
        yield deliver


def rows(unit: UnitOfWork[Any], query: str, life: Life) -> list[tuple[Any, ...]]:
    names = {"figurine": life.figurine_id, "user": life.user_id, "upload": life.upload_id}
    with unit.database.begin() as connection:
        return connection.execute(query.encode(), names).fetchall()


def books(unit: UnitOfWork[Any], life: Life) -> object:
    """What billing has of a life in the end."""
    return (
        rows(unit, "SELECT available, held FROM accounts WHERE user_id = %(user)s", life),
        rows(unit, "SELECT state <> 'open', captured FROM holds WHERE figurine_id = %(figurine)s", life),
        rows(unit, "SELECT coalesce(sum(credits), 0) FROM postings WHERE user_id = %(user)s", life),
    )


@examples
@given(kind=STORIES, chance=CHANCE, size=st.integers(1, 14), replayed=st.booleans())
def test_billing_ends_with_the_same_balance(
    *, units: Units, billing_takes: Deliver, kind: str, chance: Random, size: int, replayed: bool
) -> None:
    natural, shuffled = lived(kind), lived(kind)
    billing_takes([envelope(event) for event in whole(kind, natural)], 1)
    envelopes = twice(whole(kind, shuffled), replayed=replayed)
    chance.shuffle(envelopes)
    billing_takes(envelopes, size)
    assert books(units["billing"], shuffled) == books(units["billing"], natural)


def job(unit: UnitOfWork[Any], life: Life) -> object:
    """What generation has of a life in the end, and what it has told."""
    told = rows(unit, "SELECT convert_from(body, 'UTF8') FROM outbox ORDER BY seq", life)
    about_it = [body for (text,) in told if (body := json.loads(text))["subject"] == str(life.figurine_id)]
    return (
        rows(unit, "SELECT state, failure_code, attempt FROM figurines WHERE id = %(figurine)s", life),
        rows(unit, "SELECT state, reason FROM uploads WHERE id = %(upload)s", life),
        [body["type"] for body in about_it if body["type"] == "figurine.failed"],
    )


@examples
@given(kind=STORIES, chance=CHANCE, size=st.integers(1, 14), replayed=st.booleans())
def test_generation_ends_in_the_same_state(
    *, units: Units, generation_takes: Deliver, kind: str, chance: Random, size: int, replayed: bool
) -> None:
    natural, shuffled = lived(kind), lived(kind)
    generation_takes([envelope(event) for event in whole(kind, natural)], 1)
    envelopes = twice(whole(kind, shuffled), replayed=replayed)
    chance.shuffle(envelopes)
    generation_takes(envelopes, size)
    assert job(units["generation"], shuffled) == job(units["generation"], natural)


@examples
@given(chance=CHANCE, at=st.integers(0, 2), size=st.integers(1, 3))
def test_a_job_that_is_cancelled_at_any_moment_ends_cancelled_once(
    *, units: Units, generation_takes: Deliver, chance: Random, at: int, size: int
) -> None:
    life = lived("cancelled")
    envelopes = twice([life.uploaded()], replayed=False)
    chance.shuffle(envelopes)
    generation_takes(envelopes[:at], size)
    for _ in range(2):
        with units["generation"].begin() as work:
            generation_use_cases.cancel_figurine(work, life.user_id, life.figurine_id)
    generation_takes([*envelopes[at:], envelope(life.uploaded()), envelope(life.held())], size)
    assert job(units["generation"], life) == (
        [("cancelled", "cancelled", 0)],
        [("deleting", "cancelled")],
        ["figurine.failed"],
    )


def parent_of(unit: UnitOfWork[generation.repository.Work], life: Life) -> Life:
    """A figurine of the same person that Gemini has painted, with what it takes to go on from it."""
    parent = Life(user_id=life.user_id)
    with unit.database.begin() as connection:
        connection.execute(
            """
            INSERT INTO figurines (id, user_id, style, variants, aspect_ratio, seed, unit_price, state, requested_at,
                                   finished_at)
            VALUES (%s, %s, 'window-box', 1, '1:1', 1, 2, 'succeeded', %s, %s)
            """,
            [parent.figurine_id, parent.user_id, parent.began, parent.began],
        )
        connection.execute(
            """
            INSERT INTO pictures (figurine_id, n, prefix, media_type, width, height, memo)
            VALUES (%s, 1, %s, 'image/jpeg', 8, 8, true)
            """,
            [parent.figurine_id, f"{parent.figurine_id}/1/1"],
        )
    return parent


def edited(kind: str, life: Life, parent: Life) -> list[Event]:
    """The same life, of a version that goes on from its parent's picture."""
    others = [event for event in whole(kind, life) if event not in (life.uploaded(), life.photo_deleted())]
    return [*others, life.edit_ordered(parent)]


@examples
@given(kind=STORIES, chance=CHANCE, size=st.integers(1, 14), replayed=st.booleans())
def test_a_version_without_a_photo_ends_in_the_same_state(
    *, units: Units, generation_takes: Deliver, kind: str, chance: Random, size: int, replayed: bool
) -> None:
    natural, shuffled = lived(kind), lived(kind)
    parents = [parent_of(units["generation"], life) for life in (natural, shuffled)]
    story = edited(kind, natural, parents[0])
    generation_takes([envelope(event) for event in (story[-1], *story[:-1])], 1)
    envelopes = twice(edited(kind, shuffled, parents[1]), replayed=replayed)
    chance.shuffle(envelopes)
    generation_takes(envelopes, size)
    assert job(units["generation"], shuffled) == job(units["generation"], natural)


@examples
@given(chance=CHANCE, at=st.integers(0, 2), size=st.integers(1, 3))
def test_a_version_that_is_cancelled_at_any_moment_ends_cancelled_once(
    *, units: Units, generation_takes: Deliver, chance: Random, at: int, size: int
) -> None:
    life = lived("cancelled")
    ordered = life.edit_ordered(parent_of(units["generation"], life))
    envelopes = twice([ordered], replayed=False)
    chance.shuffle(envelopes)
    generation_takes(envelopes[:at], size)
    for _ in range(2):
        with units["generation"].begin() as work:
            generation_use_cases.cancel_figurine(work, life.user_id, life.figurine_id)
    generation_takes([*envelopes[at:], envelope(ordered), envelope(life.held())], size)
    assert job(units["generation"], life) == (
        [("cancelled", "cancelled", 0)],
        [("deleting", "cancelled")],
        ["figurine.failed"],
    )


def shown(unit: UnitOfWork[Any], life: Life) -> object:
    """What a person sees of a life in the end."""
    feed = rows(unit, "SELECT seq, type, data FROM feed WHERE account_id = %(user)s ORDER BY seq", life)
    assert [seq for seq, _, _ in feed] == list(range(1, len(feed) + 1))
    states = [data["state"] for _, _, data in feed if "state" in data]
    balances = [data for _, kind, data in feed if kind == "credits.changed"]
    return (
        rows(unit, "SELECT state, rank, engine, pictures, failure_code FROM figurines WHERE id = %(figurine)s", life),
        rows(unit, "SELECT available, held, version FROM balances WHERE account_id = %(user)s", life),
        states[-1],
        balances[-1],
    )


@examples
@given(kind=STORIES, chance=CHANCE, size=st.integers(1, 14), replayed=st.booleans())
def test_a_person_sees_the_same_in_the_end(
    *, units: Units, gateway_takes: Deliver, kind: str, chance: Random, size: int, replayed: bool
) -> None:
    natural, shuffled = lived(kind), lived(kind)
    for life in (natural, shuffled):
        order(units["gateway"], life)
    gateway_takes([envelope(event) for event in whole(kind, natural)], 1)
    envelopes = twice(whole(kind, shuffled), replayed=replayed)
    chance.shuffle(envelopes)
    gateway_takes(envelopes, size)
    assert shown(units["gateway"], shuffled) == shown(units["gateway"], natural)


def order(unit: UnitOfWork[gateway.repository.Work], life: Life) -> None:
    """The person signs up and orders."""
    add_account(unit, life.user_id)
    wanted = Order(style=life.style, variants=life.variants, aspect_ratio="1:1", title="Ada", note="")
    with unit.begin() as work:
        place_order(
            work,
            life.user_id,
            Placement(
                figurine_id=life.figurine_id, upload_id=life.upload_id, order=wanted, price=life.price, seed=life.seed
            ),
        )
