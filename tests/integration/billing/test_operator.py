"""What operators do by the command line: corrections take two, codes are shown once, every law is told."""

import logging
from collections.abc import Callable, Iterator
from uuid import UUID

import psycopg
import pytest
import structlog
from typer.testing import CliRunner, Result

from billing.domain.adjustments import AlreadyDecided
from billing.domain.ledger import Kind
from billing.operator import app
from billing.repository import Work
from billing.use_cases import adjusting, codes, ledger
from common.database import Database
from common.errors import NotFound
from common.work import UnitOfWork
from tests.builders import Life

Command = Callable[..., Result]
REASON = "A picture came out upside down"


@pytest.fixture
def command(billing_dsn: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """The command line with billing's environment; how the tests' own process logs is as before afterwards."""
    root, configured = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    environment = {
        "MODE": "local",
        "DATABASE_URL": billing_dsn,
        "BROKER_URL": "amqp://localhost/unused",
        "TOKEN_PUBLIC_KEY": "unused",
        "CODE_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "SEALING_KEYS": "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    }
    for name, value in environment.items():
        monkeypatch.setenv(f"FIGURINE_{name}", value)
    yield lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configured)


@pytest.fixture
def ada(unit: UnitOfWork[Work]) -> UUID:
    life = Life()
    with unit.begin() as work:
        ledger.open_account_with_trial_credits(work, life.registered(), credits=10)
    return life.user_id


def said(result: Result) -> str:
    return result.stdout.splitlines()[0] if result.stdout else ""


def test_a_correction_takes_two_and_stands_on_the_statement(
    command: Command, unit: UnitOfWork[Work], ada: UUID
) -> None:
    proposal = said(command("propose", ada, 3, REASON, "--as", "ops-one"))
    assert proposal in command("pending").stdout
    own = command("approve", proposal, "--as", "ops-one")
    assert (own.exit_code, own.stderr.strip()) == (1, "Nobody approves what they proposed; ask a second person.")
    assert command("approve", proposal, "--as", "ops-two").exit_code == 0
    again = command("approve", proposal, "--as", "ops-two")
    assert (again.exit_code, again.stderr.strip()) == (1, AlreadyDecided().sentence)
    with unit.begin() as work:
        (line, _trial) = ledger.read_statement(work, ada, before=None, limit=5)
    assert (line.kind, line.credits, line.balance, line.reason) == (Kind.ADJUSTMENT, 3, 13, REASON)
    shown = command("account", ada).stdout
    assert "available 13" in shown
    assert REASON in shown


def test_what_is_taken_is_there_or_nothing_is(command: Command, unit: UnitOfWork[Work], ada: UUID) -> None:
    much, little = (said(command("propose", "--as", "ops-one", "--", ada, credits, REASON)) for credits in (-11, -4))
    refused = command("approve", much, "--as", "ops-two")
    assert (refused.exit_code, "nobody gets below zero" in refused.stderr) == (1, True)
    assert command("approve", little, "--as", "ops-two").exit_code == 0
    assert command("decline", much, "--as", "ops-one").exit_code == 0
    with unit.begin() as work:
        assert ledger.read_balance(work, ada).available == 6


@pytest.mark.parametrize(("credits", "reason"), [(0, REASON), (10_001, REASON), (1, "short"), (1, "x" * 201)])
def test_a_proposal_that_says_too_little_is_refused(command: Command, ada: UUID, credits: int, reason: str) -> None:
    assert command("propose", ada, credits, reason, "--as", "ops-one").exit_code == 1


def test_nobody_is_corrected_who_has_no_account(unit: UnitOfWork[Work]) -> None:
    with unit.begin() as work, pytest.raises(NotFound):
        adjusting.propose(work, work.clock.new_id(), 1, REASON, operator="ops-one")


def test_the_database_itself_wants_two(database: Database, command: Command, ada: UUID) -> None:
    proposal = said(command("propose", ada, 3, REASON, "--as", "ops-one"))
    with pytest.raises(psycopg.errors.CheckViolation), database.begin() as connection:
        connection.execute(
            "UPDATE adjustments SET state = 'approved', decided_by = proposed_by, decided_at = now() WHERE id = %s",
            [proposal],
        )


def test_a_code_is_made_shown_once_listed_without_what_it_says_and_withdrawn(
    command: Command, unit: UnitOfWork[Work], ada: UUID
) -> None:
    written = said(command("code", "gift", 5, "--label", "press", "--uses", 2))
    listed = next(line for line in command("codes").stdout.splitlines() if line.endswith("press"))
    assert ("0/2  5 credits" in listed, written in listed) == (True, False)
    with unit.begin() as work:
        assert codes.redeem_gift(work, ada, written, key=None).credits == 5
    assert command("withdraw", listed.split()[0]).exit_code == 0
    assert command("withdraw", listed.split()[0]).exit_code == 1
    assert command("code", "percent", 120, "--label", "wrong").exit_code == 1
    assert command("code", "pony", 1, "--label", "wrong").exit_code == 1


def test_the_laws_are_told_one_by_one(command: Command) -> None:
    told = command("laws").stdout
    assert "postings_do_not_sum_to_zero" in told
    assert "held_differs_from_holds" in told
