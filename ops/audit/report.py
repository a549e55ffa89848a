"""What an audit came to, for a person at a terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops.audit.running import Audit

_STYLES = {"passed": "green", "findings": "red", "not examined": "yellow", "partly examined": "yellow"}


def tell(console: Console, audit: Audit) -> None:
    """A table of the checks, then each finding with what to do, then what was not looked at."""
    table = Table(title=f"Security audit of {audit.at:%Y-%m-%d %H:%M} UTC", title_justify="left")
    for column, justify in (("check", "left"), ("result", "left"), ("findings", "right"), ("seconds", "right")):
        table.add_column(column, justify="right" if justify == "right" else "left")
    for one in audit.outcomes:
        result = Text(one.result, style=_STYLES[one.result])
        table.add_row(one.check.title, result, str(len(one.findings)), f"{one.seconds:.1f}")
    console.print(table)
    for _, found in audit.findings():
        console.print(Text(f"{found.severity.value:6} {found.where}: {found.sentence} [{found.id}]"))
    for check, blind in audit.unexamined():
        what = check.title if blind.what == check.name else f"{check.title}, {blind.what}"
        console.print(Text(f"not examined: {what}: {blind.why}"))
    counts = ", ".join(f"{count} {severity}" for severity, count in audit.counts.items())
    console.print(f"Findings: {counts}; not examined: {len(list(audit.unexamined()))}.")
