"""How things travel, who may read what, and whether what was found stays what it was."""

from collections.abc import Generator

from common.clock import SYSTEM_CLOCK
from ops import object_access
from ops.prove.hands import Hands
from ops.prove.mutation import breaks
from ops.prove.plain import listening


@breaks("S1", "TLS only", "a listener of analytics that speaks without TLS")
def listen_in_the_clear(hands: Hands) -> Generator[None]:
    """It takes the place of the metrics' address, as the worker was told it."""
    with listening() as port, hands.told("analytics", "worker", FIGURINE_METRICS_BIND=f"127.0.0.1:{port}"):
        yield


@breaks("S2", "nothing readable in a dump", "sealing is turned off: how to reach somebody lies readable")
def turn_sealing_off(hands: Hands) -> Generator[None]:
    """In a column whose values have to be sealed."""
    hands.sql("UPDATE gateway.accounts SET contact = '+49 30 123456'::bytea WHERE id = %s", [hands.resident.id])
    try:
        yield
    finally:
        hands.sql("UPDATE gateway.accounts SET contact = NULL WHERE id = %s", [hands.resident.id])


@breaks("S4", "own buckets only", "a key that opens every bucket, in the hands of billing")
def give_the_key_away(hands: Hands) -> Generator[None]:
    """The operator's own."""
    secret = hands.stack.seaweedfs.secret_key(object_access.ADMINISTRATOR)
    with hands.told(
        "billing", "worker", FIGURINE_S3_ACCESS_KEY=object_access.ADMINISTRATOR, FIGURINE_S3_SECRET_KEY=secret
    ):
        yield


@breaks("S4", "own schema only", "a grant too many: analytics may read accounts")
def grant_too_much(hands: Hands) -> Generator[None]:
    """As somebody would who wants to be quick."""
    hands.sql("GRANT USAGE ON SCHEMA gateway TO analytics")
    hands.sql("GRANT SELECT ON gateway.accounts TO analytics")
    try:
        yield
    finally:
        hands.sql("REVOKE SELECT ON gateway.accounts FROM analytics")
        hands.sql("REVOKE USAGE ON SCHEMA gateway FROM analytics")


@breaks("S5", "the chain of findings holds", "a finding says something else than it was signed with")
def change_a_finding(hands: Hands) -> Generator[None]:
    """The newest is changed, as whoever has the database could."""
    ((number, body),) = hands.sql("SELECT number, body FROM privacy.proofs ORDER BY number DESC LIMIT 1")
    hands.sql("UPDATE privacy.proofs SET body = replace(body, 'kept', 'fine') WHERE number = %s", [number])
    try:
        yield
    finally:
        hands.sql("UPDATE privacy.proofs SET body = %s WHERE number = %s", [body, number])


@breaks("S5", "the chain of findings holds", "findings are taken out of the middle of the chain")
def take_findings_out(hands: Hands) -> Generator[None]:
    """Three of the newest, not the last: those that come meanwhile take the numbers after it."""
    newest = (
        "number BETWEEN (SELECT max(number) - 3 FROM privacy.proofs) AND (SELECT max(number) - 1 FROM privacy.proofs)"
    )
    with hands.taken_out("privacy.proofs", newest):
        yield


@breaks("S5", "the last audit is young and found nothing serious", "an audit found something serious")
def find_something_serious(hands: Hands) -> Generator[None]:
    """One that was filed just now."""
    audit = SYSTEM_CLOCK.new_id()
    hands.sql(
        """
        INSERT INTO privacy.audits (id, at, filed_at, by, high, medium, low, checks)
        VALUES (%s, now(), now(), 'hand', 1, 0, 0, '[]')
        """,
        [audit],
    )
    try:
        yield
    finally:
        hands.sql("DELETE FROM privacy.audits WHERE id = %s", [audit])
