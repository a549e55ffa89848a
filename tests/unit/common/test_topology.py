"""What a service declares at the broker."""

import re

import pytest

from common.topology import DELAYS, DELIVERY_LIMIT, topology

BILLING = topology("billing", ["user.registered", "figurine.requested"])
QUEUES = {queue.name: queue.arguments for queue in BILLING.queues}


def test_a_service_without_subscriptions_declares_nothing_but_the_exchange_it_publishes_to() -> None:
    alone = topology("analytics", [])
    assert [exchange.name for exchange in alone.exchanges] == ["events"]
    assert not alone.queues
    assert not alone.bindings


def test_everything_a_service_declares_carries_its_name_or_is_the_exchange_all_share() -> None:
    names = [*QUEUES, *(exchange.name for exchange in BILLING.exchanges)]
    assert all(re.match(r"^billing\.|^events$", name) for name in names)


def test_each_event_listened_to_is_bound_once() -> None:
    bound = [(b.routing_key, b.queue) for b in BILLING.bindings if b.exchange == "events"]
    assert bound == [("figurine.requested", "billing.events"), ("user.registered", "billing.events")]


def test_every_queue_is_reached_under_its_own_name_through_the_retry_exchange() -> None:
    reached = {b.queue: b.routing_key for b in BILLING.bindings if b.exchange == "billing.retry"}
    assert reached == {name: name for name in QUEUES}


@pytest.mark.parametrize("name", QUEUES)
def test_every_queue_survives_the_loss_of_a_node(name: str) -> None:
    assert QUEUES[name]["x-queue-type"] == "quorum"


@pytest.mark.parametrize("name", [name for name in QUEUES if name != "billing.dead"])
def test_dead_lettering_is_at_least_once_and_stays_within_the_service(name: str) -> None:
    arguments = QUEUES[name]
    assert arguments["x-dead-letter-strategy"] == "at-least-once"
    assert arguments["x-overflow"] == "reject-publish"
    assert arguments["x-dead-letter-exchange"] == "billing.retry"
    assert arguments["x-dead-letter-routing-key"] in QUEUES


def test_an_event_waits_out_each_delay_and_returns_to_the_queue() -> None:
    waits = {step: QUEUES[f"billing.delay.{step}"] for step in DELAYS}
    assert [arguments["x-message-ttl"] for arguments in waits.values()] == [1_000, 10_000, 60_000, 600_000]
    assert {arguments["x-dead-letter-routing-key"] for arguments in waits.values()} == {"billing.events"}


def test_a_crash_loop_is_given_time_before_it_kills_what_it_holds() -> None:
    assert QUEUES["billing.events"]["x-delivery-limit"] == DELIVERY_LIMIT >= 20


def test_looking_at_dead_letters_often_does_not_destroy_them() -> None:
    assert int(QUEUES["billing.dead"]["x-delivery-limit"]) > 1_000_000
