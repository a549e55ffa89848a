"""A declaration that leaves something open is a gap; each test opens one on purpose."""

from dataclasses import replace

import pytest

from common.inventory import (
    COMMON_TABLES,
    AsFiles,
    AsJson,
    Blank,
    Bucket,
    Category,
    Column,
    Days,
    Delete,
    Inventory,
    NamedBy,
    Pseudonym,
    Pseudonymise,
    Purpose,
    Queue,
    Table,
    Until,
    UntilErased,
    UntilTaken,
    Via,
    Withheld,
    Years,
    queues_of,
)
from common.inventory.completeness import incomplete

ORDERS = Table(
    "orders",
    what="Your orders",
    subject="user_id",
    category=Category.C6,
    purposes=(Purpose.U7,),
    columns={
        "id": "The id of the order.",
        "user_id": "Who ordered.",
        "note": Column("What they wrote to us.", category=Category.C1, purposes=(Purpose.U4,), sealed=True),
        "card_check": Column("A fingerprint.", withheld="it would help whoever stole the copy"),
        "picture": "The key of the receipt's picture.",
        "ordered_at": "When.",
        "delete_by": "When it has to be gone.",
    },
    retain=Years(10, after="ordered_at", ground="tax law: records of sales"),
    erase=Pseudonymise("user_id"),
    export=AsJson("billing/orders.json"),
)
LINES = replace(
    ORDERS,
    name="lines",
    subject=Via("orders", "order_id"),
    columns={"order_id": "Which order.", "credits": "How many."},
    retain=UntilErased(),
    erase=Delete(),
    export=Withheld("the order says the same"),
)
RECEIPTS = Bucket(
    "receipts",
    what="Your receipts",
    subject=NamedBy("orders", "picture"),
    category=Category.C6,
    purposes=(Purpose.U7,),
    retain=Until("delete_by"),
    erase=Delete(),
    export=AsFiles("receipts/"),
)
PRICES = Table("prices", subject=None, because="prices are about nobody", columns={"id": "Which price."})
DEAD = Queue("shop.dead", retain=UntilTaken(), because="messages carry ids only")


def test_a_complete_inventory_has_no_gap() -> None:
    assert incomplete(Inventory("shop", *COMMON_TABLES, *queues_of("shop"), ORDERS, LINES, RECEIPTS, PRICES)) == []


def test_a_pseudonym_is_a_subject() -> None:
    visits = replace(LINES, name="visits", subject=Pseudonym("visitor"), columns={"visitor": "A pseudonym."})
    assert incomplete(Inventory("shop", visits)) == []


def test_lookups_of_a_subject_may_take_several_steps() -> None:
    parts = replace(LINES, name="parts", subject=Via("lines", "line", key="order_id"), columns={"line": "Which."})
    assert incomplete(Inventory("shop", ORDERS, LINES, parts)) == []


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (replace(ORDERS, what=" "), "is about a person and has no name in plain words; say what it is"),
        (replace(ORDERS, purposes=()), "is about a person and has no purpose; name one of U1 to U9"),
        (replace(ORDERS, category=None), "has no category; name one of C1 to C6"),
        (replace(ORDERS, retain=None), "has no retention; say how long"),
        (replace(ORDERS, erase=None), "has no erasure; say what erasure does"),
        (replace(ORDERS, export=None), "has no export; what can be erased can be exported"),
        (replace(ORDERS, subject=None), "has no subject and does not say why"),
        (replace(ORDERS, subject=None, because=" "), "has no subject and does not say why"),
        (replace(ORDERS, subject="person"), "names person as its subject, and has no such column"),
        (replace(ORDERS, subject=Pseudonym("person")), "names person as its subject, and has no such column"),
        (replace(ORDERS, retain=Days(30)), "is kept 30 days and does not say from when"),
        (replace(ORDERS, retain=Days(30, after="paid_at")), "names paid_at as the start or end of its retention"),
        (replace(ORDERS, retain=Until("gone_by")), "names gone_by as the start or end of its retention"),
        (replace(ORDERS, erase=Pseudonymise("person")), "names person as what erasure changes"),
        (replace(ORDERS, erase=Blank("note", "remark")), "names remark as what erasure changes"),
        (replace(ORDERS, erase=Blank()), "is changed by erasure, but not in any column"),
        (replace(ORDERS, erase=Withheld("")), "refuses to erase without a reason"),
        (replace(ORDERS, export=Withheld(" ")), "refuses to export without a reason"),
        (replace(ORDERS, columns={**ORDERS.columns, "id": ""}), "does not say what its column id is"),
        (replace(ORDERS, columns={**ORDERS.columns, "id": Column(" ")}), "does not say what its column id is"),
        (
            replace(ORDERS, columns={**ORDERS.columns, "id": Column("An id.", withheld="")}),
            "withholds its column id without a reason",
        ),
        (
            replace(ORDERS, columns={**ORDERS.columns, "id": Column("A key.", key_of="scans")}),
            "holds keys in its column id, which no copy needs",
        ),
        (
            replace(ORDERS, columns={**ORDERS.columns, "id": Column("An id.", purposes=())}),
            "has a column id with no purpose",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_table_that_leaves_something_open_is_a_gap(broken: Table, sentence: str) -> None:
    (gap,) = incomplete(Inventory("shop", broken))
    assert gap.startswith("shop: the table orders ")
    assert sentence in gap


@pytest.mark.parametrize(
    "subject",
    [
        Via("customers", "order_id"),
        Via("orders", "order_id", key="number"),
        Via("prices", "order_id"),
        Via("lines", "order_id", key="order_id"),
    ],
    ids=["no such table", "no such key", "about nobody", "itself"],
)
def test_a_subject_that_leads_to_nobody_is_a_gap(subject: Via) -> None:
    (gap,) = incomplete(Inventory("shop", ORDERS, PRICES, replace(LINES, subject=subject)))
    assert gap == (
        f"shop: the table lines finds its subject through {subject.table}.{subject.key}, "
        "which leads to no subject; name a declared table that has one."
    )


def test_subjects_that_are_looked_up_in_a_circle_are_gaps() -> None:
    there = replace(LINES, name="there", subject=Via("back", "order_id", key="order_id"))
    back = replace(LINES, name="back", subject=Via("there", "order_id", key="order_id"))
    assert len(incomplete(Inventory("shop", there, back))) == 2


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (replace(RECEIPTS, purposes=()), "has no purpose"),
        (replace(RECEIPTS, what=""), "has no name in plain words"),
        (
            replace(RECEIPTS, subject=NamedBy("orders", "picture", gone="gone_at")),
            "names orders.gone_at as when it went",
        ),
        (replace(RECEIPTS, export=None), "has no export"),
        (replace(RECEIPTS, subject=None), "has no subject and does not say why"),
        (replace(RECEIPTS, export=Withheld("")), "refuses to export without a reason"),
        (replace(RECEIPTS, subject=NamedBy("orders", "file")), "finds its subject through orders.file"),
        (replace(RECEIPTS, subject=NamedBy("prices", "id"), retain=Days(1)), "finds its subject through prices.id"),
        (replace(RECEIPTS, retain=Until("gone_by")), "names orders.gone_by as the start or end of its retention"),
        (replace(RECEIPTS, retain=Days(1, after="gone")), "names orders.gone as the start or end of its retention"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bucket_that_leaves_something_open_is_a_gap(broken: Bucket, sentence: str) -> None:
    (gap,) = incomplete(Inventory("shop", ORDERS, PRICES, broken))
    assert gap.startswith("shop: the bucket receipts with prefix '' ")
    assert sentence in gap


def test_a_queue_without_a_reason_is_a_gap() -> None:
    (gap,) = incomplete(Inventory("shop", replace(DEAD, because="")))
    assert gap.startswith("shop: the queue shop.dead does not say why its messages hurt nobody")


def test_what_is_declared_twice_is_a_gap() -> None:
    copies = replace(ORDERS, name="copies")
    assert incomplete(Inventory("shop", PRICES, PRICES, DEAD, DEAD, ORDERS, copies)) == [
        "shop: the table prices is declared twice; let one declaration speak for it.",
        "shop: the queue shop.dead is declared twice; let one declaration speak for it.",
        "shop: the archive file billing/orders.json is declared twice; let one declaration speak for it.",
    ]


def test_a_period_reads_as_people_and_postgres_write_it() -> None:
    assert (Days(30).interval, Years(10).interval) == ("30 days", "10 years")
