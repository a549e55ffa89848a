"""Faults and attacks that nobody sees to, and what follows people around."""

from collections.abc import Generator
from datetime import timedelta

from common import broker
from common.clock import SYSTEM_CLOCK
from common.messages import Message
from common.retries import FIRST_FAILED_AT
from common.topology import dead_queue
from ops.prove.hands import Hands
from ops.prove.mutation import breaks

_LONG_AGO_DAYS = 2
_SETS_A_COOKIE = """
from flask import Flask

answer = Flask.process_response

def process_response(self, response):
    response.set_cookie("follow", "somebody")
    return answer(self, response)

Flask.process_response = process_response
"""


@breaks("U8", "faults are seen to", "an event that could not be handled, and that nobody sees to")
def leave_a_fault(hands: Hands) -> Generator[None]:
    """It lies among the dead letters of analytics for two days."""
    url, ca_file, queue = hands.stack.rabbitmq.admin_url(), hands.stack.site.ca, dead_queue("analytics")
    letter = Message(
        exchange="",
        routing_key=queue,
        body=b"{}",
        message_id=str(SYSTEM_CLOCK.new_id()),
        headers={FIRST_FAILED_AT: (SYSTEM_CLOCK.now() - timedelta(days=_LONG_AGO_DAYS)).isoformat()},
    )
    broker.send(url, letter, ca_file=ca_file, name="prove")
    try:
        yield
    finally:
        with broker.open_drawer(url, queue, ca_file=ca_file) as drawer:
            for found in drawer.deliveries():
                if found.message_id == letter.message_id:
                    drawer.remove(found)


@breaks("U8", "guesses at passwords are counted", "somebody guesses passwords, and nothing stops her")
def let_guess(hands: Hands) -> Generator[None]:
    """Three hundred times, at one account; the resident's."""
    hands.sql(
        """
        INSERT INTO gateway.security_log
        SELECT guess.* FROM (SELECT log FROM gateway.security_log AS log WHERE account_id = %s LIMIT 1) AS one,
               generate_series(1, 300) AS number,
               jsonb_populate_record(one.log, jsonb_build_object(
                   'id', md5(random()::text || number::text)::uuid, 'session_id', NULL,
                   'kind', 'sign_in_failed', 'at', now())) AS guess
        """,
        [hands.resident.id],
    )
    try:
        yield
    finally:
        hands.sql(
            "DELETE FROM gateway.security_log WHERE account_id = %s AND kind = 'sign_in_failed'", [hands.resident.id]
        )


@breaks("C5", "sign-ins are noted", "a device was signed in, and stands in no log")
def note_nothing(hands: Hands) -> Generator[None]:
    """The resident's own."""
    with hands.taken_out("gateway.security_log", "account_id = %s", [hands.resident.id]):
        yield


@breaks("T4", "no cookie and nothing from elsewhere", "every page sets a cookie that follows people")
def follow_people(hands: Hands) -> Generator[None]:
    """Another program at the front door."""
    with hands.programmed("gateway", "web", code=_SETS_A_COOKIE):
        yield


@breaks(
    *("T4", "counting knows nobody", "who counts could write down who it was"),
    companions={
        "C1": "nobody declared that column",
        "U9": "it looks for such columns as well",
    },
)
def know_who(hands: Hands) -> Generator[None]:
    """A column for ids of people."""
    hands.sql("ALTER TABLE analytics.facts ADD COLUMN who uuid")
    try:
        yield
    finally:
        hands.sql("ALTER TABLE analytics.facts DROP COLUMN who")
