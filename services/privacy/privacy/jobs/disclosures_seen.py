"""Promise T5: what partners were given is on record in words a person understands, for a known purpose."""

from datetime import timedelta
from typing import Final

from common.clock import first_id
from common.probes import Finding, Look, Probe
from privacy.domain.disclosures import KINDS, PARTNERS, REASONS, TIERS

_RECORDS: Final = 1000
_LATELY: Final = timedelta(days=1)


def look_at_the_record(look: Look) -> Finding:
    """The newest records: who was given what, what for and on which terms.

    Broken on purpose: name a partner nobody knows in `disclosures.partner`, or a purpose that is no promise.
    """
    with look.read() as connection:
        rows = connection.execute(
            """
            SELECT partner, count(*) FILTER (WHERE id >= %(lately)s), count(*),
                   count(*) FILTER (WHERE partner <> ALL (%(partners)s) OR kind <> ALL (%(kinds)s)
                                       OR purpose <> ALL (%(reasons)s) OR (tier <> '' AND tier <> ALL (%(tiers)s)))
              FROM (SELECT * FROM disclosures ORDER BY id DESC LIMIT %(limit)s) AS newest
             GROUP BY partner ORDER BY partner
            """,
            {
                "lately": first_id(look.clock.now() - _LATELY),
                "partners": list(PARTNERS),
                "kinds": list(KINDS),
                "reasons": list(REASONS),
                "tiers": list(TIERS),
                "limit": _RECORDS,
            },
        ).fetchall()
    strange = sum(int(row[3]) for row in rows)
    lately = {str(partner): int(count) for partner, count, _, _ in rows if partner in PARTNERS}
    told = ", ".join(f"{PARTNERS[partner]} {count}" for partner, count in lately.items())
    seen = sum(int(row[2]) for row in rows)
    return Finding.of(
        f"Of the newest {seen} records of what partners were given, {strange} do not say who got what and what for in "
        f"words of the policy; within a day: {told or 'none'}.",
        broken=strange > 0,
        strange=strange,
        **lately,
    )


RECORD: Final = Probe(promise="T5", name="every call is on record", check=look_at_the_record)
