"""Promises T1 and T5: with what a partner painted, and whether all it was told is on record."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from common.clock import first_id
from common.probes import Finding, Look, Probe
from generation.domain import GEMINI, PARTNERS

_PICTURES: Final = 300
_ATTEMPTS: Final = 500
_LATELY: Final = timedelta(days=2)
_PROMISED: Final = "gemini-2.5-flash-image"


def partner_probes(models: Sequence[str], *, connected: bool) -> list[Probe]:
    """What is looked at where Gemini may paint with these models."""
    return [
        Probe(
            promise="T1",
            name="Gemini paints with what was promised",
            check=(lambda look: look_who_painted(look, models)) if connected else _alone,
        ),
        Probe(promise="T5", name="every call is on record", check=look_for_untold_calls if connected else _alone),
    ]


def look_who_painted(look: Look, models: Sequence[str]) -> Finding:
    """The models of the newest pictures that Gemini painted; one may stand in for the promised one when that retires.

    Broken on purpose: name another model in `pictures.model`.
    """
    with look.read() as connection:
        rows = connection.execute(
            """
            SELECT model, count(*)
              FROM (SELECT engine, model FROM pictures ORDER BY figurine_id DESC, n DESC LIMIT %s) AS newest
             WHERE engine = %s GROUP BY model ORDER BY model
            """,
            [_PICTURES, GEMINI],
        ).fetchall()
    painted = {str(model): int(count) for model, count in rows}
    if not painted:
        return Finding.not_applicable(f"Google Gemini is connected; none of the newest {_PICTURES} pictures is its.")
    others = [name for name in painted if not (name.startswith(_PROMISED) or name in models)]
    return Finding.of(
        f"Of the newest {_PICTURES} pictures Google Gemini painted {sum(painted.values())}, with {', '.join(painted)}; "
        f"{len(others)} of these models are not the ones it is asked for.",
        broken=bool(others),
        pictures=sum(painted.values()),
        others=len(others),
        which=", ".join(others),
    )


def look_for_untold_calls(look: Look) -> Finding:
    """Attempts that surely reached a partner, and the records of what it was told.

    A record is written before the call is made, so there may be more of them than calls, and never fewer.
    Broken on purpose: delete a row of `disclosures` of an attempt of the last two days.
    """
    calls, untold = look.row(
        """
        SELECT count(*), count(*) FILTER (WHERE disclosures.id IS NULL)
          FROM (SELECT figurine_id, attempt FROM attempts
                 WHERE figurine_id >= %(since)s AND engine = ANY (%(partners)s)
                   AND (outcome IN ('delivered', 'unknown') OR unknown_calls > 0)
                 ORDER BY figurine_id DESC LIMIT %(limit)s) AS called
          LEFT JOIN disclosures USING (figurine_id, attempt)
        """,
        {"since": first_id(look.clock.now() - _LATELY), "partners": list(PARTNERS), "limit": _ATTEMPTS},
    )
    return Finding.of(
        f"Of the newest {calls} attempts of the last {_LATELY.days} days that told Google Gemini something, {untold} "
        "are not on record.",
        broken=untold > 0,
        calls=calls,
        untold=untold,
    )


def _alone(_look: Look) -> Finding:
    return Finding.not_applicable("Google Gemini is not connected here: the studio engine paints, and tells nobody.")
