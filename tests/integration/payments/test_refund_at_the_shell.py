"""At the machine's shell a refund is proposed, never sent: somebody of finance approves it in the console."""

from collections.abc import Callable
from uuid import UUID

import pytest

from billing.domain.proposals import of_shell
from billing.jobs.commands import operate
from tests.fakes.till import Till
from tests.integration.payments.test_giving_back import broken, buy, refunded
from tests.integration.payments.test_two_agree import REASON, Staff, decide, first, propose, second, staff

__all__ = ["first", "second", "staff"]
Shell = Callable[..., int]


@pytest.fixture
def shell(till: Till) -> Shell:
    """`python -m billing …`, and how it ended."""

    def shell(*words: str) -> int:
        return operate(till.unit, words)

    return shell


def waiting(staff: Staff, who: UUID) -> list[dict[str, object]]:
    return staff(who, "GET", "/refunds").get_json()["waiting"]


def test_the_command_moves_nothing_until_somebody_of_finance_approves(
    till: Till, shell: Shell, staff: Staff, *, ada: UUID, second: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = buy(till, ada)
    assert shell("refund", str(order_id), "--reason", REASON, "--as", "mira", "--amount", "500") == 0
    assert "Proposed: 5.00 EUR" in capsys.readouterr().out
    till.work()
    assert refunded(till) == []
    (proposal,) = [each for each in waiting(staff, second) if each["order_id"] == str(order_id)]
    assert (proposal["amount"], proposal["reason"], proposal["refund"]) == (500, REASON, None)
    assert proposal["proposed_by"] == str(of_shell("mira"))
    assert decide(staff, second, str(proposal["id"])).status_code == 200
    till.work()
    assert refunded(till) == [500]
    assert broken(till) == {}


def test_without_an_amount_all_that_is_left_is_proposed_by_the_number_of_its_invoice(
    till: Till, shell: Shell, staff: Staff, ada: UUID, second: UUID
) -> None:
    order_id = buy(till, ada)
    till.work()
    ((series, year, number),) = till.rows(
        "SELECT series, year, seq FROM invoices WHERE user_id = %(who)s AND corrects IS NULL", ada
    )
    assert shell("refund", f"{series}-{year}-{number:06}", "--reason", REASON, "--as", "mira") == 0
    (proposal,) = [each for each in waiting(staff, second) if each["order_id"] == str(order_id)]
    assert proposal["amount"] == 1299


def test_a_second_time_is_refused_and_not_taken_for_done(
    till: Till, shell: Shell, staff: Staff, *, ada: UUID, first: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("refund", str(buy(till, ada)), "--reason", REASON, "--as", "mira")
    assert [shell(*words) for _ in range(2)] == [0, 1]
    assert "waits for its second person" in capsys.readouterr().err
    assert propose(staff, first, UUID(words[1])).status_code == 409


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--amount", "1300", "--as", "mira", "--reason", REASON), "not so much left"),
        (("--as", "mira", "--reason", "why not"), "credit note"),
        (("--as", " ", "--reason", REASON), "who you are"),
    ],
)
def test_what_cannot_be_proposed_ends_with_a_sentence_and_1(
    till: Till, shell: Shell, ada: UUID, *, words: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = str(buy(till, ada))
    assert shell("refund", order_id, *words) == 1
    assert why in capsys.readouterr().err
    assert till.rows("SELECT 1 FROM refund_proposals WHERE order_id = %(who)s", UUID(order_id)) == []


@pytest.mark.parametrize("words", [("--reason", REASON), ("--as", "mira"), ("--as", "mira", "--amount", "some")])
def test_a_script_from_when_one_was_enough_ends_with_64_and_moves_nothing(
    till: Till, shell: Shell, ada: UUID, words: tuple[str, ...]
) -> None:
    order_id = buy(till, ada)
    with pytest.raises(SystemExit) as ended:
        shell("refund", str(order_id), *words)
    assert ended.value.code == 64
    assert till.rows("SELECT 1 FROM refund_proposals WHERE order_id = %(who)s", order_id) == []
    assert refunded(till) == []


def test_an_order_there_is_not_is_told(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell("refund", "INV-2026-999999", "--reason", REASON, "--as", "mira") == 1
    assert "There is no order" in capsys.readouterr().err
