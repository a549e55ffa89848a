"""Promises with a deadline: uploads that stay, erasures that are late, books that nobody balanced."""

from collections.abc import Generator

from ops.prove.hands import Hands
from ops.prove.mutation import breaks


@breaks("K1", "no upload is overdue", "a photo that was never deleted, an hour past its deadline")
def keep_an_upload(hands: Hands) -> Generator[None]:
    """The clock of an upload is put back, and its deletion taken out."""
    ((upload, uploaded, due, deleted),) = hands.sql(
        "SELECT upload_id, uploaded_at, due_at, deleted_at FROM privacy.clocks"
        " WHERE user_id = %s AND deleted_at IS NOT NULL LIMIT 1",
        [hands.resident.id],
    )
    hands.sql(
        """
        UPDATE privacy.clocks
           SET uploaded_at = now() - interval '25 hours', due_at = now() - interval '1 hour', deleted_at = NULL
         WHERE upload_id = %s
        """,
        [upload],
    )
    try:
        yield
    finally:
        hands.sql(
            "UPDATE privacy.clocks SET uploaded_at = %s, due_at = %s, deleted_at = %s WHERE upload_id = %s",
            [uploaded, due, deleted, upload],
        )


@breaks("R3", "no erasure is late", "a service does not do its part of an erasure in time")
def skip_a_service(hands: Hands) -> Generator[None]:
    """Analytics is stopped, somebody leaves, and the time it has for its part is over."""
    leaver = hands.newcomer()
    with hands.without("analytics-worker"):
        request = leaver.person.ask("erasure", password=leaver.password)
        hands.sql("UPDATE privacy.requests SET answer_by = now() - interval '10 minutes' WHERE id = %s", [request.id])
        yield
    leaver.person.close()


@breaks("U7", "the books balance", "a balance that nobody was paid")
def unbalance(hands: Hands) -> Generator[None]:
    """One credit more on an account than its entries add up to; noted as the look at what is new would."""
    user = hands.resident.id
    hands.sql("UPDATE billing.accounts SET available = available + 1 WHERE user_id = %s", [user])
    hands.sql("INSERT INTO billing.suspects (user_id, noted_at) VALUES (%s, now()) ON CONFLICT DO NOTHING", [user])
    try:
        yield
    finally:
        hands.sql("UPDATE billing.accounts SET available = available - 1 WHERE user_id = %s", [user])
