"""Who was told of which version of the policy, and read it."""

from common.inventory import AsJson, Category, Delete, Purpose, Table, UntilErased

POLICIES = (
    Table(
        "policy_notices",
        subject=None,
        because="versions of the policy, and how far telling everybody of them is; nobody stands in them",
        columns={
            "version": "The version.",
            "published_at": "When it came out.",
            "walked_to": "Whoever signed up before has been come to.",
            "walked_at": "When nobody was left to come to.",
            "next_batch_at": "When the next people are written to.",
            "entitled": "How many people are to be told.",
            "told": "How many were.",
            "undeliverable": "How many could not be reached.",
            "departed": "How many were leaving.",
            "waiting": "How many wait.",
            "counted_at": "When that was counted.",
            "completed_at": "When nobody waited any more.",
        },
    ),
    Table(
        "policy_releases",
        subject=None,
        because="which versions of the policy came out; nobody stands in them",
        columns={"version": "The version.", "published_at": "When it came out."},
    ),
    Table(
        "policy_told",
        what="That you were told of a change of the policy",
        subject="account_id",
        category=Category.RIGHTS,
        purposes=(Purpose.U3,),
        retain=UntilErased(),
        erase=Delete(),
        export=AsJson("account/policy_told.json"),
        columns={
            "version": "The version you were told of.",
            "account_id": "Who was told.",
            "mail_id": "The id of the mail.",
            "state": "Whether the mail reached a mailbox.",
            "at": "Since when.",
        },
    ),
    Table(
        "policy_acknowledgements",
        what="Which versions of the policy you said you have read",
        subject="account_id",
        category=Category.RIGHTS,
        purposes=(Purpose.U3,),
        retain=UntilErased(),
        erase=Delete(),
        export=AsJson("account/policy_acknowledgements.json"),
        columns={
            "account_id": "Who said so.",
            "version": "The version you have read.",
            "acknowledged_at": "When you said so.",
            "how": "Whether on a page of the studio or through its API.",
        },
    ),
)
