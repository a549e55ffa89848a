"""What an operator does by hand: send money back, take a provider's message once more.

    python -m billing refund ORDER --reason "…" [--amount MINOR-UNITS]
    python -m billing replay PROVIDER EVENT

Exit codes: 0 done, 1 refused with a sentence, 64 wrong arguments.
"""

import argparse
import sys
from collections.abc import Sequence
from uuid import UUID

from billing.repository import Work
from billing.use_cases import reconciling, refunds
from common.errors import Refused
from common.work import UnitOfWork

COMMANDS = ("refund", "replay")


def operate(unit: UnitOfWork[Work], arguments: Sequence[str]) -> int:
    """Do what the command line says; the exit code."""
    wanted = _parser().parse_args(arguments)
    try:
        with unit.begin() as work:
            said = _refund(work, wanted) if wanted.command == "refund" else _replay(work, wanted)
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
    return parser
