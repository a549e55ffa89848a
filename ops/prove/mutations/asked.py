"""People who ask the studio something, and people who are told of a new policy."""

from collections.abc import Generator
from contextlib import contextmanager

from common.clock import SYSTEM_CLOCK
from ops.prove.hands import Hands
from ops.prove.mutation import breaks


@contextmanager
def question(hands: Hands, *, acknowledged: bool, waits: str, topic: str = "other") -> Generator[None]:
    """One of the resident's, as long as the block lasts."""
    ticket = SYSTEM_CLOCK.new_id()
    hands.sql(
        """
        INSERT INTO gateway.tickets
               (id, account_id, reference, topic, state, opened_at, changed_at, waiting_since, acknowledged_at)
        SELECT %(id)s, %(account)s, 'PROVE', %(topic)s, 'open', asked, asked, asked, CASE WHEN %(told)s THEN asked END
          FROM (SELECT now() - %(waits)s::interval AS asked) AS question
        """,
        {"id": ticket, "account": hands.resident.id, "told": acknowledged, "waits": waits, "topic": topic},
    )
    try:
        yield
    finally:
        hands.sql("DELETE FROM gateway.tickets WHERE id = %s", [ticket])


@breaks("N2", "questions are acknowledged", "a question whose arrival nobody was told of")
def leave_in_the_dark(hands: Hands) -> Generator[None]:
    """For an hour."""
    with question(hands, acknowledged=False, waits="1 hour"):
        yield


@breaks("N2", "questions are answered", "a question that nobody answers")
def leave_unanswered(hands: Hands) -> Generator[None]:
    """For four days."""
    with question(hands, acknowledged=True, waits="4 days"):
        yield


@breaks("U4", "answers are told of", "an answer that its letter does not tell of")
def keep_the_letter(hands: Hands) -> Generator[None]:
    """It waits for an hour, and is not sent."""
    letter = SYSTEM_CLOCK.new_id()
    with question(hands, acknowledged=True, waits="0"):
        hands.sql(
            """
            INSERT INTO gateway.mails (id, account_id, template, state, created_at, next_try_at)
            VALUES (%s, %s, 'ticket-answered', 'waiting', now() - interval '1 hour', now() + interval '1 day')
            """,
            [letter, hands.resident.id],
        )
        try:
            yield
        finally:
            hands.sql("DELETE FROM gateway.mails WHERE id = %s", [letter])


@breaks("N1", "what came out stays and was told", "a policy says something else than when it came out")
def change_the_policy(hands: Hands) -> Generator[None]:
    """What it said then is what is changed here: the two differ."""
    ((version, digest),) = hands.sql(
        "SELECT version, digest FROM privacy.policy_versions ORDER BY version DESC LIMIT 1"
    )
    change = "UPDATE privacy.policy_versions SET digest = %s, altered_at = NULL WHERE version = %s"
    hands.sql(change, ["0" * 64, version])
    try:
        yield
    finally:
        hands.sql(change, [digest, version])


@breaks("N1", "nobody was left out", "somebody was never told of a policy that matters")
def tell_everybody_but_one(hands: Hands) -> Generator[None]:
    """The resident was there before it came out, as far as anybody can see."""
    shift = "UPDATE gateway.accounts SET created_at = created_at + %s::interval WHERE id = %s"
    hands.sql(shift, ["-1 day", hands.resident.id])
    try:
        yield
    finally:
        hands.sql(shift, ["1 day", hands.resident.id])
