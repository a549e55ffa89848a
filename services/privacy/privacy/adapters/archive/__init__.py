"""A person's archive: a ZIP that is planned to the byte from the parts, then written in one stream."""

from privacy.adapters.archive.assembler import Assembler
from privacy.adapters.archive.shelf import ArchiveShelf

__all__ = ["ArchiveShelf", "Assembler"]
