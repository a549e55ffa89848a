"""People leave on the worst of days: a painter at work, money on its way, a service away, the broker restarting.

Nobody's erasure is called complete before everybody has done its part, and nothing that comes afterwards brings
anybody back.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from ops.embedded.waiting import side_by_side, until
from ops.emulators.stripe.control import Control
from ops.emulators.stripe.script import Mishap, WebhookFault
from ops.services import BUCKETS
from tests.chaos.conftest import Gate
from tests.chaos.processes import Worker
from tests.fixtures import inside
from tests.fixtures.customer import Answer, Customer, expect
from tests.fixtures.leaver import Erasure
from tests.fixtures.stack import RunningStack

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

SECONDS = 60
AWAY = "analytics"
SAMPLES = Path(__file__).parents[1] / "contract" / "samples"
RENDERING = "SELECT count(*) FROM figurines WHERE state = 'rendering' AND user_id = %(id)s"
# The books say what was paid for, and her invoice whom it was for.
RETAINED = {"billing.invoices"}


@pytest.fixture
def bank(stack: RunningStack) -> Iterator[Control]:
    """The door for control of the Stripe emulator, which does as it should in the end."""
    with Control(stack.endpoints["emulators"]["stripe"], ca_file=stack.ca) as control:
        yield control
        control.will()
        control.release()


def newcomer(stack: RunningStack, living: ExitStack) -> Customer:
    customer = living.enter_context(closing(Customer(stack)))
    customer.wait_for_credits()
    return customer


def is_painted(stack: RunningStack, person: Customer) -> bool:
    return inside.number(stack, "generation", RENDERING, {"id": person.id}) == 1


def pay_late(bank: Control, buyer: Customer) -> None:
    """She has paid, and nobody has heard of it yet."""
    wish = {"price_id": "pack-20-eur", "provider": "stripe"}
    order = expect(201, buyer.http.post("/v1/checkout", json=wish, headers={"Idempotency-Key": uuid4().hex}))
    bank.will(WebhookFault(kind=Mishap.HOLD, times=None))
    assert bank.pay(urlsplit(order["url"]).path.rsplit("/", 1)[1]) is None


def ask_twice_at_once(stack: RunningStack, customer: Customer) -> Erasure:
    """From two devices, both signed in."""
    first = customer.http.headers["Authorization"]
    customer.sign_in()
    tokens = (first, customer.http.headers["Authorization"])

    def ask(token: str) -> Answer:
        wish = {"kind": "erasure", "password": customer.password}
        answer = customer.http.post("/v1/privacy/requests", json=wish, headers={"Authorization": token})
        # Whoever comes second may have been signed out by the first.
        return answer.json() if answer.status_code in {202, 401, 403} else expect(202, answer)

    answers = [each for each in side_by_side(partial(ask, token) for token in tokens) if "follow" in each]
    assert len({each["id"] for each in answers}) == 1
    counted = "SELECT count(*) FROM requests WHERE kind = 'erasure' AND user_id = %(id)s"
    assert inside.number(stack, "privacy", counted, {"id": customer.id}) == 1
    return Erasure(customer, answers[0])


def an_hour_passes(stack: RunningStack) -> None:
    inside.change(stack, "privacy", "UPDATE requests SET answer_by = now() WHERE ended_at IS NULL")


def late_news(user_id: str) -> Mapping[str, bytes]:
    """What may still have been on its way about her."""
    bodies: dict[str, bytes] = {}
    for kind in ("image.uploaded", "consent.changed", "credits.granted", "user.registered", "figurine.requested"):
        message = json.loads((SAMPLES / f"{kind}.v1.json").read_text())
        message["data"]["user_id"] = user_id
        bodies[kind] = json.dumps({**message, "id": str(uuid4())}).encode()
    return bodies


def test_whoever_leaves_on_the_worst_of_days_is_gone_in_the_end_and_nobody_says_so_before(
    stack: RunningStack, painter: Worker, gate: Gate, bank: Control
) -> None:
    with ExitStack() as living:
        painted, buyer, twice = (newcomer(stack, living) for _ in range(3))
        expect(202, painted.order(title="Half done", save=True))
        until(lambda: is_painted(stack, painted), "The painter", seconds=SECONDS)
        objects = inside.object_ids(stack, painted.id)
        objects |= {expect(202, twice.http.post("/v1/privacy/requests", json={"kind": "access"}))["id"]}
        pay_late(bank, buyer)
        with stack.without(f"{AWAY}-worker"):
            leaving = {painted: Erasure(painted), buyer: Erasure(buyer), twice: ask_twice_at_once(stack, twice)}
            an_hour_passes(stack)
            stack.program("rabbitmq").restart()
            for erasure in leaving.values():
                assert AWAY in erasure.wait_for("partially_executed")["missing"]
            until(
                lambda: leaving[twice].read()["missing"] == sorted({"gateway", "privacy", AWAY}),
                "The others",
                seconds=SECONDS,
            )
            assert "generation" in leaving[painted].read()["missing"], "the painter holds a photo of hers in its hands"
            gate.open()
        for erasure in leaving.values():
            assert erasure.wait()["missing"] == []
        bank.will()
        bank.release()
        bank.settled()
        for person in leaving:
            inside.publish(stack, late_news(person.id))
        nothing_is_left(stack, [person.id for person in leaving], objects)


def nothing_is_left(stack: RunningStack, people: list[str], objects: frozenset[str]) -> None:
    """No row, no object, no message, and nothing among the dead letters, once everything has been taken."""
    until(lambda: not inside.messages(stack), "The emptying of every queue", seconds=SECONDS)
    backup = inside.dump(stack)
    for user_id in people:
        assert inside.tables_with(backup, user_id.encode()) <= RETAINED
    assert len(objects) == 4, "a figurine, an upload, the photo that was to be saved, and a copy of everything"
    assert not [key for bucket in BUCKETS for key in inside.keys(stack, bucket) if any(id in key for id in objects)]
