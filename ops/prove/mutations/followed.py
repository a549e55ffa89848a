"""Corrections, plans, news and orders: what is done for people, or not done, because they said so."""

from collections.abc import Generator

from common.clock import SYSTEM_CLOCK
from ops.prove.hands import Hands
from ops.prove.mutation import breaks


@breaks("R2", "corrections are followed", "a correction that was never carried to the end")
def never_prove_it(hands: Hands) -> Generator[None]:
    """For two days."""
    correction = SYSTEM_CLOCK.new_id()
    hands.sql(
        """
        INSERT INTO gateway.corrections (id, account_id, fields, corrected_at, state, next_try_at)
        VALUES (%s, %s, '{name}', now() - interval '2 days', 'following', now() + interval '1 day')
        """,
        [correction, hands.resident.id],
    )
    try:
        yield
    finally:
        hands.sql("DELETE FROM gateway.corrections WHERE id = %s", [correction])


@breaks("R2", "every copy follows", "billing keeps what was corrected as it was")
def never_follow(hands: Hands) -> Generator[None]:
    """For two days; nobody gets at the row that says so."""
    correction = SYSTEM_CLOCK.new_id()
    add = """
        INSERT INTO billing.corrections (id, user_id, fields, told_at)
        VALUES (%s, %s, '{name}', now() - interval '2 days')
        """
    with hands.written_and_held(
        *(add, [correction, hands.resident.id]),
        held="SELECT FROM billing.corrections WHERE id = %s FOR UPDATE",
        gone="DELETE FROM billing.corrections WHERE id = %s",
        row=correction,
    ):
        yield


@breaks("U3", "plans allow what they should", "what somebody may do is not computed anew")
def never_compute(hands: Hands) -> Generator[None]:
    """For an hour; nobody gets at her row."""
    somebody = SYSTEM_CLOCK.new_id()
    add = """
        INSERT INTO billing.entitlements
               (user_id, version, variants, resolution, shares, api_rate, changed_at, check_at)
        VALUES (%s, 1, 1, 1024, 1, 1, now() - interval '1 hour', now() - interval '1 hour')
        """
    with hands.written_and_held(
        *(add, [somebody]),
        held="SELECT FROM billing.entitlements WHERE user_id = %s FOR UPDATE",
        gone="DELETE FROM billing.entitlements WHERE user_id = %s",
        row=somebody,
    ):
        yield


@breaks("U6", "news for those who want it", "news is sent to somebody who never wanted any")
def send_news(hands: Hands) -> Generator[None]:
    """The resident, who said nothing about it."""
    letter = SYSTEM_CLOCK.new_id()
    hands.sql(
        """
        INSERT INTO gateway.mails (id, account_id, template, state, created_at, next_try_at, sent_at)
        VALUES (%s, %s, 'news', 'sent', now(), now(), now())
        """,
        [letter, hands.resident.id],
    )
    try:
        yield
    finally:
        hands.sql("DELETE FROM gateway.mails WHERE id = %s", [letter])


@breaks("U6", "a no by a link is kept", "somebody's no by a link never reaches the history of what she allows")
def never_pass_it_on(hands: Hands) -> Generator[None]:
    """For a day; it is not this hour's turn."""
    hands.sql(
        """
        INSERT INTO gateway.news_stops (account_id, asked_at, next_try_at)
        VALUES (%s, now() - interval '1 day', now() + interval '1 day')
        """,
        [hands.resident.id],
    )
    try:
        yield
    finally:
        hands.sql("DELETE FROM gateway.news_stops WHERE account_id = %s", [hands.resident.id])


@breaks("R5", "no order after a no", "orders are taken of somebody who wants nothing done with her data")
def order_after_a_no(hands: Hands) -> Generator[None]:
    """The resident's were taken; her no is put before them."""
    hands.sql(
        """
        INSERT INTO gateway.consents (account_id, purpose, granted, changed_at)
        VALUES (%s, 'processing', false, now() - interval '20 hours')
        """,
        [hands.resident.id],
    )
    try:
        yield
    finally:
        hands.sql("DELETE FROM gateway.consents WHERE account_id = %s AND purpose = 'processing'", [hands.resident.id])


@breaks("K3", "no account went by itself", "an account is gone that nobody asked to delete")
def lose_an_account(hands: Hands) -> Generator[None]:
    """What was hers alone is left of it: the key."""
    key = SYSTEM_CLOCK.new_id()
    hands.sql(
        """
        INSERT INTO gateway.person_keys (id, user_id, wrapped, version)
        SELECT %s, %s, wrapped, version FROM gateway.person_keys WHERE user_id = %s
        """,
        [key, SYSTEM_CLOCK.new_id(), hands.resident.id],
    )
    try:
        yield
    finally:
        hands.sql("DELETE FROM gateway.person_keys WHERE id = %s", [key])
