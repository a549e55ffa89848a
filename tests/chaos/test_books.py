"""The books notice what they are there to notice: each forgery is made in a transaction that is never committed."""

from collections.abc import Mapping
from typing import LiteralString

import psycopg
import pytest

from tests.chaos.books import check_the_books, found_by
from tests.chaos.laws import BROKEN, UNSETTLED
from tests.fixtures.customer import Customer, expect
from tests.fixtures.stack import RunningStack

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

FORGERIES: Mapping[str, LiteralString] = {
    "jobs that have not ended": "UPDATE generation.figurines SET state = 'queued'",
    "orders that generation has not heard of": "DELETE FROM generation.figurines",
    "figurines whose end the gateway has not heard of": "UPDATE gateway.figurines SET rank = 3",
    "deleted figurines that are still there": "UPDATE generation.figurines SET deleted_at = now()",
    "models that are being made": """
        INSERT INTO generation.models (figurine_id, picture, height_mm, state, asked_at)
        SELECT id, 1, 1, 'asked', now() FROM generation.figurines
        """,
    "groups of orders that a partner may still keep": """
        INSERT INTO generation.batches (id, engine, state, begun_at, next_look_at)
        VALUES (gen_random_uuid(), 'gemini', 'leaving', now(), now())
        """,
    "open holds": "UPDATE billing.holds SET state = 'open', ended_at = NULL",
    "payments that were told of and not looked at": """
        INSERT INTO billing.looks (provider, kind, subject, first_asked_at, due_at)
        VALUES ('stripe', 'payment', 'p', now(), now())
        """,
    "refunds nobody knows the end of": """
        INSERT INTO billing.refunds (id, order_id, provider, amount, reason, asked_by, state, next_try_at, created_at)
        SELECT user_id, user_id, 'stripe', 1, '', 'person', 'asked', now(), now() FROM billing.accounts LIMIT 1
        """,
    "plans that are to end and have not": """
        INSERT INTO billing.subscriptions (id, user_id, provider, reference, price_id, state, cancel_at_period_end,
                                           created_at, seen_at, end_because, end_try_at)
        SELECT user_id, user_id, 'stripe', 'p', 'p', 'active', false, now(), now(), 'second', now()
          FROM billing.accounts LIMIT 1
        """,
    "orders that were given up and are open": """
        INSERT INTO billing.orders (id, user_id, provider, kind, price_id, catalogue_version, credits, list_amount,
                                    amount, currency, state, created_at, give_up_try_at)
        SELECT user_id, user_id, 'stripe', 'pack', 'p', 'v', 1, 1, 1, 'eur', 'open', now(), now()
          FROM billing.accounts LIMIT 1
        """,
    "people who left and whom a payment provider still knows": """
        INSERT INTO billing.customers (user_id, provider, reference, created_at, delete_try_at)
        SELECT user_id, 'stripe', 'c', now(), now() FROM billing.accounts LIMIT 1
        """,
    "a service knows otherwise what a person may do than billing told": """
        WITH told AS (
            INSERT INTO billing.entitlements (user_id, version, variants, resolution, shares, api_rate, changed_at,
                                              check_at)
            SELECT id, 1, 6, 1, 1, 1, now(), now() FROM gateway.accounts LIMIT 1 RETURNING user_id)
        INSERT INTO gateway.allowances (account_id, version, variants, resolution, shares, api_rate)
        SELECT user_id, 1, 4, 1, 1, 1 FROM told
        """,
    "somebody who left has a plan": """
        WITH gone AS (
            INSERT INTO billing.departures (user_id, asked_at)
            SELECT user_id, now() FROM billing.accounts AS account
             WHERE NOT EXISTS (SELECT FROM billing.departures WHERE user_id = account.user_id) LIMIT 1
         RETURNING user_id)
        INSERT INTO billing.subscriptions (id, user_id, provider, reference, price_id, state, cancel_at_period_end,
                                           created_at, seen_at)
        SELECT user_id, user_id, 'stripe', 'p', 'p', 'active', false, now(), now() FROM gone
        """,
    "photos that are held": "UPDATE generation.uploads SET state = 'deleting'",
    "photos that are to be saved, or to go": "UPDATE generation.saved_photos SET state = 'leaving'",
    "corrections that others still have to follow": """
        INSERT INTO gateway.corrections (id, account_id, fields, corrected_at, state, next_try_at)
        SELECT id, id, '{}', now(), 'following', now() FROM gateway.accounts LIMIT 1
        """,
    "clocks that run": "UPDATE privacy.clocks SET deleted_at = NULL",
    "calls to Gemini that are not on record": """
        INSERT INTO generation.disclosures (id, user_id, figurine_id, attempt, partner, kind, purpose, at)
        SELECT gen_random_uuid(), user_id, id, 1, 'google_gemini', 'photo_and_prompt', 'U2', now()
          FROM generation.figurines
        """,
    "letters whose way over the mail server is not on record": "DELETE FROM privacy.disclosures",
    "questions nobody was told have arrived": """
        INSERT INTO gateway.tickets (id, account_id, reference, topic, state, opened_at, changed_at, waiting_since)
        SELECT id, id, 'FS-222222', 'other', 'open', now(), now(), now() FROM gateway.accounts LIMIT 1
        """,
    "news that is on its way to its readers": """
        INSERT INTO gateway.announcements (id, state, created_at, changed_at, began_at)
        VALUES (gen_random_uuid(), 'sending', now(), now(), now())
        """,
    "people who stopped news and whom privacy has not heard": """
        INSERT INTO gateway.news_stops (account_id, asked_at, next_try_at) SELECT id, now(), now() FROM gateway.accounts
        """,
    "ends that analytics has not counted": "DELETE FROM analytics.facts",
    "the gateway shows another state than generation has": "UPDATE gateway.figurines SET state = 'failed'",
    "a question says otherwise than what was written about it": """
        INSERT INTO gateway.tickets (id, account_id, reference, topic, state, opened_at, changed_at)
        SELECT id, id, 'FS-222222', 'other', 'answered', now(), now() FROM gateway.accounts LIMIT 1
        """,
    "somebody looked at a person's data and the audit trail does not know": """
        INSERT INTO gateway.access_log (id, account_id, operator, what, reason, at, act_id)
        SELECT gen_random_uuid(), id, 'mira', 'Your account', 'Out of curiosity', now(), gen_random_uuid()
          FROM gateway.accounts LIMIT 1
        """,
    "the gateway shows other pictures than generation has": "UPDATE gateway.figurines SET pictures = '[]'",
    "a person was told of an end not once": "DELETE FROM gateway.feed",
    "a job that succeeded has no picture, or one that failed has": "UPDATE generation.figurines SET state = 'failed'",
    "the ledger does not sum to zero": "UPDATE billing.postings SET credits = credits + 1",
    "a balance is not the sum of its postings": "UPDATE billing.accounts SET available = available + 1",
    "a balance is not what is left of its lots": "UPDATE billing.lots SET free = free - 1 WHERE free > 1",
    "a settled hold drew more or less than it held": "DELETE FROM billing.hold_parts",
    "the gateway shows another balance than billing has": "UPDATE gateway.balances SET available = available + 1",
    "what was charged is not the price of the pictures that are there": "DELETE FROM generation.pictures",
    "a hold says otherwise than the ledger": "UPDATE billing.holds SET captured = 0",
    "an order was paid and brought no credits, or credits were bought that no order was paid for": """
        INSERT INTO billing.orders (id, user_id, provider, kind, price_id, catalogue_version, credits, list_amount,
                                    amount, currency, state, lot, created_at, paid_at)
        SELECT user_id, user_id, 'stripe', 'pack', 'p', '1', 1, 1, 1, 'eur', 'paid', 'order:p', now(), now()
          FROM billing.accounts LIMIT 1
        """,
    "an order's refunds are not what went back of its money": """
        INSERT INTO billing.orders (id, user_id, provider, kind, price_id, catalogue_version, credits, list_amount,
                                    amount, currency, state, created_at, amount_paid, amount_refunded)
        SELECT user_id, user_id, 'stripe', 'pack', 'p', '1', 1, 1, 1, 'eur', 'failed', now(), 1, 1
          FROM billing.accounts LIMIT 1
        """,
    "a refund went back that no two had agreed on": """
        INSERT INTO billing.refund_proposals (id, order_id, amount, reason, state, request_key, proposed_by,
                                              proposed_at, decided_by, decided_at, refund_id)
        SELECT gen_random_uuid(), gen_random_uuid(), 1, 'forged', 'approved', '\\x00', user_id, now(),
               gen_random_uuid(), now(), gen_random_uuid()
          FROM billing.accounts LIMIT 1
        """,
    "a plan that nobody wanted twice is not paid back": """
        WITH plan AS (
             INSERT INTO billing.subscriptions (id, user_id, provider, reference, price_id, state,
                                                cancel_at_period_end, created_at, seen_at, ended_at, end_because,
                                                end_try_at)
             SELECT user_id, user_id, 'stripe', 'p', 'p', 'canceled', false, now(), now(), now(), 'second', now()
               FROM billing.accounts LIMIT 1 RETURNING id)
        INSERT INTO billing.orders (id, user_id, provider, kind, price_id, catalogue_version, credits, list_amount,
                                    amount, currency, state, created_at, paid_at, amount_paid, subscription_id)
        SELECT id, id, 'stripe', 'plan', 'p', '1', 0, 1, 1, 'eur', 'paid', now(), now(), 1, id FROM plan
        """,
    "credits wait for nothing, or do not wait for what they should": """
        UPDATE billing.lots SET frozen_at = now() WHERE closed_at IS NULL
        """,
    "a correction is proven that billing has not followed": """
        INSERT INTO gateway.corrections (id, account_id, fields, corrected_at, state, next_try_at, proven_at)
        SELECT id, id, '{}', now(), 'proven', now(), now() FROM gateway.accounts LIMIT 1
        """,
    "a photo that is gone has not exactly one proof": "DELETE FROM privacy.evidence",
    "a photo is saved for somebody else than whoever sent it": """
        UPDATE generation.saved_photos SET user_id = gen_random_uuid()
        """,
    "a call to Gemini is on record that nobody made": """
        INSERT INTO privacy.disclosures (id, user_id, partner, kind, purpose, disclosed_at)
        VALUES (gen_random_uuid(), gen_random_uuid(), 'google_gemini', 'photo_and_prompt', 'U2', now())
        """,
    "a photo is kept of somebody who took that back": """
        INSERT INTO generation.consents (user_id, purpose, granted, changed_at)
        SELECT DISTINCT user_id, 'saved_photos', false, now() FROM generation.saved_photos
        """,
    "somebody is counted who took that back": """
        INSERT INTO privacy.consents (id, user_id, purpose, granted, policy_version, how, changed_at)
        VALUES (gen_random_uuid(), gen_random_uuid(), 'analytics', false, '2026-11-01', 'api', now())
        """,
    "a letter about the policy is on nobody's list, or somebody on it has none": """
        INSERT INTO gateway.mails (id, account_id, template, state, created_at, next_try_at)
        SELECT id, id, 'policy', 'sent', now(), now() FROM gateway.accounts LIMIT 1
        """,
    "a letter of news is on nobody's list, or somebody on it has none": """
        INSERT INTO gateway.announcement_letters (announcement_id, account_id, mail_id, state, at)
        SELECT gen_random_uuid(), id, gen_random_uuid(), 'waiting', now() FROM gateway.accounts
        """,
    "news counts fewer letters than there are": """
        WITH news AS (
            INSERT INTO gateway.announcements (id, state, created_at, changed_at)
            VALUES (gen_random_uuid(), 'draft', now(), now()) RETURNING id)
        INSERT INTO gateway.announcement_letters (announcement_id, account_id, mail_id, state, at)
        SELECT news.id, accounts.id, gen_random_uuid(), 'sent', now() FROM news, gateway.accounts
        """,
    "privacy knows otherwise how many were told of a policy than the gateway counted": """
        WITH known AS (
            INSERT INTO privacy.policy_versions (version, digest, significant, published_at, announced_at, entitled,
                                                 told, undeliverable, departed, waiting, counted_at)
            VALUES ('p', '', true, now(), now(), 2, 1, 0, 0, 0, now()) RETURNING *)
        INSERT INTO gateway.policy_notices (version, published_at, next_batch_at, entitled, told, counted_at)
        SELECT version, published_at, now(), entitled, 2, counted_at FROM known
        """,
    "a promise was broken": "UPDATE privacy.evidence SET kept = false",
    "an order has no photo, or two": "DELETE FROM generation.uploads",
    "a version does not stand below what it comes from": "UPDATE gateway.figurines SET parent_id = id",
    "a version comes from somebody else's figurine": """
        UPDATE generation.figurines SET parent_id = id, goes_on = true
        """,
    "months are anonymous otherwise than is on record": """
        INSERT INTO analytics.anonymous_facts
        VALUES ('2024-01-01', NULL, 'figurine', 'window-box', 'studio', 'failed', 'none', 'none',
                1, 0, 0, 0, 0, 0, 0, 0, 0)
        """,
    "analytics counts other ends or other pictures than there are": "UPDATE analytics.facts SET pictures = 0",
    "numbers of documents are missing": "INSERT INTO billing.number_series VALUES ('INV', 1999, 1, now())",
    "a payment has not exactly one document that counts": """
        INSERT INTO billing.orders (id, user_id, provider, kind, price_id, catalogue_version, credits, list_amount,
                                    amount, currency, state, amount_paid, created_at, paid_at)
        VALUES (gen_random_uuid(), gen_random_uuid(), 'invoice', 'pack', 'x', 'x', 1, 1, 1, 'eur', 'paid', 1, now(),
                now())
        """,
    "a bank transfer counts otherwise than it was booked": """
        INSERT INTO billing.transfer_orders (order_id, user_id, invoice_id, number, amount, currency, state, received,
                                             expires_at, opened_at, changed_at)
        VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'x', 5, 'eur', 'open', 1, now(), now(), now())
        """,
}


@pytest.fixture(scope="module")
def one_figurine(stack: RunningStack) -> None:
    person = Customer(stack)
    person.wait_for_credits()
    person.wait_until_ended(expect(202, person.order(save=True))["id"])
    person.close()
    check_the_books(stack)


def test_every_law_has_its_forgery() -> None:
    assert FORGERIES.keys() == {**UNSETTLED, **BROKEN}.keys()


@pytest.mark.usefixtures("one_figurine")
@pytest.mark.parametrize("law", FORGERIES)
def test_a_forgery_is_noticed(stack: RunningStack, law: str) -> None:
    with psycopg.connect(stack.postgres.admin_url()) as connection:
        # Nothing but the forgery itself: no trigger, no reference to other rows.
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(FORGERIES[law])
        assert law in found_by(connection, {**UNSETTLED, **BROKEN})
        connection.rollback()
