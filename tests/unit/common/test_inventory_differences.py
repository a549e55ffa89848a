"""What is live and what is declared are compared both ways; each test leaves something out."""

from common.inventory import Bucket, Inventory, Queue, Table, UntilTaken, queues_of
from common.inventory.gate import bucket_gaps, differences, queue_gaps

PRICES = Table("prices", subject=None, because="about nobody", columns={"id": "Which price.", "amount": "How much."})
LIVE = {"prices": frozenset({"id", "amount"})}


def pictures(prefix: str) -> Bucket:
    return Bucket("pictures", prefix=prefix, subject=None, because="drawn by us")


def queue(name: str) -> Queue:
    return Queue(name, retain=UntilTaken(), because="ids only")


def test_nothing_is_said_when_schema_and_inventory_are_the_same() -> None:
    assert differences(Inventory("shop", PRICES), LIVE) == []


def test_a_table_nobody_declared_is_a_gap() -> None:
    assert differences(Inventory("shop"), LIVE) == [
        "shop: the table prices exists and is not declared; add Table('prices', …) to its inventory."
    ]


def test_a_declared_table_that_does_not_exist_is_a_gap() -> None:
    assert differences(Inventory("shop", PRICES), {}) == [
        "shop: the table prices is declared and does not exist; remove it from the inventory."
    ]


def test_a_column_nobody_declared_is_a_gap() -> None:
    assert differences(Inventory("shop", PRICES), {"prices": frozenset({"id", "amount", "seller_email"})}) == [
        "shop: the column prices.seller_email exists and is not declared; say in the table's columns what it is."
    ]


def test_a_declared_column_that_does_not_exist_is_a_gap() -> None:
    assert differences(Inventory("shop", PRICES), {"prices": frozenset({"id"})}) == [
        "shop: the column prices.amount is declared and does not exist; remove it from the table's columns."
    ]


def test_nothing_is_said_when_every_object_lies_under_a_declared_prefix() -> None:
    inventories = [Inventory("shop", pictures("full/")), Inventory("fair", pictures("thumb/"))]
    assert bucket_gaps(inventories, {"pictures": ["full/1", "thumb/1"]}) == []


def test_a_bucket_nobody_declared_is_a_gap() -> None:
    assert bucket_gaps([Inventory("shop")], {"pictures": []}) == [
        "the store: the bucket pictures exists and no service declares it; declare it where it is written."
    ]


def test_a_declared_bucket_that_does_not_exist_is_a_gap() -> None:
    assert bucket_gaps([Inventory("shop", pictures(""))], {}) == [
        "shop: the bucket pictures is declared and does not exist; create it, or remove it from the inventory."
    ]


def test_objects_outside_every_declared_prefix_are_one_gap_for_each_folder_without_their_keys() -> None:
    strays = ["tmp/ann.png", "tmp/bob.png", "loose.png", "full/1"]
    assert bucket_gaps([Inventory("shop", pictures("full/"))], {"pictures": strays}) == [
        "the store: the bucket pictures holds objects under '' that no declaration covers (1); "
        "declare Bucket('pictures', prefix='', …) where they are written.",
        "the store: the bucket pictures holds objects under 'tmp/' that no declaration covers (2); "
        "declare Bucket('pictures', prefix='tmp/', …) where they are written.",
    ]


def test_two_declarations_for_the_same_objects_are_a_gap() -> None:
    inventories = [Inventory("shop", pictures("full/")), Inventory("fair", pictures("full/large/"))]
    assert bucket_gaps(inventories, {"pictures": []}) == [
        "fair: the bucket pictures with prefix 'full/large/' is declared by shop as well; "
        "let one declaration speak for each object."
    ]


def test_nothing_is_said_when_broker_and_inventories_have_the_same_queues() -> None:
    inventories = [Inventory("shop", *queues_of("shop")), Inventory("fair", *queues_of("fair"))]
    live = [
        f"{service}.{end}"
        for service in ("shop", "fair")
        for end in ("events", "delay.1s", "delay.10s", "delay.1m", "delay.10m", "dead")
    ]
    assert queue_gaps(inventories, live) == []


def test_a_queue_nobody_declared_is_a_gap() -> None:
    assert queue_gaps([Inventory("shop")], ["shop.tap"]) == [
        "the broker: the queue shop.tap exists and no service declares it; declare it where it is consumed, "
        "or delete it."
    ]


def test_a_declared_queue_that_does_not_exist_is_a_gap() -> None:
    assert queue_gaps([Inventory("shop", queue("shop.tap"))], []) == [
        "shop: the queue shop.tap is declared and does not exist; remove it from the inventory."
    ]


def test_a_queue_that_two_services_declare_is_a_gap() -> None:
    inventories = [Inventory("fair", queue("tap")), Inventory("shop", queue("tap"))]
    assert queue_gaps(inventories, ["tap"]) == [
        "fair: the queue tap is declared 2 times; let one declaration speak for it.",
        "shop: the queue tap is declared 2 times; let one declaration speak for it.",
    ]
