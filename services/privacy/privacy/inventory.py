"""Every column and queue privacy stores: whose, why, how long, how exported, how erased."""

from common.inventory import (
    COMMON_TABLES,
    AsJson,
    Category,
    Days,
    Delete,
    Inventory,
    Pseudonymise,
    Purpose,
    Table,
    UntilErased,
    Years,
    queues_of,
)

_WHY = (Purpose.U2, Purpose.U3, Purpose.U8)

CLOCKS_KEPT = Days(30, after="deleted_at")
# A day more: a figurine ends up to 24 hours before its upload goes, and proofs show both.
ENDINGS_KEPT = Days(31, after="ended_at")
# The database refuses less: `evidence_limit` in the migrations.
EVIDENCE_KEPT = Years(2, after="at")

INVENTORY = Inventory(
    "privacy",
    Table(
        "clocks",
        what="Clocks that watch your photos",
        subject="user_id",
        category=Category.RIGHTS,
        purposes=_WHY,
        retain=CLOCKS_KEPT,
        erase=Delete(),
        export=AsJson("privacy/uploads.json"),
        columns={
            "upload_id": "The id of a photo you uploaded.",
            "figurine_id": "The figurine it was uploaded for.",
            "user_id": "Your user id.",
            "uploaded_at": "When the photo arrived.",
            "due_at": "When it had to be gone.",
            "deleted_at": "When it was gone.",
            "overdue_reported_at": "When we noticed that it was still there after its deadline.",
        },
    ),
    Table(
        "endings",
        what="When your figurines were finished",
        subject="user_id",
        category=Category.RIGHTS,
        purposes=_WHY,
        retain=ENDINGS_KEPT,
        erase=Delete(),
        export=AsJson("privacy/endings.json"),
        columns={
            "figurine_id": "The id of a figurine you asked for.",
            "user_id": "Your user id.",
            "ended_at": "When it was made, or could not be made.",
        },
    ),
    Table(
        "evidence",
        what="Proof of what became of your photos",
        subject="user_id",
        category=Category.RIGHTS,
        purposes=(Purpose.U3, Purpose.U8),
        retain=EVIDENCE_KEPT,
        erase=Pseudonymise("user_id"),
        export=AsJson("privacy/evidence.json"),
        columns={
            "id": "The id of the finding.",
            "promise": "The promise it is about.",
            "user_id": "Your user id.",
            "upload_id": "The photo it is about.",
            "at": "When it was filed.",
            "kept": "Whether the promise was kept.",
            "fact": "What was found: when the photo came and went, how long it was held, and why it went.",
        },
    ),
    Table(
        "consents",
        what="What you allow, with its history",
        subject="user_id",
        category=Category.RIGHTS,
        purposes=(Purpose.U3,),
        retain=UntilErased(),
        erase=Delete(),
        export=AsJson("privacy/consents.json"),
        columns={
            "id": "The id of the change.",
            "user_id": "Your user id.",
            "purpose": "What you were asked to allow.",
            "granted": "Whether you allowed it or took that back.",
            "policy_version": "The policy you could read at that moment.",
            "how": "Whether you said so on a page of the studio or through its API.",
            "changed_at": "When you said so.",
        },
    ),
    Table(
        "disclosures",
        what="What partners were given",
        subject="user_id",
        category=Category.RIGHTS,
        purposes=(Purpose.U3, Purpose.U8),
        retain=UntilErased(),
        erase=Delete(),
        export=AsJson("privacy/disclosures.json"),
        columns={
            "id": "The id of the entry.",
            "user_id": "Your user id.",
            "figurine_id": "The figurine it was given away for.",
            "partner": "Who was given something of yours.",
            "kind": "What it was.",
            "purpose": "What for.",
            "disclosed_at": "When.",
            "call_id": "The id of the call that gave it away.",
            "tier": "On which terms.",
            "expires_at": "When the partner has to be rid of it.",
        },
    ),
    *COMMON_TABLES,
    *queues_of("privacy"),
)
