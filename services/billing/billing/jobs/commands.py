"""What an operator does by hand: send money back, take a provider's message once more.

    python -m billing refund ORDER --reason "…" [--amount MINOR-UNITS]
    python -m billing replay PROVIDER EVENT
    python -m billing transfers                                   what is unpaid, and what we owe
    python -m billing received NUMBER 14.99 --on 2026-11-27 --reference "what the bank calls it"
    python -m billing sent-back NUMBER 5.01 --on 2026-11-30 --reference "what the bank calls it"

Exit codes: 0 done, 1 refused with a sentence, 64 wrong arguments.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

from billing.domain.money import as_written, read_amount
from billing.domain.transfers import TransferOrder
from billing.repository import Work
from billing.use_cases import reconciling, refunds, transfers
from common.errors import Refused
from common.work import UnitOfWork

COMMANDS = ("refund", "replay", "transfers", "received", "sent-back")


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
    refund = refunds.ask_as_operator(work, wanted.order, amount=wanted.amount, reason=wanted.reason)
    return f"Refund {refund.id}: {refund.amount} goes back, {refund.credits} credits were taken; the worker sends it."


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m billing")
    commands = parser.add_subparsers(dest="command", required=True)
    refund = commands.add_parser("refund", help="send money back for an order")
    refund.add_argument("order", type=UUID)
    refund.add_argument("--amount", type=int, help="in the currency's minor unit; all that is left without it")
    refund.add_argument("--reason", required=True, help="stays in the books")
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
