"""How the canary says what she found: signed with her own key, as the probes of the services do."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common import broker
from common.clock import SYSTEM_CLOCK
from common.contracts.base import encode
from common.contracts.promises import witness_of
from common.contracts.rights import PromiseChecked
from common.erasure.statements import sign, signing_key_of
from common.messages import Message
from common.probes import statement_of
from common.topology import EVENTS_EXCHANGE
from ops.canary.life import Seen
from ops.canary.settings import Settings
from ops.services import CANARY


def message_of(seen: Seen, key: Ed25519PrivateKey) -> Message:
    """The finding as an event. Raises LookupError for a probe that is not hers."""
    at, event_id = SYSTEM_CLOCK.now(), SYSTEM_CLOCK.new_id()
    if CANARY not in witness_of(seen.promise, seen.probe).services:
        raise LookupError(seen.probe)
    statement = statement_of(seen.finding, promise=seen.promise, probe=seen.probe, service=CANARY, at=at)
    event = PromiseChecked(
        promise=seen.promise,
        probe=seen.probe,
        service=CANARY,
        statement=statement,
        signature=sign(key, statement),
    )
    return Message(
        exchange=EVENTS_EXCHANGE,
        routing_key=event.type,
        body=encode(event, id=event_id, source=CANARY, time=at),
        message_id=str(event_id),
        type=event.type,
    )


def tell(seen: Seen, settings: Settings) -> None:
    """Tell privacy. Raises ConnectionError; what was not told is found again in the next life."""
    key = signing_key_of(settings.receipt_private_key.get_secret_value())
    broker.send(settings.broker_url.get_secret_value(), message_of(seen, key), ca_file=settings.ca_file, name=CANARY)
