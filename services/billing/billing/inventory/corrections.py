"""What people corrected, and how billing followed."""

from common.inventory import AsJson, Category, Delete, Purpose, Table, Years

CORRECTIONS = (
    Table(
        "corrections",
        what="What you corrected, and how payments followed",
        subject="user_id",
        category=Category.RIGHTS,
        purposes=(Purpose.U3,),
        retain=Years(3, after="told_at"),
        erase=Delete(),
        export=AsJson("payments/corrections.json"),
        columns={
            "id": "The id of the correction.",
            "user_id": "Whose data was corrected.",
            "fields": "What was corrected: the name, the contact or the address, never what it was or is.",
            "told_at": "When payments heard of it.",
            "outcome": "Which copies followed, and what keeps the old value and why.",
            "followed_at": "When they had.",
        },
    ),
)
