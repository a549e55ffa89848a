"""Questions to the studio, and who of the studio looked at them: what becomes of every column."""

from common.inventory import AsJson, Category, Column, Days, Delete, Hours, Purpose, Table, Until, Via, Years

REPEATS = "It recognises a request that is sent twice, and says nothing about you."

CONTACT = (
    Table(
        "tickets",
        what="Questions you asked the studio",
        subject="account_id",
        category=Category.C1,
        purposes=(Purpose.U4,),
        # A year after it was closed; what was answered and not written to for 30 days is closed.
        retain=Until("expires_at", within=Days(365)),
        erase=Delete(),
        export=AsJson("support/questions.json"),
        columns={
            "id": "The id of the question.",
            "account_id": "Who asked, if that was somebody with an account.",
            "reference": "What to call it on the telephone.",
            "topic": "What it is about.",
            "state": "Whether it is open, answered, waiting again, or closed.",
            "email": Column("Where to write to, if whoever asked was not signed in.", sealed=True),
            "name": Column("How to call somebody who was not signed in, if she said so.", sealed=True),
            "opened_at": "When it was asked.",
            "changed_at": "When something was last written or done.",
            "waiting_since": "Since when it waits for an answer of the studio's.",
            "acknowledged_at": "When the letter went out that it has arrived.",
            "unreachable_at": "When it was found that no letter reaches the address.",
            "first_answered_at": "When it was first answered.",
            "counted": "Whether the time to its first answer stands in the studio's figures.",
            "closed_at": "When it was closed.",
            "expires_at": "When it is forgotten: a year after that.",
            "request_key": Column("A keyed digest of the request's key.", withheld=REPEATS),
            "request": Column("A keyed digest of the request.", withheld=REPEATS),
        },
    ),
    Table(
        "ticket_messages",
        what="What you and the studio wrote to each other",
        subject=Via("tickets", "ticket_id"),
        category=Category.C1,
        purposes=(Purpose.U4,),
        retain=Until("expires_at", within=Days(365)),
        erase=Delete(),
        export=AsJson("support/messages.json"),
        columns={
            "id": "The id of the message.",
            "ticket_id": "The question it belongs to.",
            "author": "Whether you wrote it or the studio.",
            "operator": "Who of the studio wrote it, by a handle.",
            "text": Column("What was written.", sealed=True),
            "written_at": "When.",
            "expires_at": "When it is forgotten, with its question.",
            "request_key": Column("A keyed digest of the request's key.", withheld=REPEATS),
            "request": Column("A keyed digest of the request.", withheld=REPEATS),
        },
    ),
    Table(
        "contact_rates",
        subject=None,
        because="a keyed digest lets the studio notice that somebody writes too often, and tells nobody who that is",
        retain=Until("due_at", within=Hours(8)),
        columns={
            "sender": "A keyed digest of an account, an address or a device's address.",
            "due_at": "Until when what was written counts.",
        },
    ),
    Table(
        "access_log",
        what="Who of the studio looked at your data",
        subject="account_id",
        category=Category.RIGHTS,
        purposes=(Purpose.U8,),
        retain=Years(3, after="at"),
        erase=Delete(),
        export=AsJson("account/accesses.json"),
        columns={
            "id": "The id of the line.",
            "account_id": "Whose data it was, if that was somebody with an account.",
            "ticket_id": "The question it was about.",
            "operator": "Who looked, by a handle.",
            "what": "At what.",
            "reason": "Why.",
            "at": "When.",
        },
    ),
)
