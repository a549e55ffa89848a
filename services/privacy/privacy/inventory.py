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
    Via,
    Withheld,
    Years,
    queues_of,
)

_WHY = (Purpose.U2, Purpose.U3, Purpose.U8)

CLOCKS_KEPT = Days(30, after="deleted_at")
# A day more: a figurine ends up to 24 hours before its upload goes, and proofs show both.
ENDINGS_KEPT = Days(31, after="ended_at")
# Art. 5(2) GDPR: whoever has to delete has to be able to show it, for as long as somebody may ask.
REQUESTS_KEPT = Years(3, after="ended_at", ground="data protection law: proof that requests were answered")
PROOF = (
    "It is the proof that what you asked for was done. It names kinds of records and numbers, and after an erasure "
    "leads to nobody."
)
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
        },
    ),
    Table(
        "requests",
        what="What you asked for as your right",
        subject="user_id",
        category=Category.RIGHTS,
        purposes=(Purpose.U3,),
        retain=REQUESTS_KEPT,
        erase=Pseudonymise("user_id"),
        export=AsJson("privacy/requests.json"),
        columns={
            "id": "The id of the request.",
            "user_id": "Your user id.",
            "kind": "What you asked for.",
            "state": "How far it is.",
            "asked_at": "When you asked.",
            "due_at": "When the law wants it done.",
            "policy_version": "The policy you could read at that moment.",
            "begins_at": "When it begins, or began.",
            "answer_by": "When every service should have done its part.",
            "ended_at": "When it was over.",
        },
    ),
    Table(
        "request_parts",
        what="How far each service is with what you asked for",
        subject=Via("requests", "request_id"),
        category=Category.RIGHTS,
        purposes=(Purpose.U3,),
        retain=UntilErased(),
        erase=Withheld(PROOF),
        export=AsJson("privacy/request-parts.json"),
        columns={
            "request_id": "The request.",
            "service": "The service that had to do something.",
            "state": "How far it is.",
            "at": "Since when.",
            "statement": "What it says it did.",
            "signature": "Its signature.",
        },
    ),
    Table(
        "receipts",
        what="Receipts of erasures",
        subject=Via("requests", "request_id"),
        category=Category.RIGHTS,
        purposes=(Purpose.U3,),
        retain=UntilErased(),
        erase=Withheld(PROOF),
        export=AsJson("privacy/receipts.json"),
        columns={
            "number": "Its number.",
            "request_id": "The request it is the receipt of.",
            "issued_at": "When it was issued.",
            "body": "What it says.",
            "signature": "The studio's signature.",
            "digest": "A digest, by which the next receipt names this one.",
        },
    ),
    *COMMON_TABLES,
    *queues_of("privacy"),
)
