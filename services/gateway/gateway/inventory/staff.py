"""Who of the studio may do what, and where many accounts were opened together: what becomes of every column."""

from common.inventory import (
    AsJson,
    Category,
    Column,
    Days,
    Delete,
    Pseudonymise,
    Purpose,
    Table,
    UntilErased,
    Years,
)

STAFF = (
    Table(
        "staff",
        what="What you may do for the studio",
        subject="account_id",
        category=Category.C1,
        purposes=(Purpose.U3,),
        retain=UntilErased(),
        erase=Delete(),
        export=AsJson("account/staff.json"),
        columns={
            "account_id": "Who works for the studio.",
            "role": "As what.",
            "operator": "Who gave that role, by a handle.",
            "given_at": "When.",
        },
    ),
    Table(
        "staff_acts",
        what="What you did for the studio",
        subject="account_id",
        category=Category.RIGHTS,
        purposes=(Purpose.U8,),
        # Who looked at people's data has to be known when its owner asks, whether or not whoever looked is still here.
        retain=Years(3, after="at", ground="accountability (GDPR, articles 5(2) and 32): who had access to data"),
        erase=Pseudonymise("account_id", through="forget_staff_acts"),
        export=AsJson("account/acts.json"),
        columns={
            "id": "The id of the line.",
            "at": "When.",
            "account_id": "Who did it.",
            "handle": "By what handle.",
            "role": "With which role.",
            "act": "What was done.",
            "thing": "To what, by its id.",
            "reason": "Why, where it was about nobody in particular.",
        },
    ),
    Table(
        "account_origins",
        what="From where your account was opened",
        subject="account_id",
        category=Category.C5,
        purposes=(Purpose.U8,),
        retain=Days(30, after="at"),
        erase=Delete(),
        export=AsJson("account/origin.json"),
        columns={
            "account_id": "Whose account it is.",
            "neighbourhood": Column(
                "A keyed digest of the range the address is in.",
                withheld="it says whether accounts were opened from neighbouring addresses, and nothing more about you",
            ),
            "address": Column("The IP address it was opened from.", sealed=True),
            "at": "When.",
        },
    ),
    Table(
        "crowds",
        subject=None,
        because="it counts accounts that were opened together; the digest tells nobody without the key from where",
        retain=Days(30, after="noticed_at"),
        columns={
            "id": "The id of the finding.",
            "neighbourhood": "A keyed digest of a range of addresses.",
            "day": "The day.",
            "accounts": "How many accounts there were when it was noticed.",
            "noticed_at": "When that was.",
            "ended_at": "When the day was over.",
        },
    ),
)
