"""What is stored, about whom, and whether the rest of the studio hears of it."""

from collections.abc import Generator

from common.clock import SYSTEM_CLOCK
from ops.canary.leaving import OVER
from ops.canary.person import api_of
from ops.demo.waiting import wait_for
from ops.prove.hands import Hands
from ops.prove.mutation import breaks
from ops.prove.newcomer import SECONDS


@breaks("C1", "nothing undeclared", "a column that nobody declared")
def store_more(hands: Hands) -> Generator[None]:
    """One more thing about everybody who is counted."""
    hands.sql("ALTER TABLE analytics.facts ADD COLUMN shoe_size text")
    try:
        yield
    finally:
        hands.sql("ALTER TABLE analytics.facts DROP COLUMN shoe_size")


@breaks("R3", "nobody who left", "a row about somebody who left, written too late")
def resurrect(hands: Hands) -> Generator[None]:
    """Somebody leaves; a while later the clock of an upload of hers is there again."""
    leaver = hands.newcomer()
    request = leaver.person.ask("erasure", password=leaver.password)
    follow = api_of(str(request.follow), request.id)
    wait_for(lambda: leaver.person.erasure(follow).state in OVER or None, "The end of an erasure", seconds=SECONDS)
    leaver.person.close()
    hands.sql("UPDATE privacy.tombstones SET gone_at = gone_at - interval '1 hour' WHERE request_id = %s", [request.id])
    upload = SYSTEM_CLOCK.new_id()
    hands.sql(
        """
        INSERT INTO privacy.clocks (upload_id, figurine_id, user_id, uploaded_at, due_at, deleted_at)
        VALUES (%s, %s, %s, now(), now() + interval '23 hours', now())
        """,
        [upload, SYSTEM_CLOCK.new_id(), leaver.id],
    )
    try:
        yield
    finally:
        hands.sql("DELETE FROM privacy.clocks WHERE upload_id = %s", [upload])


@breaks("U1", "events leave", "something that happened is told to nobody")
def keep_quiet(hands: Hands) -> Generator[None]:
    """An event that no queue takes has waited for an hour."""
    event = SYSTEM_CLOCK.new_id()
    hands.sql(
        """
        INSERT INTO analytics.outbox (id, type, body, created_at)
        VALUES (%s, 'nobody.listens', '{}', now() - interval '1 hour')
        """,
        [event],
    )
    try:
        yield
    finally:
        hands.sql("DELETE FROM analytics.outbox WHERE id = %s", [event])
