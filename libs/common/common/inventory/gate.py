"""The gate: what lives on the servers is what the inventories declare.

Every sentence names the service, the thing and what to do; no sentence means no gap.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set

from common.database import Connection
from common.inventory.completeness import incomplete
from common.inventory.declarations import Bucket, Inventory


def gaps(inventory: Inventory, connection: Connection) -> list[str]:
    """What is wrong between an inventory and the current schema."""
    return [*incomplete(inventory), *differences(inventory, live_columns(connection))]


def live_columns(connection: Connection) -> dict[str, frozenset[str]]:
    """The columns of every table and materialised view in the current schema.

    Read from the catalogue, because information_schema hides the tables this role may not
    touch and all materialised views. Partitions are part of their table.
    """
    rows = connection.execute(
        """
        SELECT relation.relname, array_agg(attribute.attname::text)
          FROM pg_class relation
          JOIN pg_attribute attribute ON attribute.attrelid = relation.oid
         WHERE relation.relnamespace = current_schema()::regnamespace
           AND relation.relkind IN ('r', 'p', 'm', 'f')
           AND NOT relation.relispartition
           AND attribute.attnum > 0
           AND NOT attribute.attisdropped
         GROUP BY relation.relname
        """
    ).fetchall()
    return {table: frozenset(columns) for table, columns in rows}


def differences(inventory: Inventory, live: Mapping[str, Set[str]]) -> list[str]:
    """What exists undeclared, and what is declared and does not exist."""
    service = inventory.service
    declared = {table.name: set(table.columns) for table in inventory.tables}
    return [
        *(
            f"{service}: the table {table} exists and is not declared; add Table({table!r}, …) to its inventory."
            for table in sorted(live.keys() - declared.keys())
        ),
        *(
            f"{service}: the table {table} is declared and does not exist; remove it from the inventory."
            for table in sorted(declared.keys() - live.keys())
        ),
        *(
            sentence
            for table in sorted(declared.keys() & live.keys())
            for sentence in _column_differences(f"{service}: the column {table}.", declared[table], live[table])
        ),
    ]


def _column_differences(where: str, declared: Set[str], live: Set[str]) -> list[str]:
    return [
        *(
            f"{where}{column} exists and is not declared; say in the table's columns what it is."
            for column in sorted(live - declared)
        ),
        *(
            f"{where}{column} is declared and does not exist; remove it from the table's columns."
            for column in sorted(declared - live)
        ),
    ]


def bucket_gaps(inventories: Sequence[Inventory], buckets: Mapping[str, Iterable[str]]) -> list[str]:
    """What is wrong between the inventories and the keys in every bucket."""
    declared = [(inventory.service, bucket) for inventory in inventories for bucket in inventory.buckets]
    return [
        *_overlaps(declared),
        *(
            f"{service}: the bucket {bucket.name} is declared and does not exist; create it, or remove it "
            "from the inventory."
            for service, bucket in declared
            if bucket.name not in buckets
        ),
        *(
            sentence
            for name, keys in sorted(buckets.items())
            for sentence in _undeclared_keys(name, keys, [bucket for _, bucket in declared if bucket.name == name])
        ),
    ]


def _undeclared_keys(name: str, keys: Iterable[str], declared: Sequence[Bucket]) -> list[str]:
    if not declared:
        return [f"the store: the bucket {name} exists and no service declares it; declare it where it is written."]
    # By folder: one sentence for a thousand stray objects, and no person's key in it.
    strays = Counter(_folder(key) for key in keys if not any(key.startswith(bucket.prefix) for bucket in declared))
    return [
        f"the store: the bucket {name} holds objects under {folder!r} that no declaration covers ({count}); "
        f"declare Bucket({name!r}, prefix={folder!r}, …) where they are written."
        for folder, count in sorted(strays.items())
    ]


def _folder(key: str) -> str:
    folder, slash, _ = key.partition("/")
    return folder + slash if slash else ""


def _overlaps(declared: Sequence[tuple[str, Bucket]]) -> list[str]:
    return [
        f"{second}: the bucket {other.name} with prefix {other.prefix!r} is declared by {first} as well; "
        "let one declaration speak for each object."
        for place, (first, bucket) in enumerate(declared)
        for second, other in declared[place + 1 :]
        if bucket.name == other.name
        and (bucket.prefix.startswith(other.prefix) or other.prefix.startswith(bucket.prefix))
    ]


def queue_gaps(inventories: Sequence[Inventory], queues: Iterable[str]) -> list[str]:
    """What is wrong between the inventories and the broker's queues."""
    live = set(queues)
    declared = [(queue.name, inventory.service) for inventory in inventories for queue in inventory.queues]
    owners = Counter(name for name, _ in declared)
    return [
        *(
            f"{service}: the queue {name} is declared {owners[name]} times; let one declaration speak for it."
            for name, service in sorted(set(declared))
            if owners[name] > 1
        ),
        *(
            f"the broker: the queue {name} exists and no service declares it; declare it where it is consumed, "
            "or delete it."
            for name in sorted(live - owners.keys())
        ),
        *(
            f"{service}: the queue {name} is declared and does not exist; remove it from the inventory."
            for name, service in sorted(set(declared))
            if name not in live
        ),
    ]
