"""Every column billing stores, and what becomes of it."""

from common.inventory import (
    COMMON_TABLES,
    AsJson,
    Category,
    Delete,
    Inventory,
    Pseudonymise,
    Purpose,
    Table,
    UntilErased,
    Years,
    queues_of,
)

# Art. 17(3)(b) GDPR; the longest of the periods tax law asks for where the studio is likely to run.
BOOKS = "tax law: accounting records"

INVENTORY = Inventory(
    "billing",
    Table(
        "accounts",
        subject="user_id",
        category=Category.C6,
        purposes=(Purpose.U3,),
        retain=UntilErased(),
        erase=Delete(),
        export=AsJson("credits/account.json"),
        columns={
            "user_id": "Whose credits these are.",
            "available": "Credits that can be spent.",
            "held": "Credits set aside for figurines under way.",
            "version": "How often the balance has moved.",
            "opened_at": "When the account was opened.",
        },
    ),
    Table(
        "holds",
        subject="user_id",
        category=Category.C6,
        purposes=(Purpose.U3,),
        retain=UntilErased(),
        erase=Delete(),
        export=AsJson("credits/holds.json"),
        columns={
            "id": "The id of the hold.",
            "figurine_id": "The figurine it is for.",
            "user_id": "Whose credits are set aside.",
            "unit_price": "Credits per picture, as agreed.",
            "credits": "How many credits were set aside.",
            "captured": "How many of them were charged.",
            "state": "How the hold stands.",
            "created_at": "When it was made.",
            "ended_at": "When it ended.",
        },
    ),
    Table(
        "entries",
        subject="user_id",
        category=Category.C6,
        purposes=(Purpose.U3, Purpose.U7),
        retain=Years(10, after="at", ground=BOOKS),
        erase=Pseudonymise("user_id"),
        export=AsJson("credits/statement.json"),
        columns={
            "seq": "The place in the books.",
            "user_id": "Whose movement it is.",
            "kind": "What kind of movement it is.",
            "reason": "Why it happened, in plain words.",
            "figurine_id": "The figurine it is about.",
            "at": "When it happened.",
            "credits": "How many credits became available or were taken.",
            "balance": "What was available after it.",
        },
    ),
    Table(
        "postings",
        subject="user_id",
        category=Category.C6,
        purposes=(Purpose.U7,),
        retain=UntilErased(),
        erase=Pseudonymise("user_id"),
        export=AsJson("credits/postings.json"),
        columns={
            "entry": "The movement this is one side of.",
            "account": "The account of the books it went to.",
            "user_id": "Whose movement it is.",
            "credits": "How many credits went there.",
        },
    ),
    *COMMON_TABLES,
    *queues_of("billing"),
)
