"""When a failed event is taken again, and when it is given up. Pure."""

from collections.abc import Mapping
from datetime import datetime

from common.messages import Delivery, Message
from common.topology import DELAYS, dead_queue, delay_queue, retry_exchange

# The last delay repeats: about an hour and a half between the first failure and giving up.
MAX_ATTEMPTS = 12

ATTEMPTS = "attempts"
FIRST_FAILED_AT = "first-failed-at"
ERROR = "error"
REASON = "reason"

# A stack of fields that do not parse can be long; a header is for reading.
_REASON_LENGTH = 500


def attempts(delivery: Delivery) -> int:
    """How often this message has failed so far."""
    counted = delivery.headers.get(ATTEMPTS)
    return counted if isinstance(counted, int) else 0


def retry(service: str, delivery: Delivery, error: Exception, *, at: datetime) -> Message | None:
    """The message for the next delay queue, or None when the attempts are used up."""
    failed = attempts(delivery) + 1
    if failed >= MAX_ATTEMPTS:
        return None
    step = list(DELAYS)[min(failed, len(DELAYS)) - 1]
    return _moved(service, delivery, delay_queue(service, step), _failure(delivery, failed, error, at))


def dead_letter(service: str, delivery: Delivery, error: Exception, reason: str, *, at: datetime) -> Message:
    """The message for the dead-letter queue, saying why in a sentence without personal data."""
    failure = _failure(delivery, attempts(delivery) + 1, error, at)
    return _moved(service, delivery, dead_queue(service), failure | {REASON: reason[:_REASON_LENGTH]})


def _failure(delivery: Delivery, failed: int, error: Exception, at: datetime) -> dict[str, str | int]:
    first = delivery.headers.get(FIRST_FAILED_AT)
    return {
        ATTEMPTS: failed,
        # The class only: a message of a driver may quote the values it choked on.
        ERROR: type(error).__name__,
        FIRST_FAILED_AT: first if isinstance(first, str) else at.isoformat(),
    }


def _moved(service: str, delivery: Delivery, queue: str, headers: Mapping[str, str | int]) -> Message:
    return Message(
        exchange=retry_exchange(service),
        routing_key=queue,
        body=delivery.body,
        # A return is matched by this id, so even a message without one needs something of its own.
        message_id=delivery.message_id or f"delivery-{delivery.tag}",
        type=delivery.type,
        headers=headers,
    )
