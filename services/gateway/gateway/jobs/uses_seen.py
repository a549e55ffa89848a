"""What the gateway looks at of the security log: whether sign-ins stand in it, and guesses at passwords are counted."""

from datetime import timedelta
from typing import Final

from common.probes import Finding, Look, Probe
from common.sealing import is_under_a_person
from gateway.domain.security import FAILURES, FAILURES_A_DAY, Kind

_ROWS: Final = 500
_GUESSES: Final = 5000
# The log is written in the same transaction as the session, which is given out a moment later.
_GRACE: Final = timedelta(minutes=1)
_LATELY: Final = timedelta(days=1)
# The migration from which on there is a log.
_LOGGED_SINCE: Final = "0018_security_log.sql"
# Two that fail at the same moment are both noted.
_AT_ONCE: Final = 10


def look_at_sign_ins(look: Look) -> Finding:
    """Whether each device that was signed in stands in the log, and what it says of the device lies sealed.

    Broken on purpose: the entry of a sign-in is deleted from `security_log`, or an address is written there in the
    clear.
    """
    now = look.clock.now()
    with look.read() as connection:
        ((sessions, missing),) = connection.execute(
            """
            WITH looked AS (SELECT id, account_id, created_at FROM sessions ORDER BY id DESC LIMIT %(rows)s)
            SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
                       SELECT FROM security_log AS log
                        WHERE log.account_id = looked.account_id AND session_id = looked.id AND kind = %(kind)s))
              FROM looked
             WHERE created_at BETWEEN %(since)s AND %(until)s
               AND created_at > (SELECT applied_at FROM migrations WHERE name = %(logged)s)
            """,
            {
                "rows": _ROWS,
                "kind": Kind.SIGNED_IN,
                "since": now - _LATELY,
                "until": now - _GRACE,
                "logged": _LOGGED_SINCE,
            },
        ).fetchall()
        noted = connection.execute(
            "SELECT address, agent FROM security_log ORDER BY at DESC LIMIT %s", [_ROWS]
        ).fetchall()
    values = [bytes(value) for use in noted for value in use if value is not None]
    clear = sum(not is_under_a_person(value) for value in values)
    return Finding.of(
        f"Of {sessions} devices signed in within a day, {missing} are not in the log that their owners see; of the "
        f"newest {len(values)} addresses and programs noted there, {clear} do not lie under their owner's key.",
        broken=missing > 0 or clear > 0,
        sessions=sessions,
        missing=missing,
        noted=len(values),
        clear=clear,
    )


def look_at_guesses(look: Look) -> Finding:
    """Failed sign-ins of a day, by account; of one account only so many are noted.

    Broken on purpose: more failures than that are written into `security_log` for one account.
    """
    failures, accounts, most = look.row(
        """
        WITH failed AS (
            SELECT account_id, kind FROM security_log WHERE at > %(since)s AND kind = ANY(%(failures)s)
             ORDER BY at DESC LIMIT %(rows)s),
        counted AS (SELECT account_id, kind, count(*) AS times FROM failed GROUP BY account_id, kind)
        SELECT coalesce(sum(times), 0)::bigint, count(DISTINCT account_id), coalesce(max(times), 0) FROM counted
        """,
        {"since": look.clock.now() - _LATELY, "failures": sorted(FAILURES), "rows": _GUESSES},
    )
    return Finding.of(
        f"{failures} wrong passwords were counted within a day, for {accounts} accounts; the most for one account were "
        f"{most}, and {FAILURES_A_DAY} fill its day.",
        broken=most > FAILURES_A_DAY + _AT_ONCE,
        failures=failures,
        accounts=accounts,
        most=most,
    )


USE_PROBES: Final = (
    Probe(promise="C5", name="sign-ins are noted", check=look_at_sign_ins),
    Probe(promise="U8", name="guesses at passwords are counted", check=look_at_guesses),
)
