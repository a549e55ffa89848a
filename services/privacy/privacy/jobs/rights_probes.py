"""What privacy looks at for the rights of people: copies that come in time and are whole, receipts that hold."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.rows import dict_row

from common.database import Connection
from common.errors import NotFound
from common.probes import Finding, Look, Probe
from privacy.domain import HOLDERS
from privacy.domain.receipts import ReceiptBroken, check, check_chain, digest_of
from privacy.domain.requests import ANSWER_WITHIN
from privacy.ports import ArchiveStore, ReceiptKeys

# Of copies and erasures, so many of the newest; of receipts as many again from a number chosen by chance.
_COPIES: Final = 500
_RECEIPTS: Final = 50
_IN_STORE: Final = 10
# Parts are waited for as long as it takes; then the archive is put together. Large ones take a while.
_PUT_TOGETHER_WITHIN: Final = timedelta(hours=1)
# Who could not give a part is asked again every six hours.
_WHOLE_WITHIN: Final = timedelta(days=1)
_PROVEN_FOR: Final = timedelta(days=30)


def probes(keys: ReceiptKeys | None, store: ArchiveStore | None) -> list[Probe]:
    """Each thing that is looked at."""
    return [
        Probe(promise="R1", name="copies come in time", check=look_for_late_copies),
        Probe(promise="R3", name="receipts hold", check=lambda look: look_at_receipts(look, keys)),
        Probe(promise="R4", name="archives are whole", check=lambda look: look_at_archives(look, store)),
    ]


def look_for_late_copies(look: Look) -> Finding:
    """Copies that are not there yet, and those that still lack a part.

    Broken on purpose: whoever puts archives together is stopped, or a service gives no part, and the clock is late; or
    `gather_until` of one that is being gathered is moved into the past.
    """
    now = look.clock.now()
    late, lacking, looked, slowest = look.row(
        """
        WITH looked AS (SELECT * FROM archives ORDER BY request_id DESC LIMIT %(copies)s)
        SELECT (SELECT count(*) FROM archives
                 WHERE state = 'gathering' AND ready_at IS NULL AND gather_until < %(together)s),
               count(*) FILTER (WHERE state <> 'gone' AND missing <> '{}' AND gather_until < %(whole)s),
               count(*),
               coalesce(extract(epoch FROM max(ready_at - gather_until + %(answer)s)
                                           FILTER (WHERE missing = '{}')), 0)
          FROM looked
        """,
        {
            "copies": _COPIES,
            "together": now - _PUT_TOGETHER_WITHIN,
            "whole": now - _WHOLE_WITHIN,
            "answer": ANSWER_WITHIN,
        },
    )
    return Finding.of(
        f"Of all copies of their data that people wait for, {late} are late; of the newest {looked}, {lacking} still "
        f"lack a part after a day, and the slowest that is whole took {timedelta(seconds=int(slowest))}.",
        broken=late > 0 or lacking > 0,
        late=late,
        lacking=lacking,
        looked=looked,
        slowest_seconds=int(slowest),
    )


def look_at_archives(look: Look, store: ArchiveStore | None) -> Finding:
    """Whether archives lie in the store as long as they were written, with a part of every service.

    Broken on purpose: an archive is deleted from the store, or cut short there.
    """
    if store is None:
        return Finding.not_applicable("There is no store here that archives could lie in.")
    now = look.clock.now()
    with look.read() as connection:
        archives = _archives(connection, now)
    strange = [archive["request_id"] for archive in archives if not _is_whole(archive, store)]
    with look.read() as connection:
        # One whose week has ended meanwhile is not missed, nor one that was put together again.
        left = [archive for archive in _archives(connection, now) if archive["request_id"] in strange]
    broken = sum(archive in archives for archive in left)
    return Finding.of(
        f"The newest {len(archives)} archives that wait to be fetched were looked for in the store: {broken} are not "
        "there, have another length, or lack a part nobody named.",
        broken=broken > 0,
        archives=len(archives),
        strange=broken,
    )


def look_at_receipts(look: Look, keys: ReceiptKeys | None) -> Finding:
    """Read receipts as a stranger would: every signature, every service, nothing left, none missing.

    Broken on purpose: a statement in a receipt is changed, a receipt is taken out, or a request is called completed
    without one.
    """
    if keys is None:
        return Finding.not_applicable("Nobody can be deleted here: there are no keys to sign receipts with.")
    with look.read() as connection, connection.cursor(row_factory=dict_row) as cursor:
        closed = cursor.execute(
            """
            SELECT id, EXISTS (SELECT FROM receipts WHERE request_id = requests.id) AS receipted
              FROM requests
             WHERE ended_at > %s AND kind = 'erasure' AND state IN ('completed', 'completed_with_retention')
             ORDER BY ended_at DESC LIMIT %s
            """,
            [look.clock.now() - _PROVEN_FOR, _COPIES],
        ).fetchall()
        newest = cursor.execute(_READ + "ORDER BY number DESC LIMIT %s", [_RECEIPTS]).fetchall()[::-1]
        others = cursor.execute(
            _READ + "WHERE number >= (SELECT floor(random() * %s)) ORDER BY number LIMIT %s",
            [newest[-1]["number"] if newest else 0, _RECEIPTS],
        ).fetchall()
    without = sum(not request["receipted"] for request in closed)
    read = {receipt["number"]: receipt for receipt in (*newest, *others)}
    wrong = _wrong([newest, others], keys.public)
    said = f"; this is wrong: {wrong}" if wrong else ": every signature fits, and each service found nothing left"
    return Finding.of(
        f"Of {len(closed)} deletions that ended within 30 days, {without} have no receipt; {len(read)} receipts were "
        f"read{said}.",
        broken=without > 0 or bool(wrong),
        deletions=len(closed),
        without_receipt=without,
        receipts=len(read),
    )


_READ: Final = "SELECT number, body, signature, digest FROM receipts "


def _wrong(parts: Sequence[Sequence[Mapping[str, Any]]], keys: Mapping[str, str]) -> str:
    """What is wrong with the first receipt that is not right."""
    try:
        for part in parts:
            check_chain(part, keys)
        faults = [_fault(receipt, check(receipt, keys)) for part in parts for receipt in part]
    except ReceiptBroken as broken:
        return str(broken).rstrip(".")
    return next((fault for fault in faults if fault), "")


def _fault(receipt: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    number = receipt["number"]
    if bytes(receipt["digest"]) != digest_of(receipt["body"]):
        return f"the digest of receipt {number} is not that of its text"
    if set(said["services"]) != set(HOLDERS):
        return f"receipt {number} does not speak for every service"
    return f"by receipt {number} something was left" if _left(said) else ""


def _left(said: Mapping[str, Any]) -> int:
    statements = [json.loads(part["statement"]) for part in said["services"].values()]
    return sum(kind["residue"] for statement in statements for kind in statement["classes"].values())


def _archives(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            """
            SELECT request_id, object, bytes, attempt,
                   cardinality(missing) + (SELECT count(*) FROM archive_parts WHERE request_id = archives.request_id)
                   AS answered
              FROM archives WHERE state = 'ready' AND delete_by > %s ORDER BY delete_by DESC LIMIT %s
            """,
            [now, _IN_STORE],
        ).fetchall()


def _is_whole(archive: Mapping[str, Any], store: ArchiveStore) -> bool:
    try:
        length = store.length(archive["object"])
    except NotFound:
        return False
    return length == archive["bytes"] and archive["answered"] == len(HOLDERS)
