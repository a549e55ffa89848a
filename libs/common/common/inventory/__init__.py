"""The law of personal data: what is stored, whose, why and how long.

A service declares every column, bucket prefix and queue in its `inventory.py`; the gate
(`common.inventory.gate`) compares that with the live servers, and what is not declared
fails the build. Export, erasure, retention and the record of processing derive from it.
"""

from common.inventory.declarations import Bucket, Column, Inventory, Queue, Table
from common.inventory.purposes import Category, Purpose
from common.inventory.shared import COMMON_TABLES, queues_of
from common.inventory.terms import (
    AsFiles,
    AsJson,
    Blank,
    Days,
    Delete,
    Hours,
    NamedBy,
    Pseudonym,
    Pseudonymise,
    Until,
    UntilErased,
    UntilTaken,
    Via,
    Withheld,
    Years,
)

__all__ = [
    "COMMON_TABLES",
    "AsFiles",
    "AsJson",
    "Blank",
    "Bucket",
    "Category",
    "Column",
    "Days",
    "Delete",
    "Hours",
    "Inventory",
    "NamedBy",
    "Pseudonym",
    "Pseudonymise",
    "Purpose",
    "Queue",
    "Table",
    "Until",
    "UntilErased",
    "UntilTaken",
    "Via",
    "Withheld",
    "Years",
    "queues_of",
]
