"""What an operator does by hand: propose that money goes back, take a provider's message once more.

    python -m billing refund ORDER --reason "…" --as HANDLE [--amount MINOR-UNITS]     waits for a second person
    python -m billing replay PROVIDER EVENT
    python -m billing transfers                                   what is unpaid, and what we owe
    python -m billing received NUMBER 14.99 --on 2026-11-27 --reference "what the bank calls it"
    python -m billing sent-back NUMBER 5.01 --on 2026-11-30 --reference "what the bank calls it"

ORDER is its id, or the number of a document about it. Nobody sends money back alone: a refund is proposed here, and
somebody of finance approves it in the console.

Exit codes: 0 done (of a refund: proposed, and nothing moved), 1 refused with a sentence, 64 wrong arguments.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, NoReturn

import structlog

from billing.domain.money import as_written, read_amount
from billing.domain.proposals import of_shell
from billing.domain.transfers import TransferOrder
from billing.repository import Work
from billing.use_cases import proposing, reconciling, transfers
from common.errors import Refused
from common.work import UnitOfWork

COMMANDS = ("refund", "replay", "transfers", "received", "sent-back")
WRONG_ARGUMENTS: Final = 64
log = structlog.get_logger(__name__)


def operate(unit: UnitOfWork[Work], arguments: Sequence[str]) -> int:
    """Do what the command line says; the exit code."""
    wanted = _parser().parse_args(arguments)
    try:
        with unit.begin() as work:
            said = _DO[wanted.command](work, wanted)
    except Refused as refusal:
        sys.stderr.write(f"{refusal.sentence}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


def _refund(work: Work, wanted: argparse.Namespace) -> str:
    order = proposing.find_order(work, wanted.order, ())
    amount = order.refundable if wanted.amount is None else wanted.amount
    wish = proposing.Wish(order_id=order.id, amount=amount, reason=wanted.reason)
    # A key of its own: while one waits, the same words again are refused with a sentence, and not taken for done.
    key = str(work.clock.new_id())
    proposal = proposing.propose(work, wish, operator=of_shell(wanted.operator), key=key)
    log.info("refund proposed", proposal_id=str(proposal.id), order_id=str(order.id), operator=wanted.operator)
    written = as_written(proposal.amount, order.currency)
    return (
        f"Proposed: {written} of order {order.id}. Nothing moved; a second person approves it in the console, Refunds."
    )


def _replay(work: Work, wanted: argparse.Namespace) -> str:
    reconciling.replay_event(work, wanted.provider, wanted.event)
    return "The worker looks at it once more."


def _list_transfers(work: Work, _wanted: argparse.Namespace) -> str:
    lines = [_as_line(order) for order in work.transfers.unsettled()]
    return "\n".join(lines) or "Everything is paid, and nothing is owed."


def _received(work: Work, wanted: argparse.Namespace) -> str:
    amount = read_amount(wanted.amount, transfers.currency_of(work, wanted.number))
    order = transfers.record_received(
        work, wanted.number, amount, booked_on=wanted.on, reference=wanted.reference.strip()
    )
    return _as_line(order)


def _sent_back(work: Work, wanted: argparse.Namespace) -> str:
    amount = read_amount(wanted.amount, transfers.currency_of(work, wanted.number))
    order = transfers.record_sent_back(
        work, wanted.number, amount, booked_on=wanted.on, reference=wanted.reference.strip()
    )
    return _as_line(order)


def _as_line(order: TransferOrder) -> str:
    amounts = {"of": order.amount, "received": order.received, "outstanding": order.outstanding, "owed": order.owed}
    written = "  ".join(f"{name} {as_written(amount, order.currency)}" for name, amount in amounts.items() if amount)
    return f"{order.number}  {order.state}  {written}  order {order.order_id}"


_DO: Mapping[str, Callable[[Work, argparse.Namespace], str]] = {
    "refund": _refund,
    "replay": _replay,
    "transfers": _list_transfers,
    "received": _received,
    "sent-back": _sent_back,
}


class _Parser(argparse.ArgumentParser):
    """Ends with what `sysexits.h` calls a wrong use: 2 is what a shell says of its own."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(WRONG_ARGUMENTS, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m billing")
    commands = parser.add_subparsers(dest="command", required=True)
    refund = commands.add_parser("refund", help="propose that money goes back for an order; a second person approves")
    refund.add_argument("order", help="its id, or the number of a document about it, as in INV-2026-000017")
    refund.add_argument("--amount", type=int, help="in the currency's minor unit; all that is left without it")
    refund.add_argument("--reason", required=True, help="stands on the credit note, and stays in the books")
    refund.add_argument("--as", dest="operator", required=True, metavar="HANDLE", help="who you are; not a name")
    replay = commands.add_parser("replay", help="take a payment provider's message once more")
    replay.add_argument("provider")
    replay.add_argument("event")
    commands.add_parser("transfers", help="invoices that are unpaid, and those for which we owe something")
    for name, what in (("received", "money arrived for an invoice"), ("sent-back", "money was sent back for one")):
        movement = commands.add_parser(name, help=what)
        movement.add_argument("number", help="of the invoice, as in INV-2026-000017")
        movement.add_argument("amount", help="as in 14.99")
        movement.add_argument("--on", type=date.fromisoformat, required=True, help="the day the bank booked it")
        movement.add_argument("--reference", required=True, help="the bank's own; the same one counts once")
    return parser
