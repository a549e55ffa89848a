"""What the door for programs stores: keys, and how often anybody knocks."""

from common.inventory import AsJson, Category, Column, Days, Delete, Hours, Purpose, Table, Until

WOULD_OPEN = "Whoever has it could look for the key it belongs to."

DOOR = (
    Table(
        "api_keys",
        what="Your API keys",
        subject="account_id",
        category=Category.C5,
        purposes=(Purpose.U1, Purpose.U8),
        retain=Until("expires_at", within=Days(366)),
        erase=Delete(),
        export=AsJson("account/api_keys.json"),
        columns={
            "id": "The id of the key.",
            "account_id": "Whose key it is.",
            "name": Column("What you called it.", sealed=True),
            "prefix": "How it begins.",
            "digest": Column("A keyed digest by which it is recognised.", withheld=WOULD_OPEN),
            "scopes": "What it may do.",
            "rate": "How many requests a minute it may send, if you said so.",
            "created_at": "When you made it.",
            "last_used_at": "When it was last used, to the minute.",
            "expires_at": "When it ends, if you said so.",
        },
    ),
    Table(
        "door_rates",
        subject=None,
        because="a keyed digest lets the studio notice that somebody asks too often, and tells nobody who that is",
        retain=Until("due_at", within=Hours(1)),
        columns={
            "sender": "A keyed digest of a device's address, of a key, or of an account.",
            "due_at": "Until when its requests count.",
        },
    ),
)
