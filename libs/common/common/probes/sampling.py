"""Where to look in a long table: its newest rows, and a window chosen by chance. Pure."""

import random
from uuid import UUID


def by_chance(oldest: UUID | None, newest: UUID | None) -> UUID:
    """An id between two others; ids sort by the moment they were made, so this is a moment chosen by chance."""
    if oldest is None or newest is None or newest < oldest:
        return UUID(int=0)
    return UUID(int=random.randint(oldest.int, newest.int))  # noqa: S311 - where it looks need not be a secret
