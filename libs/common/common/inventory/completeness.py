"""What a declaration must say before it counts. Needs no server."""

from collections import Counter
from collections.abc import Iterable, Iterator

from common.inventory.declarations import Bucket, Column, Inventory, Table
from common.inventory.terms import AsJson, Blank, NamedBy, Period, Pseudonym, Pseudonymise, Until, Via, Withheld


def incomplete(inventory: Inventory) -> list[str]:
    """What the inventory leaves open or says twice, one sentence for each."""
    sentences = [*_twice(inventory)]
    for table in inventory.tables:
        where = f"{inventory.service}: the table {table.name}"
        sentences += [f"{where} {rest}" for rest in [*_table(table), *_via(table, inventory.tables)]]
    for bucket in inventory.buckets:
        where = f"{inventory.service}: the bucket {bucket.name} with prefix {bucket.prefix!r}"
        sentences += [f"{where} {rest}" for rest in [*_terms(bucket), *_named_by(bucket, inventory.tables)]]
    sentences += [
        f'{inventory.service}: the queue {queue.name} does not say why its messages hurt nobody; give it because="…".'
        for queue in inventory.queues
        if not queue.because.strip()
    ]
    return sentences


def _twice(inventory: Inventory) -> Iterator[str]:
    for kind, names in {
        "table": [table.name for table in inventory.tables],
        "queue": [queue.name for queue in inventory.queues],
        "archive file": [table.export.path for table in inventory.tables if isinstance(table.export, AsJson)],
    }.items():
        for name in _repeated(names):
            yield f"{inventory.service}: the {kind} {name} is declared twice; let one declaration speak for it."


def _repeated(names: Iterable[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)


def _table(table: Table) -> Iterator[str]:
    yield from _terms(table)
    for name in table.columns:
        yield from _column(name, table.column(name))
    for use, name in _columns_named(table):
        if name not in table.columns:
            yield f"names {name} as {use}, and has no such column; name one that it declares."
    if isinstance(table.retain, Period) and table.retain.after is None:
        yield f'is kept {table.retain.interval} and does not say from when; name the column with after="…".'


def _column(name: str, column: Column) -> Iterator[str]:
    if not column.sentence.strip():
        yield f"does not say what its column {name} is; give it a plain sentence."
    if column.withheld is not None and not column.withheld.strip():
        yield f'withholds its column {name} without a reason; give withheld="…" one.'
    if column.key_of is not None and column.withheld is None:
        yield f'holds keys in its column {name}, which no copy needs; say so with withheld="…".'
    if column.purposes is not None and not column.purposes:
        yield f"has a column {name} with no purpose; name one of U1 to U9, or drop the column."


def _columns_named(table: Table) -> Iterator[tuple[str, str]]:
    match table.subject:
        case str(column) | Pseudonym(column=column) | Via(column=column):
            yield "its subject", column
        case None:
            pass
    match table.retain:
        case Until(column=column) | Period(after=str(column)):
            yield "the start or end of its retention", column
        case _:
            pass
    if isinstance(table.erase, Blank | Pseudonymise):
        for column in table.erase.columns:
            yield "what erasure changes", column


def _terms(declared: Table | Bucket) -> Iterator[str]:
    """What everything about a person must say, and what everything else must."""
    if declared.subject is None:
        if not declared.because.strip():
            yield 'has no subject and does not say why; give it because="…", or name the subject.'
        return
    yield from (
        f"is about a person and has no {missing}; {remedy}."
        for missing, answer, remedy in (
            ("name in plain words", declared.what.strip(), 'say what it is with what="…"'),
            ("category", declared.category, "name one of C1 to C6 or RIGHTS"),
            ("purpose", declared.purposes, "name one of U1 to U9, or stop storing it"),
            ("retention", declared.retain, "say how long it is kept with retain=…"),
            ("erasure", declared.erase, "say what erasure does with erase=…"),
            ("export", declared.export, "what can be erased can be exported: say how with export=…"),
        )
        if not answer
    )
    yield from _reasons(declared)


def _reasons(declared: Table | Bucket) -> Iterator[str]:
    for refusal, answer in (("erase", declared.erase), ("export", declared.export)):
        if isinstance(answer, Withheld) and not answer.because.strip():
            yield f"refuses to {refusal} without a reason; the person it is about will read one, so give it."
    hangs_on_another = isinstance(declared, Table) and isinstance(declared.subject, Via)
    loses_its_link_there = isinstance(declared.erase, Pseudonymise) and hangs_on_another
    if isinstance(declared.erase, Blank | Pseudonymise) and not (declared.erase.columns or loses_its_link_there):
        yield "is changed by erasure, but not in any column; name the columns."


def _via(table: Table, tables: Iterable[Table]) -> Iterator[str]:
    """A subject that is looked up must end at a table that knows it."""
    known = {each.name: each for each in tables}
    seen = {table.name}
    while isinstance(step := table.subject, Via):
        target = known.get(step.table)
        if target is not None and isinstance(table.erase, Pseudonymise) and not isinstance(target.erase, Pseudonymise):
            yield f"loses its link with {step.table}, which does not lose its own; declare both alike."
            return
        if target is None or step.key not in target.columns or target.subject is None or target.name in seen:
            yield (
                f"finds its subject through {step.table}.{step.key}, which leads to no subject; "
                "name a declared table that has one."
            )
            return
        seen.add(target.name)
        table = target


def _named_by(bucket: Bucket, tables: Iterable[Table]) -> Iterator[str]:
    if not isinstance(bucket.subject, NamedBy):
        return
    name, column = bucket.subject.table, bucket.subject.column
    columns = {column for table in tables if table.name == name and table.subject for column in table.columns}
    if column not in columns:
        yield (
            f"finds its subject through {name}.{column}, which leads to no subject; name a declared table that has one."
        )
    if bucket.subject.gone is not None and bucket.subject.gone not in columns:
        yield f"names {name}.{bucket.subject.gone} as when it went, which is not declared; name one that is."
    match bucket.retain:
        case Until(column=clock) | Period(after=str(clock)) if clock not in columns:
            yield f"names {name}.{clock} as the start or end of its retention, which is not declared; name one that is."
        case _:
            pass
