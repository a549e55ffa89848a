"""How people get in, and how strangers are kept out: what becomes of every column."""

from common.inventory import AsJson, Category, Column, Days, Delete, Hours, Purpose, Table, Until

WOULD_SIGN_IN = "It would let somebody else sign in."

ACCESS = (
    Table(
        "recovery_wishes",
        subject=None,
        because="a keyed digest of an address that somebody typed in, until it was looked whether it is anybody's",
        retain=Hours(1, after="asked_at"),
        columns={"email_index": "A keyed digest of the address.", "asked_at": "When it was typed in."},
    ),
    Table(
        "recoveries",
        what="A link to set a new password",
        subject="account_id",
        category=Category.C1,
        purposes=(Purpose.U3,),
        retain=Until("expires_at", within=Days(1)),
        erase=Delete(),
        export=AsJson("account/recovery.json"),
        columns={
            "account_id": "Whose password it sets.",
            "id": Column("The id that the link carries under a signature.", withheld=WOULD_SIGN_IN),
            "asked_at": "When it was asked for.",
            "expires_at": "Until when it works; then it is forgotten.",
        },
    ),
    Table(
        "tries",
        subject=None,
        because="a keyed digest lets the studio notice that somebody guesses, and tells nobody who that is",
        retain=Until("due_at", within=Hours(8)),
        columns={
            "who": "A keyed digest of an account, a device or a network.",
            "due_at": "Until when what was tried counts.",
        },
    ),
)
