"""Analytics' command line, beside its roles, for whoever has only a shell.

    python -m analytics report NAME --from 2026-11-01 --to 2026-11-30 --format csv > report.csv

Without NAME it lists the reports there are. What comes out tells of nobody.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date
from typing import IO, Final

from analytics.adapters.sheets import pieces, written
from analytics.domain import day_of
from analytics.domain.money import PictureCosts
from analytics.domain.reports import REPORTS
from analytics.domain.tables import Format
from analytics.repository import Work
from analytics.use_cases import reporting
from common.errors import Refused
from common.work import UnitOfWork

COMMANDS: Final = frozenset({"report"})
EX_USAGE: Final = 64


def operate(
    unit: UnitOfWork[Work], costs: PictureCosts, arguments: Sequence[str], *, to: IO[bytes] | None = None
) -> int:
    """Do what an operator asks; the exit code."""
    parser = ArgumentParser(prog="python -m analytics report", description="A report, on standard output.")
    parser.add_argument("name", nargs="?", choices=sorted(REPORTS), help="Which; without one, all are listed.")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, help="The first day, in UTC.")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, help="The last day.")
    parser.add_argument("--format", type=Format, default=Format.CSV, choices=list(Format))
    asked = parser.parse_args(arguments)
    if asked.name is None:
        sys.stdout.writelines(f"{report.name:10} {report.about}\n" for report in REPORTS.values())
        return 0
    try:
        span = reporting.span_of(asked.first, asked.last, today=day_of(unit.clock.now()))
        with unit.begin() as work:
            table = reporting.read_report(work, asked.name, span, costs=costs)
            with written(table, asked.format) as file:
                (to or sys.stdout.buffer).writelines(pieces(file))
    except Refused as refused:
        sys.stderr.write(f"{refused.sentence}\n")
        return 1
    finally:
        unit.database.close()
    return 0
