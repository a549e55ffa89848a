"""The security audit: python -m ops.audit, and with --every by the clock.

Exit codes: 0 nothing serious, 1 a finding of high severity or an audit that could not be filed.
"""

import argparse
import json
import sys
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from common import logs
from ops.audit import report, schedule
from ops.audit.filing import NotFiled, file
from ops.audit.running import CHECKS, audit
from ops.audit.target import OSV, PROJECT, Target, seen_from_here


def main() -> int:
    """Audit what the command line names."""
    given = _parser().parse_args()
    endpoints: Path = given.endpoints or given.directory / "endpoints.json"

    def see() -> Target:
        return seen_from_here(endpoints, by_hand=given.every is None, feed=given.feed)

    if given.every is not None:
        logs.configure(service="audit", role="schedule")
        schedule.keep(schedule.Schedule(see, every=timedelta(hours=given.every)))
        return 0
    return _by_hand(see(), only=given.only, as_json=given.json)


def _by_hand(target: Target, *, only: list[str], as_json: bool) -> int:
    checks = [check for check in CHECKS if not only or check.name in only]
    made = audit(target, by="hand", checks=checks)
    if as_json:
        print(json.dumps(made.as_json(), indent=2))
    else:
        report.tell(Console(highlight=False, soft_wrap=True), made)
    # A part of an audit is none.
    if target.stack is None or only:
        return int(made.failed)
    try:
        file(made, target.stack)
    except NotFiled as reason:
        print(f"The audit was not filed: {reason}.", file=sys.stderr)
        return 1
    return int(made.failed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ops.audit", description=__doc__)
    parser.add_argument("--directory", type=Path, default=PROJECT / ".figurine", help="the folder of the running stack")
    parser.add_argument("--endpoints", type=Path, help="the file that says where everything is, if it lies elsewhere")
    parser.add_argument("--every", type=float, metavar="HOURS", help="stay, and audit when the last one is that old")
    parser.add_argument("--only", action="append", choices=[check.name for check in CHECKS], default=[])
    parser.add_argument("--feed", default=OSV, help="who is asked about vulnerabilities")
    parser.add_argument("--json", action="store_true", help="print it for machines")
    return parser


if __name__ == "__main__":
    sys.exit(main())
