"""What the gateway looks at of the signals: whether what was noticed of faults and threats is told on."""

from datetime import timedelta
from typing import Final

from common.probes import Finding, Look, Probe

# They are told every half a minute.
_GRACE: Final = timedelta(minutes=5)
_LATELY: Final = timedelta(days=1)
_MOST: Final = 1000


def look_at_signals(look: Look) -> Finding:
    """Whether what was noticed waits to be told; found by index.

    Broken on purpose: the job that tells is stopped, and something is noticed; or `told` is set back.
    """
    now = look.clock.now()
    kinds, noticed, late = look.row(
        """
        SELECT count(DISTINCT signal), coalesce(sum(count), 0)::bigint,
               (SELECT count(*) FROM (SELECT FROM signals WHERE told < count AND since < %(late)s
                                       LIMIT %(most)s) AS waiting)
          FROM (SELECT signal, count FROM signals WHERE hour > %(lately)s LIMIT %(most)s) AS lately
        """,
        {"late": now - _GRACE, "lately": now - _LATELY, "most": _MOST},
    )
    return Finding.of(
        f"Within a day {noticed} answers were signs of faults or threats, of {kinds} kinds; {late} of the counts wait "
        "for more than five minutes to be told on.",
        broken=late > 0,
        noticed=noticed,
        kinds=kinds,
        late=late,
    )


SIGNAL_PROBES: Final = (Probe(promise="U8", name="what is noticed is told", check=look_at_signals),)
