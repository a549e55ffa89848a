"""What billing looks at: whether its books balance, and whether somebody still looks."""

from datetime import timedelta
from typing import Final

from billing.inventory import INVENTORY
from common.errors import NotYet
from common.probes import Finding, Look, Probe
from common.probes.retention import Deadline, retention_probes

# The books are looked at every minute.
_LATELY: Final = timedelta(minutes=5)


def look_at_the_books(look: Look) -> Finding:
    """What the check of the ledger found last, and that it still runs. Raises NotYet before it ran at all."""
    ran, late, broken, suspects = look.row(
        """
        SELECT isfinite(marked_at), marked_at < %(before)s, told,
               (SELECT count(*) FROM (SELECT FROM suspects LIMIT 1000) AS few)
          FROM audit_marks
        """,
        {"before": look.clock.now() - _LATELY},
    )
    if not ran:
        raise NotYet
    laws = f"These laws of the books are broken: {', '.join(broken)}" if broken else "Every law of the books holds"
    when = "but nobody has looked for five minutes" if late else "and they were looked at within five minutes"
    return Finding.of(
        f"{laws}, {when}; {suspects} accounts are looked at again.",
        broken=bool(broken) or late or suspects > 0,
        laws=", ".join(broken),
        suspects=suspects,
    )


DOCUMENTS: Final = Deadline(
    what="documents no law wants kept",
    question="SELECT EXISTS (SELECT 1 FROM invoices WHERE keep_until <= %(limit)s)",
    # They are destroyed every hour.
    patience=timedelta(hours=4),
)

PROBES: Final = (
    Probe(promise="U7", name="the books balance", check=look_at_the_books),
    *retention_probes(INVENTORY, promise="C6", also=[DOCUMENTS]),
)
