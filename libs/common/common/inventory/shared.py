"""What every service has: tables for events, and queues."""

from common.inventory.declarations import Queue, Table
from common.inventory.purposes import Category, Purpose
from common.inventory.terms import Days, Delete, UntilErased, UntilTaken, Withheld
from common.topology import dead_queue, topology

_IDS_ONLY = "events carry ids and facts of the work, never names, addresses or pictures"

PERSON_KEYS = "person_keys"
DEAD_LETTERS_KEPT = Days(30)

COMMON_TABLES = (
    Table(
        "outbox",
        subject=None,
        # No period: a row that is not published is work left to do, and never lost by growing old.
        because=f"{_IDS_ONLY}; a row leaves when its event is published, and one that stays is an operator's to see "
        "(outbox_oldest_age_seconds)",
        columns={
            "seq": "The order in which events were recorded.",
            "id": "The id of the event.",
            "type": "What kind of event it is.",
            "body": "The event as it will be published.",
            "created_at": "When it was recorded.",
        },
    ),
    Table(
        "inbox",
        subject=None,
        because="it holds the ids of events, and no event says who it is about by its id",
        columns={
            "event_id": "The id of an event that was taken.",
            "received_at": "When it was taken.",
        },
        retain=Days(30, after="received_at"),
    ),
    Table(
        "sweep_runs",
        subject=None,
        because="it says when each sweep of the service last ran",
        columns={
            "job": "The name of the sweep.",
            "every": "How often it is to run.",
            "since": "Since when that is expected.",
            "ended_well_at": "When it last did all it had to.",
            "trouble": "Why it did not, the last time.",
        },
    ),
    Table(
        "migrations",
        subject=None,
        because="it records changes of the schema",
        columns={
            "name": "The file that was applied.",
            "checksum": "The SHA-256 of the file.",
            "applied_at": "When it was applied.",
        },
    ),
    Table(
        PERSON_KEYS,
        what="The key your data lies encrypted under, where any of it does",
        subject="user_id",
        category=Category.C1,
        purposes=(Purpose.U8,),
        # It goes after everything that lies under it: see `emptying_order`.
        retain=UntilErased(),
        erase=Delete(),
        export=Withheld(
            "Your archive holds what the key opens, already opened. A copy of the key would only help somebody who "
            "has stolen a copy of the sealed data."
        ),
        columns={
            "id": "The id of the key, which stands before everything that lies under it.",
            "user_id": "Whose data lies under it.",
            "wrapped": "The key, encrypted under a key of the studio.",
            "version": "Which key of the studio that is.",
            "created_at": "When it was made.",
        },
    ),
    Table(
        "tombstones",
        subject=None,
        because="a keyed digest lets the studio notice that somebody left for good, and tells nobody who it was",
        columns={
            "number": "The order in which people left.",
            "person": "A keyed digest, from which nobody can be found.",
            "request_id": "The request it was.",
            "fenced_at": "When nothing new could be begun any more.",
            "journaled_at": "When it stood outside the database, too.",
            "gone_at": "When everything was erased.",
        },
    ),
    Table(
        "erasures",
        subject=None,
        because="it says what is still to be erased, and forgets whose it was with the last step",
        columns={
            "request_id": "The request it is about.",
            "user_id": "Who leaves, until it is over.",
            "state": "How far it is.",
            "fenced_at": "When nothing new could be begun any more.",
            "plan": "How to find what has to go, until it is over.",
            "outcome": "Kinds of records, and how many of them went.",
            "statement": "What the service says it did.",
            "signature": "Its signature.",
            "attempts": "How often it was tried.",
            "next_try_at": "When it goes on.",
            "erased_at": "When it was over.",
        },
    ),
    Table(
        "probe_runs",
        subject=None,
        because="it says when the studio last looked whether its promises are kept",
        columns={
            "promise": "The promise.",
            "probe": "What is looked at.",
            "began_at": "When somebody last began to look.",
        },
    ),
    Table(
        "exports",
        what="Copies of your data you asked for, while they are written",
        subject="user_id",
        category=Category.RIGHTS,
        purposes=(Purpose.U3,),
        retain=Days(30, after="asked_at"),
        erase=Delete(),
        export=Withheld("It says how far the writing of this very copy has come; your requests themselves are in it."),
        columns={
            "request_id": "The request it belongs to.",
            "user_id": "Whose copy it is.",
            "state": "Whether it is asked for, ready, or could not be written.",
            "attempt": "How often writing was begun.",
            "tries": "How often since it was asked for last.",
            "lease_until": "Until when somebody is writing it.",
            "not_before": "When writing may begin.",
            "asked_at": "When it was asked for.",
            "ended_at": "When it was ready, or given up.",
        },
    ),
)


def queues_of(service: str) -> tuple[Queue, ...]:
    """The queues of a service that listens, as the topology makes them.

    Only a dead letter waits for a person, who may never come: `common.dead_letter_sweep` is its end.
    """
    return tuple(
        Queue(
            queue.name,
            retain=DEAD_LETTERS_KEPT if queue.name == dead_queue(service) else UntilTaken(),
            because=f"{_IDS_ONLY}; without the rows they name they say nothing",
        )
        for queue in topology(service, ["*"]).queues
    )
