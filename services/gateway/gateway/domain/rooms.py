"""The rooms of the console: where each is and whom it opens for. A new room is one line here. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from gateway.domain.staff import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room: its address, what it is called, and the roles that open it."""

    path: str
    title: str
    roles: tuple[Role, ...]


OVERVIEW: Final = Room(path="/operator", title="Overview", roles=tuple(Role))
REPORTS: Final = Room(path="/operator/reports", title="Reports", roles=(Role.ANALYST,))
ANNOUNCEMENTS: Final = Room(path="/operator/announcements", title="News", roles=(Role.EDITOR,))

# In the order of the navigation.
ROOMS: Final[tuple[Room, ...]] = (OVERVIEW, REPORTS, ANNOUNCEMENTS)


def open_to(roles: Collection[Role]) -> list[Room]:
    """The rooms that these roles open."""
    return [room for room in ROOMS if set(room.roles) & set(roles)]
