"""A refund takes two of the studio: what if it is asked for twice, never, late, by both at once, or half-way."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
from werkzeug.test import TestResponse

from billing.domain.payments import NotRefundable
from billing.domain.proposals import ProposalDecided
from billing.use_cases import proposing, refunds
from common.clock import SYSTEM_CLOCK
from common.tokens import TokenIssuer
from ops.emulators.stripe.script import Fault
from tests.fakes.till import Crash, Till
from tests.fakes.toy.keys import PRIVATE_KEY
from tests.integration.payments.test_giving_back import broken, buy, refunded

REASON = "The pictures came late, as she wrote"
Staff = Callable[..., TestResponse]


@pytest.fixture
def staff(till: Till) -> Staff:
    """A request of somebody of the studio, as the gateway signs it."""

    def ask(who: UUID, method: str, path: str, *, roles: tuple[str, ...] = ("finance",), **sent: Any) -> TestResponse:
        token = TokenIssuer(PRIVATE_KEY, clock=till.clock).issue(user_id=who, audience="billing", roles=roles)
        headers = {"Authorization": f"Bearer {token}", **sent.pop("headers", {})}
        return till.client.open(f"/v1/operator{path}", method=method, headers=headers, **sent)

    return ask


@pytest.fixture
def first() -> UUID:
    return SYSTEM_CLOCK.new_id()


@pytest.fixture
def second() -> UUID:
    return SYSTEM_CLOCK.new_id()


def propose(staff: Staff, who: UUID, order_id: UUID, *, amount: int = 500, key: str = "k1") -> TestResponse:
    """Propose to send money back."""
    wish = {"order_id": str(order_id), "amount": amount, "reason": REASON}
    return staff(who, "POST", "/refunds", json=wish, headers={"Idempotency-Key": key})


def decide(staff: Staff, who: UUID, proposal: str, how: str = "approve") -> TestResponse:
    """Approve it, or decline it."""
    return staff(who, "POST", f"/refunds/{proposal}/{how}")


def approve_and_die(till: Till, proposal: UUID, who: UUID) -> None:
    """The process dies when all is written and nothing committed."""
    with till.unit.begin() as work:
        proposing.approve(work, proposal, operator=who)
        raise Crash


def test_what_one_proposes_another_one_sends_and_the_credit_note_says_why(
    till: Till, staff: Staff, ada: UUID, first: UUID, second: UUID
) -> None:
    order_id = buy(till, ada)
    proposed = propose(staff, first, order_id).get_json()
    assert (proposed["state"], proposed["person"], proposed["refund"]) == ("proposed", str(ada), None)
    till.work()
    assert refunded(till) == []

    own = decide(staff, first, proposed["id"])
    assert (own.status_code, own.get_json()["code"]) == (409, "own_proposal")
    approved = decide(staff, second, proposed["id"]).get_json()
    assert (approved["state"], approved["decided_by"]) == ("approved", str(second))
    till.work()
    assert refunded(till) == [500]
    shown = staff(second, "GET", f"/refunds/{proposed['id']}").get_json()["refund"]
    assert (shown["state"], shown["credits"], shown["reference"][:3]) == ("succeeded", 23, "re_")
    notes = till.rows("SELECT kind, reason FROM invoices WHERE user_id = %(who)s AND corrects IS NOT NULL", ada)
    assert notes == [("credit_note", f"{REASON}.")]
    assert shown["credit_note"].startswith("CN-")
    order = staff(second, "GET", f"/orders/{order_id}").get_json()
    assert (order["refundable"], len(order["refunds"]), len(order["proposals"])) == (799, 1, 1)
    ((payment, reference),) = till.rows("SELECT payment, reference FROM orders WHERE user_id = %(who)s", ada)
    for name in (shown["credit_note"], shown["credit_note"].lower(), payment, reference):
        assert staff(second, "GET", f"/orders/{name}").get_json()["id"] == str(order_id), name
    for name in ("CN-2026-999999", "pi_never", "CN-2026-999999999"):
        assert staff(second, "GET", f"/orders/{name}").status_code == 404, name
    assert broken(till) == {}


def test_the_same_request_twice_is_one_proposal_and_the_same_approval_twice_is_one_refund(
    till: Till, staff: Staff, ada: UUID, first: UUID, second: UUID
) -> None:
    order_id = buy(till, ada)
    once, again = (propose(staff, first, order_id).get_json()["id"] for _ in range(2))
    assert once == again
    other = propose(staff, first, order_id, amount=501)
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_mismatch")
    assert propose(staff, second, order_id, key="k2").status_code == 409  # one at a time waits for an order

    refund_ids = {decide(staff, second, once).get_json()["refund"]["id"] for _ in range(3)}
    assert len(refund_ids) == 1
    assert propose(staff, first, order_id).get_json()["id"] == once  # a late retry finds the decided one
    till.work()
    assert refunded(till) == [500]


def test_a_proposal_nobody_decides_moves_nothing_and_a_declined_one_makes_room(
    till: Till, staff: Staff, ada: UUID, first: UUID, second: UUID
) -> None:
    order_id = buy(till, ada)
    proposal = propose(staff, first, order_id).get_json()["id"]
    till.work()
    waiting = staff(second, "GET", "/refunds").get_json()["waiting"]
    assert proposal in [each["id"] for each in waiting]
    assert decide(staff, first, proposal, "decline").get_json()["state"] == "declined"
    assert decide(staff, first, proposal, "decline").status_code == 200
    assert decide(staff, second, proposal).status_code == 409
    till.work()
    assert (refunded(till), till.available(ada)) == ([], 60)
    assert propose(staff, first, order_id, key="k2").status_code == 201


def test_an_approval_that_comes_late_sends_no_more_than_there_is_left(
    till: Till, staff: Staff, ada: UUID, first: UUID, second: UUID
) -> None:
    order_id = buy(till, ada)
    proposal = propose(staff, first, order_id, amount=1299).get_json()["id"]
    with till.unit.begin() as work:
        refunds.ask_own(work, ada, order_id)
    late = decide(staff, second, proposal)
    assert (late.status_code, late.get_json()["code"]) == (409, "conflict")
    assert staff(second, "GET", f"/refunds/{proposal}").get_json()["state"] == "proposed"
    assert decide(staff, second, proposal, "decline").status_code == 200
    till.work()
    assert refunded(till) == [1299]


def test_of_two_who_decide_at_once_one_decision_holds_and_money_goes_once_at_most(
    till: Till, staff: Staff, ada: UUID, first: UUID, second: UUID
) -> None:
    order_id = buy(till, ada)
    proposal = UUID(propose(staff, first, order_id).get_json()["id"])
    third = SYSTEM_CLOCK.new_id()

    def settle(number: int) -> bool:
        decision, who = (proposing.approve, second) if number % 2 else (proposing.decline, third)
        try:
            with till.unit.begin() as work:
                decision(work, proposal, operator=who)
        except ProposalDecided:
            return False
        return True

    with ThreadPoolExecutor(8) as at_once:
        held = list(at_once.map(settle, range(8)))
    assert sum(held) == 4  # all of one kind, and none of the other
    till.work()
    state = staff(first, "GET", f"/refunds/{proposal}").get_json()["state"]
    assert (state, refunded(till)) in (("approved", [500]), ("declined", []))
    assert broken(till) == {}


def test_proposed_at_once_by_eight_one_proposal_waits(till: Till, staff: Staff, ada: UUID) -> None:
    order_id = buy(till, ada)
    wish = proposing.Wish(order_id=order_id, amount=700, reason=REASON)

    def try_it(number: int) -> bool:
        try:
            with till.unit.begin() as work:
                proposing.propose(work, wish, operator=SYSTEM_CLOCK.new_id(), key=f"k{number}")
        except proposing.AlreadyProposed:
            return False
        return True

    with ThreadPoolExecutor(8) as at_once:
        assert sum(at_once.map(try_it, range(8))) == 1


def test_an_approval_that_dies_half_way_leaves_the_proposal_waiting_and_its_next_try_sends_once(
    till: Till, staff: Staff, ada: UUID, first: UUID, second: UUID
) -> None:
    order_id = buy(till, ada)
    proposal = UUID(propose(staff, first, order_id).get_json()["id"])
    with pytest.raises(Crash):
        approve_and_die(till, proposal, second)
    assert till.books(ada)["refunds"] == []
    assert till.available(ada) == 60
    till.emulator.control.will(Fault(kind="drop_after", on="POST /v1/refunds*"))
    assert decide(staff, second, str(proposal)).status_code == 200
    till.cashier.settle_next_refund()  # the provider took it, and its answer never came
    till.make_due()
    till.work()
    assert refunded(till) == [500]


def test_the_database_itself_refuses_who_approves_alone_and_who_rewrites_a_proposal(
    till: Till, staff: Staff, ada: UUID, first: UUID, second: UUID
) -> None:
    order_id = buy(till, ada)
    proposal = UUID(propose(staff, first, order_id).get_json()["id"])
    with till.unit.begin() as work:
        refund = refunds.ask_as_operator(work, order_id, amount=500, reason=REASON)
    alone = "UPDATE refund_proposals SET state = 'approved', decided_by = %s, decided_at = now(), refund_id = %s"
    with pytest.raises(psycopg.errors.CheckViolation), till.database.begin() as connection:
        connection.execute(alone, [first, refund.id])
    with pytest.raises(psycopg.errors.InsufficientPrivilege), till.database.begin() as connection:
        connection.execute("UPDATE refund_proposals SET amount = 1 WHERE id = %s", [proposal])
    with till.database.begin() as connection:
        connection.execute("UPDATE refund_proposals SET state = 'proposed' WHERE id = %s", [proposal])


def test_what_was_not_paid_is_too_much_or_has_no_reason_is_not_proposed(
    till: Till, staff: Staff, ada: UUID, first: UUID
) -> None:
    order_id = buy(till, ada)
    assert propose(staff, first, order_id, amount=1300).status_code == 409
    assert propose(staff, first, SYSTEM_CLOCK.new_id()).status_code == 404
    unpaid = UUID(till.order(ada, "pack-60-eur")["order_id"])
    assert propose(staff, first, unpaid).status_code == 409
    short = {"order_id": str(order_id), "amount": 5, "reason": "why not"}
    assert staff(first, "POST", "/refunds", json=short, headers={"Idempotency-Key": "k"}).status_code == 400
    with pytest.raises(NotRefundable), till.unit.begin() as work:
        refunds.ask_as_operator(work, unpaid, amount=5, reason=REASON)


def test_for_whoever_is_not_of_the_studios_finance_there_is_nothing_here(
    till: Till, staff: Staff, ada: UUID, first: UUID
) -> None:
    order_id = buy(till, ada)
    for roles in ((), ("support",), ("operator", "admin")):
        for path in ("/refunds", "/ledger", f"/orders/{order_id}"):
            assert staff(first, "GET", path, roles=roles).status_code == 404
    assert till.ask("GET", "/v1/operator/refunds", None).status_code == 404


def test_the_books_say_how_each_law_stood_at_the_last_look_and_since_when_one_is_broken(
    till: Till, staff: Staff, ada: UUID, first: UUID
) -> None:
    def look(found: dict[str, int]) -> dict[str, Any]:
        with till.unit.begin() as work:
            work.law_looks.note(found)
        return staff(first, "GET", "/ledger").get_json()

    look({"charged_without_picture": 0})
    (worst, *_) = look({"charged_without_picture": 2})["laws"]
    since = worst["broken_since"]
    assert (worst["law"], worst["broken"], since is not None) == ("charged_without_picture", 2, True)
    (worst, *_) = look({"charged_without_picture": 1})["laws"]
    assert (worst["broken"], worst["broken_since"]) == (1, since)
    books = look({"charged_without_picture": 0})
    assert [law for law in books["laws"] if law["law"] == "charged_without_picture" and law["broken_since"]] == []
    assert books["marks"]["newest_entry"] >= books["marks"]["entry"]
