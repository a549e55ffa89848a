"""What is true of the books of all services together, whatever happened on the way: queries for what breaks it.

A query sees every schema, as only an administrator does. Each answers with the offenders.
"""

from collections.abc import Mapping
from typing import LiteralString

# What is still on its way somewhere. All of it comes to rest.
UNSETTLED: Mapping[str, LiteralString] = {
    "jobs that have not ended": """
        SELECT id, state FROM generation.figurines
         WHERE state IN ('priced', 'queued', 'rendering')
        """,
    "orders that generation has not heard of": """
        SELECT id, state FROM gateway.figurines WHERE id NOT IN (SELECT id FROM generation.figurines)
        """,
    "figurines whose end the gateway has not heard of": """
        SELECT id, state FROM gateway.figurines WHERE rank < 4
        """,
    "deleted figurines that are still there": """
        SELECT id FROM generation.figurines WHERE deleted_at IS NOT NULL AND gone_at IS NULL
        """,
    "models that are being made": """
        SELECT figurine_id FROM generation.models WHERE state IN ('asked', 'making')
        """,
    "groups of orders that a partner may still keep": """
        SELECT id, state FROM generation.batches WHERE state <> 'ended'
        """,
    "open holds": """
        SELECT figurine_id FROM billing.holds WHERE state = 'open'
        """,
    "payments that were told of and not looked at": """
        SELECT provider, kind, subject FROM billing.looks
        """,
    "refunds nobody knows the end of": """
        SELECT id FROM billing.refunds WHERE state = 'asked'
        """,
    "plans that are to end and have not": """
        SELECT id FROM billing.subscriptions WHERE end_because IS NOT NULL AND state <> 'canceled'
        """,
    "orders that were given up and are open": """
        SELECT id FROM billing.orders WHERE give_up_try_at IS NOT NULL AND state IN ('new', 'open')
        """,
    "people who left and whom a payment provider still knows": """
        SELECT user_id FROM billing.customers WHERE delete_try_at IS NOT NULL
        """,
    "photos that are held": """
        SELECT id, state, next_try_at FROM generation.uploads WHERE state <> 'deleted'
        """,
    "photos that are to be saved, or to go": """
        SELECT id, state, next_try_at FROM generation.saved_photos WHERE state <> 'saved'
        """,
    "corrections that others still have to follow": """
        SELECT id FROM gateway.corrections WHERE state = 'following'
        """,
    "clocks that run": """
        SELECT upload_id FROM privacy.clocks WHERE deleted_at IS NULL
        """,
    "calls to Gemini that are not on record": """
        SELECT made.id
          FROM generation.disclosures AS made LEFT JOIN privacy.disclosures AS filed ON filed.call_id = made.id
         WHERE filed.id IS NULL
        """,
    "letters whose way over the mail server is not on record": """
        SELECT account_id, count(*)
          FROM gateway.mails WHERE state = 'sent' AND account_id IS NOT NULL
         GROUP BY account_id HAVING count(*) > (SELECT count(*) FROM privacy.disclosures
                                                 WHERE user_id = account_id AND partner = 'mail_relay')
        """,
    "questions nobody was told have arrived": """
        SELECT id FROM gateway.tickets WHERE acknowledged_at IS NULL AND unreachable_at IS NULL
        """,
    "news that is on its way to its readers": """
        SELECT id FROM gateway.announcements WHERE state = 'sending'
        """,
    "people who stopped news and whom privacy has not heard": """
        SELECT account_id FROM gateway.news_stops
        """,
    "ends that analytics has not counted": """
        SELECT jobs, facts
          FROM (SELECT count(*) AS jobs FROM generation.figurines) AS ended,
               (SELECT count(*) AS facts FROM analytics.facts WHERE kind = 'figurine') AS counted
         WHERE jobs > facts
        """,
}

# What is never true once all has come to rest.
BROKEN: Mapping[str, LiteralString] = {
    "the gateway shows another state than generation has": """
        SELECT id, shown.state, job.state
          FROM gateway.figurines AS shown
          FULL JOIN (SELECT * FROM generation.figurines WHERE deleted_at IS NULL) AS job USING (id)
         WHERE shown.state IS DISTINCT FROM job.state
        """,
    "a question says otherwise than what was written about it": """
        SELECT ticket.id, state
          FROM gateway.tickets AS ticket
          LEFT JOIN LATERAL (SELECT author FROM gateway.ticket_messages WHERE ticket_id = ticket.id
                              ORDER BY id DESC LIMIT 1) AS last ON true
         WHERE author IS NULL OR (state = 'answered') <> (author = 'studio' AND state <> 'closed')
        """,
    "somebody looked at a person's data and the audit trail does not know": """
        SELECT told.id, told.act_id
          FROM gateway.access_log AS told LEFT JOIN gateway.staff_acts AS act ON act.id = told.act_id
         WHERE act.id IS NULL
        """,
    "the gateway shows other pictures than generation has": """
        SELECT shown.id
          FROM gateway.figurines AS shown
          LEFT JOIN (SELECT figurine_id, count(*) AS stored FROM generation.pictures GROUP BY 1) AS pictures
            ON pictures.figurine_id = shown.id
         WHERE jsonb_array_length(shown.pictures) <> coalesce(stored, 0)
        """,
    "a person was told of an end not once": """
        SELECT figurine.id, count(feed.seq)
          FROM gateway.figurines AS figurine
          LEFT JOIN gateway.feed AS feed
            ON feed.account_id = figurine.account_id AND feed.data ->> 'figurine_id' = figurine.id::text
               AND feed.type IN ('figurine.generated', 'figurine.failed')
         GROUP BY 1 HAVING count(feed.seq) <> 1
        """,
    "a job that succeeded has no picture, or one that failed has": """
        SELECT id, state
          FROM generation.figurines AS job
         WHERE deleted_at IS NULL AND (state IN ('succeeded', 'partly_succeeded'))
               <> EXISTS (SELECT FROM generation.pictures WHERE figurine_id = job.id)
        """,
    "the ledger does not sum to zero": """
        SELECT sum(credits) FROM billing.postings HAVING sum(credits) <> 0
        """,
    "a balance is not the sum of its postings": """
        SELECT user_id, available, held
          FROM billing.accounts AS account
         WHERE held <> 0
            OR available <> (SELECT coalesce(sum(credits), 0) FROM billing.postings
                              WHERE user_id = account.user_id AND account = 'available')
        """,
    "a balance is not what is left of its lots": """
        SELECT user_id, available, lot.free
          FROM billing.accounts AS account
          LEFT JOIN (SELECT user_id, sum(free) AS free, sum(held) AS held FROM billing.lots GROUP BY 1) AS lot
         USING (user_id)
         WHERE available + frozen <> coalesce(free, 0) OR account.held <> coalesce(lot.held, 0)
        """,
    "a settled hold drew more or less than it held": """
        SELECT hold.id
          FROM billing.holds AS hold
          LEFT JOIN (SELECT hold_id, sum(credits) AS drawn FROM billing.hold_parts GROUP BY 1) AS part
            ON part.hold_id = hold.id
         WHERE hold.credits <> coalesce(drawn, 0)
        """,
    "the gateway shows another balance than billing has": """
        SELECT user_id FROM billing.accounts JOIN gateway.balances AS shown ON shown.account_id = user_id
         WHERE (accounts.available, accounts.held) <> (shown.available, shown.held)
        """,
    "what was charged is not the price of the pictures that are there": """
        SELECT job.id, unit_price * stored AS due, charged, times
          FROM generation.figurines AS job
          LEFT JOIN LATERAL (SELECT count(*) AS stored FROM generation.pictures WHERE figurine_id = job.id) AS p ON true
          LEFT JOIN LATERAL (
               SELECT coalesce(sum(posting.credits), 0) AS charged, count(*) AS times
                 FROM billing.entries AS entry
                 JOIN billing.postings AS posting ON posting.entry = entry.seq
                WHERE entry.figurine_id = job.id AND posting.account = 'revenue') AS revenue ON true
         WHERE deleted_at IS NULL AND (charged <> unit_price * stored OR times <> least(stored, 1))
        """,
    "a hold says otherwise than the ledger": """
        SELECT hold.figurine_id, captured
          FROM billing.holds AS hold
         WHERE captured <> (SELECT coalesce(sum(posting.credits), 0)
                              FROM billing.entries AS entry
                              JOIN billing.postings AS posting ON posting.entry = entry.seq
                             WHERE entry.figurine_id = hold.figurine_id AND posting.account = 'revenue')
        """,
    "an order was paid and brought no credits, or credits were bought that no order was paid for": """
        SELECT paid.id, lot.source
          FROM (SELECT id, lot FROM billing.orders WHERE state = 'paid' AND credits > 0) AS paid
          FULL JOIN (SELECT source FROM billing.lots WHERE source LIKE 'order:%' OR source LIKE 'period:%') AS lot
            ON lot.source = paid.lot
         WHERE paid.id IS NULL OR lot.source IS NULL
        """,
    "an order's refunds are not what went back of its money": """
        SELECT bought.id, amount_refunded, back, lost
          FROM billing.orders AS bought
          LEFT JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS back FROM billing.refunds
                              WHERE order_id = bought.id AND state <> 'failed') AS refunds ON true
          LEFT JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS lost FROM billing.disputes
                              WHERE order_id = bought.id AND state = 'lost') AS disputes ON true
         WHERE amount_refunded NOT BETWEEN back AND back + lost
        """,
    "a refund went back that no two had agreed on": """
        SELECT proposal.id
          FROM billing.refund_proposals AS proposal LEFT JOIN billing.refunds AS refund ON refund.id = refund_id
         WHERE proposal.state = 'approved'
           AND (proposed_by = decided_by OR (refund.order_id, refund.amount)
                IS DISTINCT FROM (proposal.order_id, proposal.amount))
        """,
    "a plan that nobody wanted twice is not paid back": """
        SELECT bought.id
          FROM billing.orders AS bought JOIN billing.subscriptions AS plan ON plan.id = subscription_id
         WHERE end_because = 'second' AND bought.state = 'paid' AND amount_refunded < amount_paid
           AND NOT EXISTS (SELECT FROM billing.disputes WHERE order_id = bought.id)
        """,
    "credits wait for nothing, or do not wait for what they should": """
        SELECT id FROM billing.lots
         WHERE closed_at IS NULL AND (frozen_at IS NOT NULL) <> EXISTS (
               SELECT FROM billing.freezes WHERE lot_id = lots.id)
        """,
    "a service knows otherwise what a person may do than billing told": """
        SELECT user_id, told.version, held.version
          FROM billing.entitlements AS told
          JOIN gateway.allowances AS held ON held.account_id = told.user_id
         WHERE (told.version, told.variants, told.resolution, told.shares, told.api_rate)
               <> (held.version, held.variants, held.resolution, held.shares, held.api_rate)
         UNION ALL
        SELECT user_id, told.version, held.version
          FROM billing.entitlements AS told
          JOIN generation.allowances AS held USING (user_id)
         WHERE (told.version, told.variants, told.resolution, told.shares)
               <> (held.version, held.variants, held.resolution, held.shares)
        """,
    "somebody who left has a plan": """
        SELECT plan.id FROM billing.departures JOIN billing.subscriptions AS plan USING (user_id)
         WHERE state <> 'canceled' AND end_because IS NULL
        """,
    "a correction is proven that billing has not followed": """
        SELECT proven.id FROM gateway.corrections AS proven LEFT JOIN billing.corrections AS followed USING (id)
         WHERE proven.state = 'proven' AND followed.followed_at IS NULL
        """,
    "a photo that is gone has not exactly one proof": """
        SELECT upload.id, count(evidence.id)
          FROM generation.uploads AS upload
          LEFT JOIN privacy.evidence AS evidence ON evidence.upload_id = upload.id AND evidence.kept
         WHERE NOT upload.words_only
         GROUP BY 1 HAVING count(evidence.id) <> 1
        """,
    "a photo is saved for somebody else than whoever sent it": """
        SELECT photo.id
          FROM generation.saved_photos AS photo
          LEFT JOIN generation.uploads AS upload ON upload.id = photo.upload_id AND upload.user_id = photo.user_id
         WHERE upload.id IS NULL
        """,
    "a call to Gemini is on record that nobody made": """
        SELECT filed.id
          FROM privacy.disclosures AS filed LEFT JOIN generation.disclosures AS made ON made.id = filed.call_id
         WHERE filed.partner = 'google_gemini' AND made.id IS NULL
        """,
    "a photo is kept of somebody who took that back": """
        SELECT photo.id
          FROM generation.saved_photos AS photo JOIN generation.consents AS word USING (user_id)
         WHERE word.purpose = 'saved_photos' AND NOT word.granted AND photo.state = 'saved'
        """,
    "somebody is counted who took that back": """
        SELECT said.user_id
          FROM (SELECT DISTINCT ON (user_id) user_id, granted, changed_at
                  FROM privacy.consents WHERE purpose = 'analytics' ORDER BY user_id, changed_at DESC) AS said
         WHERE NOT said.granted AND NOT EXISTS (
               SELECT FROM analytics.choices
                WHERE purpose = 'analytics' AND NOT choices.granted AND choices.changed_at = said.changed_at)
        """,
    "a letter about the policy is on nobody's list, or somebody on it has none": """
        SELECT coalesce(mail.account_id, told.account_id)
          FROM (SELECT * FROM gateway.mails WHERE template = 'policy') AS mail
          FULL JOIN (SELECT * FROM gateway.policy_told WHERE state = 'waiting') AS told ON told.mail_id = mail.id
         WHERE mail.id IS NULL
            OR NOT EXISTS (SELECT FROM gateway.policy_told WHERE policy_told.mail_id = mail.id)
        """,
    "a letter of news is on nobody's list, or somebody on it has none": """
        SELECT coalesce(mail.account_id, letter.account_id)
          FROM (SELECT * FROM gateway.mails WHERE template = 'news' AND parameters ? 'announcement') AS mail
          FULL JOIN (SELECT * FROM gateway.announcement_letters WHERE state = 'waiting') AS letter
            ON letter.mail_id = mail.id
         WHERE mail.id IS NULL
            OR NOT EXISTS (SELECT FROM gateway.announcement_letters WHERE announcement_letters.mail_id = mail.id)
        """,
    # Who is erased takes her letters along, and stays counted.
    "news counts fewer letters than there are": """
        SELECT news.id
          FROM gateway.announcements AS news JOIN gateway.announcement_letters AS letter ON announcement_id = news.id
         GROUP BY news.id
        HAVING entitled < count(*)
            OR sent + uncertain < count(*) FILTER (WHERE letter.state IN ('sent', 'uncertain', 'bounced'))
            OR refused < count(*) FILTER (WHERE letter.state = 'refused')
            OR bounced < count(*) FILTER (WHERE letter.state = 'bounced')
            OR unsubscribed < count(unsubscribed_at)
        """,
    "privacy knows otherwise how many were told of a policy than the gateway counted": """
        SELECT version
          FROM gateway.policy_notices AS counted JOIN privacy.policy_versions AS known USING (version)
         WHERE counted.counted_at = known.counted_at
           AND (counted.entitled, counted.told, counted.undeliverable, counted.departed, counted.waiting)
               <> (known.entitled, known.told, known.undeliverable, known.departed, known.waiting)
        """,
    "a promise was broken": """
        SELECT upload_id, fact FROM privacy.evidence WHERE NOT kept
        """,
    # Without a photo only what goes on from a picture; its words came instead.
    "an order has no photo, or two": """
        SELECT figurine.id, count(upload.id)
          FROM gateway.figurines AS figurine
          LEFT JOIN generation.uploads AS upload ON upload.figurine_id = figurine.id
           AND upload.id IS NOT DISTINCT FROM coalesce(figurine.upload_id, CASE WHEN words_only THEN upload.id END)
         GROUP BY 1 HAVING count(upload.id) <> 1
        """,
    "a version does not stand below what it comes from": """
        SELECT child.id, parent.id
          FROM gateway.figurines AS child JOIN gateway.figurines AS parent ON parent.id = child.parent_id
         WHERE coalesce(child.root_id, child.id) <> coalesce(parent.root_id, parent.id) OR parent.id >= child.id
        """,
    "a version comes from somebody else's figurine": """
        SELECT child.id
          FROM generation.figurines AS child JOIN generation.figurines AS parent ON parent.id = child.parent_id
         WHERE child.user_id <> parent.user_id OR (child.goes_on AND child.parent_picture IS NULL)
        """,
    "analytics counts other ends or other pictures than there are": """
        SELECT *
          FROM (SELECT count(*) AS jobs FROM generation.figurines) AS ended,
               (SELECT count(*) AS stored FROM generation.pictures) AS made,
               (SELECT count(*) AS deleted FROM generation.figurines WHERE deleted_at IS NOT NULL) AS past,
               (SELECT count(*) AS facts, coalesce(sum(pictures), 0) AS pictures
                  FROM analytics.facts WHERE kind = 'figurine') AS counted,
               (SELECT coalesce(sum(facts), 0) AS shown FROM analytics.rollups_of_days WHERE kind = 'figurine') AS days,
               -- Sums stay when somebody leaves.
               (SELECT count(*) AS gone FROM analytics.tombstones) AS left_for_good
         WHERE jobs <> facts OR shown < facts OR (shown <> facts AND gone = 0)
            OR pictures < stored OR (pictures <> stored AND deleted = 0)
        """,
    "months are anonymous otherwise than is on record": """
        SELECT month, kept, facts
          FROM analytics.anonymisations AS done
          FULL JOIN (SELECT month, sum(facts) AS facts FROM analytics.anonymous_facts GROUP BY month) AS left_over
         USING (month)
         WHERE coalesce(kept, -1) <> coalesce(facts, 0) OR done.digest <> analytics.digest_of(month)
            OR EXISTS (SELECT FROM analytics.facts
                        WHERE day >= month AND day < month + interval '1 month'
                              AND finished_at < now() - interval '1 hour')
        """,
    "numbers of documents are missing": """
        SELECT series, year, last
          FROM billing.number_series
         WHERE last <> (SELECT count(*) FROM billing.invoices AS document
                         WHERE (document.series, document.year) = (number_series.series, number_series.year))
        """,
    "a payment has not exactly one document that counts": """
        SELECT orders.id
          FROM billing.orders
         WHERE state = 'paid' AND amount_paid > 0 AND amount_refunded = 0
               AND 1 <> (SELECT count(*) FROM billing.invoices AS document
                          WHERE document.order_id = orders.id AND document.kind <> 'credit_note'
                                AND document.gross > (SELECT coalesce(sum(note.gross), 0) FROM billing.invoices AS note
                                                       WHERE note.corrects = document.id))
        """,
    "a bank transfer counts otherwise than it was booked": """
        SELECT order_id, received, returned
          FROM billing.transfer_orders AS awaited
         WHERE received - returned <> (SELECT coalesce(sum(amount), 0) FROM billing.transfers
                                        WHERE transfers.order_id = awaited.order_id)
        """,
}
