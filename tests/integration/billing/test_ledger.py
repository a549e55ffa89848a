"""The ledger on real Postgres: what it does, and what the database itself refuses to do to it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
import pytest

from billing.domain.laws import Law
from billing.domain.ledger import Balance, HoldEnded, HoldState, Kind
from billing.repository import Work
from billing.use_cases import ledger
from common.contracts import Event
from common.contracts.billing import CreditsCaptured, CreditsGranted, CreditsHeld, CreditsRefused, CreditsReleased
from common.database import Connection, Database
from common.errors import NotYet
from common.work import UnitOfWork
from tests.builders import Life

SOUND: dict[str, list[str]] = {law.value: [] for law in Law}


def credit(unit: UnitOfWork[Work], life: Life) -> None:
    with unit.begin() as work:
        ledger.open_account_with_trial_credits(work, life.registered(), credits=life.credits)


def hold(unit: UnitOfWork[Work], life: Life) -> None:
    with unit.begin() as work:
        ledger.hold_for_figurine(work, life.requested())


def deliver(unit: UnitOfWork[Work], life: Life, pictures: int) -> None:
    with unit.begin() as work:
        ledger.capture_delivered_pictures(work, life.generated(pictures))


def fail(unit: UnitOfWork[Work], life: Life, code: str = "no_picture") -> None:
    with unit.begin() as work:
        ledger.release_hold(work, life.failed(code))


def balance(unit: UnitOfWork[Work], life: Life) -> tuple[int, int]:
    with unit.begin() as work:
        found = ledger.read_balance(work, life.user_id)
    return found.available, found.held


def state(unit: UnitOfWork[Work], life: Life) -> HoldState | None:
    with unit.begin() as work:
        found = work.ledger.find_hold(life.figurine_id)
    return found.state if found else None


def test_a_new_person_gets_an_account_and_trial_credits_once(
    unit: UnitOfWork[Work], published: Callable[[], list[Event]]
) -> None:
    life = Life()
    credit(unit, life)
    credit(unit, life)
    (granted,) = published()
    assert isinstance(granted, CreditsGranted)
    assert (granted.available, granted.held, granted.balance_version) == (10, 0, 1)
    assert balance(unit, life) == (10, 0)


def test_somebody_without_an_account_has_nothing(unit: UnitOfWork[Work]) -> None:
    life = Life()
    with unit.begin() as work:
        assert ledger.read_balance(work, life.user_id) == Balance(available=0, held=0, frozen=0, version=0)
        assert ledger.read_statement(work, life.user_id, before=None, limit=10) == []


def test_a_request_that_overtakes_its_person_waits(unit: UnitOfWork[Work]) -> None:
    with pytest.raises(NotYet):
        hold(unit, Life())


def test_a_delivery_that_overtakes_its_request_waits(unit: UnitOfWork[Work]) -> None:
    life = Life()
    credit(unit, life)
    with pytest.raises(NotYet):
        deliver(unit, life, 1)


def test_of_fifty_simultaneous_holds_on_one_credit_exactly_one_succeeds(
    unit: UnitOfWork[Work], published: Callable[[], list[Event]]
) -> None:
    owner = Life(credits=1)
    credit(unit, owner)
    lives = [Life(user_id=owner.user_id, variants=1, unit_price=1) for _ in range(50)]
    with ThreadPoolExecutor(10) as buyers:
        list(buyers.map(partial(hold, unit), lives))
    answers = published()[1:]
    assert sorted(event.type for event in answers) == ["credits.held", *["credits.refused"] * 49]
    assert balance(unit, owner) == (0, 1)
    assert [state(unit, life) for life in lives].count(HoldState.OPEN) == 1


def test_what_cannot_be_afforded_is_refused_and_changes_nothing(
    unit: UnitOfWork[Work], published: Callable[[], list[Event]]
) -> None:
    life = Life(credits=3, unit_price=2, variants=2)
    credit(unit, life)
    hold(unit, life)
    assert published()[1:] == [
        CreditsRefused(figurine_id=life.figurine_id, user_id=life.user_id, reason="insufficient_credits")
    ]
    assert balance(unit, life) == (3, 0)
    fail(unit, life, "insufficient_credits")
    assert (balance(unit, life), state(unit, life)) == ((3, 0), HoldState.REFUSED)


def test_each_delivered_picture_is_charged_once_however_often_it_is_told(
    unit: UnitOfWork[Work], published: Callable[[], list[Event]]
) -> None:
    life = Life(unit_price=2, variants=2)
    credit(unit, life)
    hold(unit, life)
    deliver(unit, life, 2)
    deliver(unit, life, 2)
    fail(unit, life)
    assert [type(event) for event in published()] == [CreditsGranted, CreditsHeld, CreditsCaptured]
    captured = published()[-1]
    assert isinstance(captured, CreditsCaptured)
    assert (captured.credits, captured.pictures, captured.available, captured.held) == (4, 2, 6, 0)
    assert (balance(unit, life), state(unit, life)) == ((6, 0), HoldState.SETTLED)


def test_pictures_that_were_not_delivered_are_given_back(unit: UnitOfWork[Work]) -> None:
    life = Life(unit_price=2, variants=4)
    credit(unit, life)
    hold(unit, life)
    assert balance(unit, life) == (2, 8)
    deliver(unit, life, 1)
    assert balance(unit, life) == (8, 0)


def test_a_figurine_that_fails_costs_nothing_and_the_statement_says_why(
    unit: UnitOfWork[Work], published: Callable[[], list[Event]]
) -> None:
    life = Life()
    credit(unit, life)
    hold(unit, life)
    fail(unit, life, "engine_timeout")
    fail(unit, life, "engine_timeout")
    released = published()[2:]
    assert [type(event) for event in released] == [CreditsReleased]
    assert (balance(unit, life), state(unit, life)) == ((10, 0), HoldState.RELEASED)
    with unit.begin() as work:
        newest, *_ = ledger.read_statement(work, life.user_id, before=None, limit=1)
    assert newest.reason == "The engine took too long; all credits came back"


def test_a_failure_that_overtakes_its_request_leaves_nothing_held(
    unit: UnitOfWork[Work], published: Callable[[], list[Event]]
) -> None:
    life = Life()
    credit(unit, life)
    fail(unit, life, "cancelled")
    hold(unit, life)
    assert [type(event) for event in published()] == [CreditsGranted]
    assert (balance(unit, life), state(unit, life)) == ((10, 0), HoldState.RELEASED)


def test_a_hold_that_ended_cannot_end_again(unit: UnitOfWork[Work]) -> None:
    life = Life()
    credit(unit, life)
    hold(unit, life)
    fail(unit, life)
    with unit.begin() as work:
        ended = work.ledger.find_hold(life.figurine_id)
        assert ended is not None
        with pytest.raises(HoldEnded):
            ended.end(HoldState.SETTLED)


def test_the_statement_tells_every_movement_with_the_balance_after_it(unit: UnitOfWork[Work]) -> None:
    life = Life(unit_price=2, variants=2)
    second = Life(user_id=life.user_id, unit_price=1, variants=1)
    credit(unit, life)
    hold(unit, life)
    deliver(unit, life, 1)
    hold(unit, second)
    fail(unit, second, "cancelled")
    with unit.begin() as work:
        lines = ledger.read_statement(work, life.user_id, before=None, limit=50)
        older = ledger.read_statement(work, life.user_id, before=lines[1].seq, limit=2)
    assert [(line.kind, line.credits, line.balance) for line in lines] == [
        (Kind.RELEASE, 1, 8),
        (Kind.HOLD, -1, 7),
        (Kind.CAPTURE, 2, 8),
        (Kind.HOLD, -4, 6),
        (Kind.TRIAL, 10, 10),
    ]
    assert [line.reason for line in lines] == [
        "You cancelled; all credits came back",
        "Set aside for a figurine: 1 picture",
        "Charged for 1 of 2 pictures; the rest came back",
        "Set aside for a figurine: 2 pictures",
        "Welcome: credits to try the studio with",
    ]
    assert older == lines[2:4]
    assert [line.figurine_id for line in lines[2:]] == [life.figurine_id, life.figurine_id, None]


@pytest.mark.parametrize("table", ["entries", "postings"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET credits = credits", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_service_cannot_rewrite_its_books(database: Database, table: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.begin() as connection:
        connection.execute(statement.format(table).encode())


def post(connection: Connection, life: Life, credits: int) -> None:
    """One side of an entry, without the other."""
    connection.execute(
        """
        WITH entry AS (
            INSERT INTO entries (user_id, kind, reason, at, credits, balance)
            VALUES (%(user_id)s, 'trial', 'forged', now(), %(credits)s, 0) RETURNING seq)
        INSERT INTO postings (entry, account, user_id, credits)
        SELECT seq, 'available', %(user_id)s, %(credits)s FROM entry
        """,
        {"user_id": life.user_id, "credits": credits},
    )


def test_an_entry_that_does_not_balance_never_commits(database: Database) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="does not sum to zero"), database.begin() as connection:
        post(connection, Life(), 5)


@pytest.mark.parametrize("column", ["available", "held"])
def test_nobody_can_have_less_than_nothing(unit: UnitOfWork[Work], database: Database, column: str) -> None:
    life = Life()
    credit(unit, life)
    statement = f"UPDATE accounts SET {column} = -1 WHERE user_id = %s"  # noqa: S608 - one of two literals
    with pytest.raises(psycopg.errors.CheckViolation), database.begin() as connection:
        connection.execute(statement.encode(), [life.user_id])
