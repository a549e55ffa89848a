"""What a service gives for a person's copy: one object, written from its inventory, sealed, and announced.

Exports                          the room in a service's unit of work: what was asked for
record_export                    the handler of `export.requested`
ExportDesk, export_jobs          writes what was asked for, when the clock says so
Shelf                            where a service's objects lie, and how they open
PartReader                       reads a part again, in the hands of who assembles them

No half part is ever taken: an object is there whole or not at all, every attempt writes one of its own, and only the
attempt that still holds the lease announces its.
"""

from common.parts.contents import Open, Sources
from common.parts.desk import EXPORTS, PURPOSE, ExportDesk, export_bucket, export_jobs, record_export
from common.parts.exports import Exports, ExportTask
from common.parts.layout import Entry, Kind, PartReader
from common.parts.shelves import Shelf

__all__ = [
    "EXPORTS",
    "PURPOSE",
    "Entry",
    "ExportDesk",
    "ExportTask",
    "Exports",
    "Kind",
    "Open",
    "PartReader",
    "Shelf",
    "Sources",
    "export_bucket",
    "export_jobs",
    "record_export",
]
