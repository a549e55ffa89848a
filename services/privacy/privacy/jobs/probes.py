"""What privacy looks at: clocks of uploads, erasures that are late, and the chain of findings itself."""

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from psycopg.rows import dict_row

from common.probes import Finding, Look, Probe
from common.probes.retention import Deadline, retention_probes
from privacy.domain.audits import FRESH_FOR, TOLERANCE
from privacy.domain.promises import ChainBroken, check_chain, digest_of
from privacy.inventory import INVENTORY
from privacy.ports import AnchorForged, Anchors, ReceiptKeys

# So much of the chain is read at each look: its newest part, and another part chosen by chance.
_PART: Final = 300
# Anchors older than what the chain still has say nothing about it.
_ANCHORED: Final = timedelta(days=85)

DEADLINES: Final = (
    Deadline(
        what="copies of people's data",
        question="SELECT EXISTS (SELECT 1 FROM archives WHERE state <> 'gone' AND delete_by <= %(limit)s)",
    ),
    Deadline(
        what="what was found about uploads",
        question="SELECT EXISTS (SELECT 1 FROM evidence WHERE at <= %(limit)s - interval '2 years')",
    ),
    Deadline(
        what="answered requests",
        question="SELECT EXISTS (SELECT 1 FROM requests WHERE ended_at <= %(limit)s - interval '3 years')",
        # They go every hour.
        patience=timedelta(hours=4),
    ),
)


def probes(keys: ReceiptKeys | None, anchors: Anchors | None) -> list[Probe]:
    """Each thing that is looked at."""
    looks = [
        *retention_probes(INVENTORY, promise="K1", also=DEADLINES),
        Probe(promise="K1", name="no upload is overdue", check=look_for_overdue_uploads),
        Probe(promise="R3", name="no erasure is late", check=look_for_late_erasures),
        Probe(promise="S5", name="the last audit is young and found nothing serious", check=look_at_the_last_audit),
    ]
    if keys and anchors:
        looks.append(
            Probe(
                promise="S5",
                name="the chain of findings holds",
                check=lambda look: look_at_the_chain(look, keys, anchors),
            )
        )
    return looks


def look_for_overdue_uploads(look: Look) -> Finding:
    """Uploads whose deadline is over; both questions are answered by the index of open clocks."""
    now = look.clock.now()
    overdue, oldest = look.row(
        """
        SELECT (SELECT count(*) FROM clocks WHERE deleted_at IS NULL AND due_at < %(now)s),
               (SELECT extract(epoch FROM %(now)s - uploaded_at)::bigint FROM clocks
                 WHERE deleted_at IS NULL ORDER BY due_at LIMIT 1)
        """,
        {"now": now},
    )
    held = f"the oldest is held for {timedelta(seconds=max(oldest, 0))}" if oldest is not None else "none is held now"
    return Finding.of(
        f"Of all uploads {overdue} are past their deadline; {held}.",
        broken=overdue > 0,
        overdue=overdue,
        oldest_seconds=oldest or 0,
    )


def look_for_late_erasures(look: Look) -> Finding:
    """Erasures some service has not answered in time."""
    late, open_ = look.row(
        """
        SELECT count(*) FILTER (WHERE state = 'partially_executed' OR answer_by < %(now)s - interval '5 minutes'),
               count(*)
          FROM requests WHERE kind = 'erasure' AND ended_at IS NULL
           AND state IN ('fenced', 'executing', 'partially_executed')
        """,
        {"now": look.clock.now()},
    )
    return Finding.of(
        f"{open_} erasures are under way; {late} of them are late.", broken=late > 0, open=open_, late=late
    )


def look_at_the_last_audit(look: Look) -> Finding:
    """When it was, and whether it found something that has to be mended at once."""
    age, high, found, blind, checks, house = look.row(
        """
        SELECT %(now)s - last.at, last.high, last.high + last.medium + last.low,
               jsonb_array_length(jsonb_path_query_array(last.checks, '$[*] ? (@.result like_regex "examined$")')),
               jsonb_array_length(last.checks), %(now)s - (SELECT min(applied_at) FROM migrations)
          FROM (SELECT 1) AS always
          LEFT JOIN (SELECT * FROM audits ORDER BY at DESC, id DESC LIMIT 1) AS last ON true
        """,
        {"now": look.clock.now()},
    )
    if age is None:
        sentence = "There was no security audit yet"
        if house <= FRESH_FOR:
            return Finding.not_applicable(f"{sentence}; the studio was set up less than two days ago.")
        return Finding.of(f"{sentence}, though there should be one every day.", broken=True)
    hours = age / timedelta(hours=1)
    return Finding.of(
        f"The last security audit began {hours:.1f} hours ago: {checks} checks, of which {blind} could not see "
        f"everything; {found} findings, of which {high} are serious.",
        broken=high > 0 or not -TOLERANCE <= age <= FRESH_FOR,
        hours=round(hours, 2),
        checks=checks,
        not_examined=blind,
        findings=found,
        serious=high,
    )


def look_at_the_chain(look: Look, keys: ReceiptKeys, anchors: Anchors) -> Finding:
    """Read parts of the chain as a stranger would, and compare it with where it stood outside the database."""
    try:
        head, first = anchors.head(), anchors.first_since((look.clock.now() - _ANCHORED).date())
    except AnchorForged:
        return Finding.of("An anchor of the chain outside the database is not the studio's.", broken=True)
    with look.read() as connection, connection.cursor(row_factory=dict_row) as cursor:
        oldest, newest = cursor.execute("SELECT min(number) AS a, max(number) AS b FROM proofs").fetchall()[0].values()
        if newest is None:
            return Finding.of("The chain is empty.", broken=head is not None)
        start = random.randint(oldest, newest)  # noqa: S311 - which part is read need not be a secret
        parts = [
            cursor.execute(
                "SELECT number, body, signature, digest FROM proofs WHERE number > %s ORDER BY number LIMIT %s",
                [max(after, oldest - 1), _PART],
            ).fetchall()
            for after in (start - 1, newest - _PART)
        ]
        anchored = {
            anchor.number: cursor.execute("SELECT digest FROM proofs WHERE number = %s", [anchor.number]).fetchone()
            for anchor in (head, first)
            if anchor
        }
    gone = [anchor.number for anchor in (head, first) if anchor and not _is(anchored[anchor.number], anchor.digest)]
    if gone:
        sentence = f"Finding {gone[0]} was anchored outside the database and is not there any more, or is another."
        return Finding.of(sentence, broken=True, last=newest, missing=gone[0])
    try:
        for part in parts:
            _check(part, keys.public)
    except ChainBroken as broken:
        return Finding.of(str(broken), broken=True, last=newest)
    read = len({proof["number"] for part in parts for proof in part})
    return Finding.of(
        f"{read} of {newest - oldest + 1} findings were read: every signature fits, and none is missing.",
        broken=False,
        first=oldest,
        last=newest,
        read=read,
        anchored=head.number if head else 0,
    )


def _is(row: Mapping[str, Any] | None, digest: bytes) -> bool:
    return row is not None and bytes(row["digest"]) == digest


def _check(proofs: Sequence[Mapping[str, Any]], keys: Mapping[str, str]) -> None:
    check_chain(proofs, keys)
    for proof in proofs:
        if bytes(proof["digest"]) != digest_of(proof["body"]):
            message = f"The digest of finding {proof['number']} is not that of its text."
            raise ChainBroken(message)
