"""When a failed event is taken again, and when it is given up."""

from datetime import UTC, datetime

from common import retries
from common.messages import Delivery

AT = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 1, 2, tzinfo=UTC)


def delivery(**headers: object) -> Delivery:
    return Delivery(tag=7, body=b"{}", message_id="id", type="toy.asked", headers=headers)


def test_the_delays_grow_and_the_last_one_repeats_until_the_attempts_are_used_up() -> None:
    queues: list[str] = []
    headers: dict[str, object] = {}
    while message := retries.retry("toy", delivery(**headers), ValueError(), at=AT):
        queues.append(message.routing_key.rpartition(".")[2])
        headers = dict(message.headers)
    assert queues == ["1s", "10s", "1m", *["10m"] * 8]


def test_the_first_failure_is_remembered_through_all_later_ones() -> None:
    first = retries.retry("toy", delivery(), ValueError(), at=AT)
    assert first is not None
    second = retries.retry("toy", delivery(**first.headers), KeyError(), at=LATER)
    assert second is not None
    assert second.headers[retries.FIRST_FAILED_AT] == AT.isoformat()
    assert second.headers[retries.ERROR] == "KeyError"
    assert second.headers[retries.ATTEMPTS] == 2


def test_what_an_error_says_stays_in_the_process() -> None:
    message = retries.dead_letter("toy", delivery(), ValueError("Jane Doe"), "Its handler failed.", at=AT)
    assert "Jane" not in str(message.headers)


def test_a_message_keeps_its_id_body_and_type_on_every_way() -> None:
    message = retries.dead_letter("toy", delivery(), ValueError(), "why", at=AT)
    assert (message.message_id, message.body, message.type) == ("id", b"{}", "toy.asked")
    assert (message.exchange, message.routing_key) == ("toy.retry", "toy.dead")


def test_a_header_that_somebody_else_made_up_counts_as_no_attempt() -> None:
    assert retries.attempts(delivery(attempts="many")) == 0
