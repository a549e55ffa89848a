"""A correction at billing and at Stripe: once, whatever comes twice, late, at the same time, or dies between."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from billing.use_cases.correcting import note_correction
from common.clock import SYSTEM_CLOCK
from common.contracts.gateway import UserCorrected
from common.corrections import OldValues
from ops.emulators.stripe.script import Fault
from tests.fakes.till import Till

OLD, NEW = "ada.old@example.org", "ada.new@example.org"
UPDATES = "POST /v1/customers/*"


@pytest.fixture
def correction() -> UUID:
    return SYSTEM_CLOCK.new_id()


def become_customer(till: Till, who: UUID, email: str = OLD) -> str:
    """Begin to buy, and tell Stripe one's address on its page."""
    till.order(who, "pack-20-eur")
    with till.unit.begin() as work:
        reference = work.customers.find(who, "stripe")
    assert reference is not None
    till.emulator.client().v1.customers.update(reference, {"email": email})
    return reference


def follow(till: Till, who: UUID, correction: UUID, *, old: str = OLD, new: str = NEW) -> Any:
    """The gateway brings a correction."""
    values = OldValues.of({"email": old})
    body = {"fields": ["email"], "key": values.key.hex(), "digests": values.told(), "values": {"email": new}}
    return till.ask("POST", f"/v1/corrections/{correction}", who, json=body)


def address(till: Till, reference: str) -> str | None:
    return till.emulator.client().v1.customers.retrieve(reference).email


def updates(till: Till) -> int:
    """How often Stripe was asked to change a customer, but for what the test itself asked."""
    calls = till.emulator.control.calls()
    return sum(1 for call in calls if call.method == "POST" and call.path.startswith("/v1/customers/")) - 1


def told(till: Till, correction: UUID) -> list[tuple[Any, ...]]:
    return till.rows("SELECT followed_at IS NOT NULL FROM corrections WHERE id = %(who)s", correction)


def note(till: Till, who: UUID, correction: UUID) -> None:
    """The event arrives."""
    with till.unit.begin() as work:
        note_correction(work, UserCorrected(user_id=who, fields=("email",), correction_id=correction))


def test_asked_twice_it_is_done_once_and_answered_alike(till: Till, ada: UUID, correction: UUID) -> None:
    reference = become_customer(till, ada)
    first, again = (follow(till, ada, correction).get_json() for _ in range(2))
    assert first == again
    assert [copy["field"] for copy in first["corrected"]] == ["email"]
    assert (address(till, reference), updates(till)) == (NEW, 1)


def test_asked_twice_at_once_both_get_the_same_answer(till: Till, ada: UUID, correction: UUID) -> None:
    reference = become_customer(till, ada)
    with ThreadPoolExecutor(2) as hands:
        answers = list(hands.map(lambda _: follow(till, ada, correction), range(2)))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_json() == answers[1].get_json()
    assert (address(till, reference), told(till, correction)) == (NEW, [(True,)])


@pytest.mark.parametrize("event_first", [True, False])
def test_the_event_may_come_before_or_after_and_twice(
    till: Till, ada: UUID, correction: UUID, *, event_first: bool
) -> None:
    become_customer(till, ada)
    for step in range(2):
        if (step == 0) == event_first:
            note(till, ada, correction)
            note(till, ada, correction)
        else:
            assert follow(till, ada, correction).status_code == 200
    assert told(till, correction) == [(True,)]


def test_an_event_that_nobody_followed_is_noticed_after_an_hour(till: Till, ada: UUID, correction: UUID) -> None:
    note(till, ada, correction)

    def waiting() -> int:
        with till.unit.begin() as work:
            return work.corrections.waiting()

    assert waiting() == 0
    with till.database.begin() as connection:
        connection.execute("UPDATE corrections SET told_at = told_at - interval '2 hours'")
    assert waiting() == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="drop_before", on=UPDATES),
        Fault(kind="drop_after", on=UPDATES),
        Fault(kind="error", on=UPDATES),
        Fault(kind="drop_after", on="GET /v1/customers/*"),
    ],
    ids=lambda fault: f"{fault.kind} {fault.on}",
)
def test_while_stripe_fails_nothing_is_settled_and_the_next_try_finds_out(
    till: Till, ada: UUID, correction: UUID, fault: Fault
) -> None:
    reference = become_customer(till, ada)
    till.emulator.control.will(fault)
    failed = follow(till, ada, correction)
    assert (failed.status_code, told(till, correction)) == (503, [(False,)])
    assert follow(till, ada, correction).status_code == 200
    assert (address(till, reference), told(till, correction)) == (NEW, [(True,)])


def test_what_died_after_stripe_had_it_is_finished_without_a_second_change(
    till: Till, ada: UUID, correction: UUID
) -> None:
    reference = become_customer(till, ada)
    old = OldValues.of({"email": OLD})
    till.provider.correct_copies(reference, old, {"email": NEW})
    assert follow(till, ada, correction).status_code == 200
    assert (address(till, reference), updates(till)) == (NEW, 1)


def test_bills_of_a_plan_keep_the_address_they_were_issued_to(till: Till, ada: UUID, correction: UUID) -> None:
    become_customer(till, ada)
    assert till.pay(till.order(ada, "collector-month-eur")) is None
    till.sweep()
    answer = follow(till, ada, correction).get_json()
    assert {copy["place"]: copy["why"][:12] for copy in answer["kept"]} == {
        "Bills the payment provider has issued": "Issued bills",
        "Records of payments at the payment provider": "What was giv",
    }


def test_a_customer_stripe_has_deleted_holds_nothing(till: Till, ada: UUID, correction: UUID) -> None:
    reference = become_customer(till, ada)
    till.emulator.client().v1.customers.delete(reference)
    assert follow(till, ada, correction).get_json() == {"corrected": [], "kept": []}


def test_somebody_elses_correction_is_not_found(till: Till, ada: UUID, correction: UUID) -> None:
    assert follow(till, ada, correction).status_code == 200
    assert follow(till, SYSTEM_CLOCK.new_id(), correction).status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"key": "00"}, {"key": "x" * 64}, {"digests": {"email": "00"}}, {"values": {"email": 7}}, {"fields": "email"}],
)
def test_what_makes_no_sense_is_refused(till: Till, ada: UUID, correction: UUID, change: dict[str, object]) -> None:
    body = {"fields": ["email"], "key": "0" * 64, "digests": {}, "values": {}, **change}
    assert till.ask("POST", f"/v1/corrections/{correction}", ada, json=body).status_code == 400
