"""What analytics looks at of devices: that nothing is kept of them but a few words that many have."""

from typing import Final, LiteralString

from common.probes import Finding, Look, Probe

_ROWS: Final = 500
# Families have no versions, and no address and no name of a program is without a figure or one of these.
_TOO_FINE: Final = r"[0-9./;:()@]"
# Pages are routes: what differs from person to person stands there as `{token}`.
_LIKE_AN_ID: Final = r"[0-9a-zA-Z_-]{20,}"
_KINDS: Final = ("desktop", "phone", "tablet", "bot", "other", "unknown")


def look_at_devices(look: Look) -> Finding:
    """Read what the newest facts say of devices, and the names of all columns there are for them.

    Broken on purpose: a fact is written with an address as its network, a whole user agent as its browser, or a
    figurine's id in its page; or the table gets a column for addresses.
    """
    query: LiteralString = """
        SELECT count(*),
               count(*) FILTER (WHERE os ~ %(fine)s OR browser ~ %(fine)s OR NOT device = ANY(%(kinds)s)
                                   OR length(country) > 7 OR page ~ %(id)s)
          FROM (SELECT os, browser, device, country, page FROM facts ORDER BY day DESC LIMIT %(rows)s) AS newest
        """
    read, fine = look.row(query, {"fine": _TOO_FINE, "id": _LIKE_AN_ID, "kinds": list(_KINDS), "rows": _ROWS})
    (columns,) = look.row(
        """
        SELECT count(*) FROM pg_attribute
         WHERE attrelid = 'facts'::regclass AND attnum > 0 AND NOT attisdropped
           AND (attname ~ '(address|agent)' OR atttypid IN ('inet'::regtype, 'cidr'::regtype))
        """
    )
    return Finding.of(
        f"What the newest {read} facts say of devices was read: {fine} tell more than its kind, its system and its "
        f"browser without a version, and its country; {columns} columns could hold a whole address or user agent.",
        broken=fine > 0 or columns > 0,
        read=read,
        fine=fine,
        columns=columns,
    )


DEVICE_PROBES: Final = (Probe(promise="C5", name="devices are told by a few words", check=look_at_devices),)
