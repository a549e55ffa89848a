"""The faults: what is done to the studio, which alerts are to say so, and what its runbook has one do."""

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import psycopg
import trustme

from common.broker import send
from common.clock import SYSTEM_CLOCK
from common.contracts import encode
from common.contracts.consents import GEMINI
from common.contracts.gateway import UserRegistered
from common.dead_letters import DeadLetters
from common.messages import Message
from generation.settings import Settings
from ops.canary.life import PHOTO
from ops.demo.failures import DemoFailed
from ops.embedded.waiting import until
from ops.emulators.gemini.control import Control
from ops.emulators.gemini.script import Behaviour, Kind, Script
from ops.prove.hands import Hands
from ops.prove.mutations import all_mutations
from ops.prove.newcomer import PARTNERS_STYLE

# More than QueueGrows puts up with, and what a worker holds in hand.
_FLOOD: Final = 1500
_KNOCKS: Final = 60
_ORDERS: Final = 6
_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """`steps` is what was done to end it, in the words of the runbook."""

    name: str
    alerts: Sequence[str]
    fault: str
    steps: str
    cause: Callable[[Hands], AbstractContextManager[None]]


TRIALS: list[Trial] = []


def _trial(
    name: str, *alerts: str, fault: str, steps: str
) -> Callable[[Callable[[Hands], Generator[None]]], Callable[[Hands], Generator[None]]]:
    def keep(cause: Callable[[Hands], Generator[None]]) -> Callable[[Hands], Generator[None]]:
        TRIALS.append(Trial(name=name, alerts=alerts, fault=fault, steps=steps, cause=contextmanager(cause)))
        return cause

    return keep


def _as_proven(name: str, promise: str, probe: str, *alerts: str, fault: str, steps: str) -> None:
    """A fault that `make prove` causes, too."""
    (mutation,) = (each for each in all_mutations() if (each.promise, each.probe) == (promise, probe))
    TRIALS.append(Trial(name=name, alerts=alerts, fault=fault, steps=steps, cause=mutation.damage))


@_trial(
    "process",
    "ProcessDown",
    "ApiErrorsFast",
    fault="billing's web process is stopped, and credits are asked for",
    steps="started again",
)
def stop_a_process(hands: Hands) -> Generator[None]:
    """Its routes answer 503 meanwhile."""
    with hands.without("billing-web"):
        for _ in range(_KNOCKS):
            with suppress(DemoFailed):
                hands.resident.person.status("/v1/credits/statement")
        yield


@_trial(
    "certificate",
    "CertificateEnds",
    fault="analytics' web process shows a certificate that ends in five days",
    steps="a new certificate, and a restart",
)
def show_an_old_certificate(hands: Hands) -> Generator[None]:
    """Of the studio's own authority."""
    folder = hands.stack.site.directory
    authority = trustme.CA.from_pem(hands.stack.site.ca.read_bytes(), (folder / "ca.key").read_bytes())
    issued = authority.issue_cert("localhost", "127.0.0.1", not_after=datetime.now(UTC) + timedelta(days=5))
    certificate, key = folder / "short.crt", folder / "short.key"
    certificate.write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    key.chmod(0o600)
    with hands.told("analytics", "web", FIGURINE_TLS_CERT=str(certificate), FIGURINE_TLS_KEY=str(key)):
        yield


@_trial(
    "letter",
    "DeadLetters",
    fault="something that is no event is put into billing's queue",
    steps="inspected and dropped with `python -m common.dead_letters`",
)
def send_nonsense(hands: Hands) -> Generator[None]:
    """Straight into the queue, as no service would."""
    _put(hands, "billing", b"no event")
    yield
    DeadLetters("billing", broker_url=hands.stack.rabbitmq.admin_url(), ca_file=hands.stack.site.ca).drop(
        lambda _letter: True
    )


@_trial(
    "database",
    "DatabaseAway",
    "NobodyPublishes",
    "QueueGrows",
    fault="Postgres is stopped, and 1500 events come for analytics",
    steps="started again; nothing else",
)
def stop_the_database(hands: Hands) -> Generator[None]:
    """The broker stays, and so does what comes."""
    event = UserRegistered(user_id=uuid4(), registered_at=SYSTEM_CLOCK.now())
    body = encode(event, id=uuid4(), source="trials", time=SYSTEM_CLOCK.now())
    with hands.without("postgres"):
        for _ in range(_FLOOD):
            _put(hands, "analytics", body)
        yield


@_trial(
    "engine",
    "GeminiBreakerOpen",
    "EngineFails",
    fault="Gemini answers every call with 503",
    steps="nothing: the breaker tries again by itself",
)
def break_the_partner(hands: Hands) -> Generator[None]:
    """Until the breaker opens."""
    with _gemini(hands) as control:
        control.will(*(Behaviour(kind=Kind.ERROR, code=503) for _ in range(200)))
        for _ in range(_ORDERS):
            _order(hands)
        yield
        control.reset()
        _order(hands)


@_trial(
    "model",
    "GeminiModelRetired",
    fault="Gemini knows none of the models any more",
    steps="the models are back; generation's worker is restarted",
)
def retire_the_models(hands: Hands) -> Generator[None]:
    """One after the other is asked for, and not found."""
    with _gemini(hands) as control:
        control.play(Script(retired=list(Settings.model_fields["gemini_models"].default)))
        _order(hands)
        yield
        control.reset()
    hands.restart("generation-worker")


@_trial(
    "line",
    "QueueOld",
    fault="nobody can claim a job: the lock of the queue is held; an order is three minutes old",
    steps="whoever holds the lock is ended (`pg_locks`, `pg_terminate_backend`)",
)
def hold_the_line(hands: Hands) -> Generator[None]:
    """From outside, as a transaction that was forgotten."""
    with psycopg.connect(hands.stack.postgres.admin_url()) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('generation.queue'))")
        _order(hands)
        until(
            lambda: bool(hands.sql("SELECT FROM generation.figurines WHERE state = 'queued'")),
            "The order",
            seconds=_SECONDS,
        )
        hands.sql(
            """
            UPDATE generation.figurines SET queued_at = now() - interval '3 minutes', engine = 'gemini'
             WHERE state = 'queued'
            """
        )
        yield


@_trial(
    "payment",
    "PaymentsStuck",
    fault="something a payment provider told of eleven minutes ago has not been looked at",
    steps="the provider can be asked again; the row goes",
)
def leave_a_payment(hands: Hands) -> Generator[None]:
    """Noticed when the worker next looks, which is at its start."""
    hands.sql(
        """
        INSERT INTO billing.looks (provider, kind, subject, first_asked_at, due_at)
        VALUES ('stripe', 'payment', 'a trial', now() - interval '11 minutes', now() + interval '1 hour')
        """
    )
    hands.restart("billing-worker")
    yield
    hands.sql("DELETE FROM billing.looks WHERE subject = 'a trial'")
    hands.restart("billing-worker")


_as_proven(
    *("outbox", "U1", "events leave", "OutboxOld"),
    fault="an event that no queue takes has waited for an hour",
    steps="the log names its type; whoever listens declares the queue, here: the row goes",
)
_as_proven(
    *("ledger", "U7", "the books balance", "LedgerViolated", "PromiseBroken"),
    fault="a balance is raised by one, by hand",
    steps="found with `python -m billing.operator laws`, and put right by hand",
)
_as_proven(
    *("upload", "K1", "no upload is overdue", "UploadOverdue"),
    fault="the clock of a photo is put back behind its deadline",
    steps="the row `deleted` is found; its proof is filed again",
)
_as_proven(
    *("erasure", "R3", "no erasure is late", "ErasureLate"),
    fault="somebody leaves while analytics' worker is stopped, and its time is over",
    steps="the worker is started again",
)
_as_proven(
    *("answer", "N2", "questions are answered", "QuestionUnanswered"),
    fault="a question that nobody answers",
    steps="it is answered, here: taken away",
)
_as_proven(
    *("arrival", "N2", "questions are acknowledged", "QuestionUnacknowledged"),
    fault="a question whose arrival nobody was told of",
    steps="the mail server is there again, here: the question goes",
)
_as_proven(
    *("correction", "R2", "every copy follows", "CorrectionsWaiting"),
    fault="billing keeps what was corrected as it was, for two days",
    steps="whoever holds the row is ended, and the correction followed",
)


@_trial(
    "stale",
    "PromiseStale",
    fault="analytics' worker is stopped for longer than its proofs are good for",
    steps="started again",
)
def stop_looking(hands: Hands) -> Generator[None]:
    """What it is to prove turns stale."""
    with hands.without("analytics-worker"):
        yield


def _put(hands: Hands, service: str, body: bytes) -> None:
    message = Message(
        exchange=f"{service}.retry", routing_key=f"{service}.events", body=body, message_id=str(uuid4()), type="trial"
    )
    send(hands.stack.rabbitmq.admin_url(), message, ca_file=hands.stack.site.ca, name="trials")


@contextmanager
def _gemini(hands: Hands) -> Generator[Control]:
    with Control(hands.stack.endpoints["emulators"]["gemini"], ca_file=hands.stack.site.ca) as control:
        yield control


def _order(hands: Hands) -> None:
    """By somebody new, who has her trial credits and lets the partner paint."""
    person = hands.newcomer().person
    person.say(GEMINI, granted=True)
    until(lambda: person.balance().available > 0, "The trial credits", seconds=_SECONDS)
    person.order(PHOTO, style=PARTNERS_STYLE, title="A trial")
