"""What analytics looks at of the hours: whether each is judged for being unusual, soon after it is over."""

from datetime import timedelta
from typing import Final

from common.probes import Finding, Look, Probe

# An hour is judged a quarter of an hour after its end, and the next one an hour later.
_LATE: Final = timedelta(hours=3)
# The migration from which on hours are judged, and how long the first may take.
_JUDGED_SINCE: Final = "0009_reports.sql"
_FIRST: Final = timedelta(minutes=15)


def look_at_hours(look: Look) -> Finding:
    """Whether the last hour that was judged is one of the last three.

    Broken on purpose: the job judges nothing, and the watches are set back by a day.
    """
    now = look.clock.now()
    judged, unusual, since = look.row(
        """
        SELECT (SELECT judged_until FROM watches ORDER BY judged_until DESC LIMIT 1),
               (SELECT count(*) FROM (SELECT FROM anomalies WHERE until IS NULL LIMIT 100) AS open),
               (SELECT applied_at FROM migrations WHERE name = %s)
        """,
        [_JUDGED_SINCE],
    )
    if judged is None:
        return Finding.of(
            "No hour has been judged yet.", broken=since is None or now - since > _FIRST, judged=0, unusual=unusual
        )
    return Finding.of(
        f"The last hour that was compared with what is usual at its time of the week began at {judged:%Y-%m-%d %H:%M} "
        f"UTC; {unusual} things are unusual now, and operators were told of each.",
        broken=judged < now - _LATE,
        behind=round((now - judged).total_seconds()),
        unusual=unusual,
    )


HOUR_PROBES: Final = (Probe(promise="U8", name="unusual hours are noticed", check=look_at_hours),)
