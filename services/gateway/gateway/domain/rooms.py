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
QUESTIONS: Final = Room(path="/operator/questions", title="Questions", roles=(Role.SUPPORT,))
PEOPLE: Final = Room(path="/operator/people", title="People", roles=(Role.SUPPORT,))
REQUESTS: Final = Room(path="/operator/requests", title="Privacy requests", roles=(Role.PRIVACY,))
PROMISES: Final = Room(path="/operator/promises", title="Promises", roles=(Role.OPERATOR, Role.PRIVACY))
POLICY: Final = Room(path="/operator/policy", title="Policy", roles=(Role.PRIVACY,))
JOBS: Final = Room(path="/operator/jobs", title="Jobs", roles=(Role.OPERATOR,))
ENGINES: Final = Room(path="/operator/engines", title="Engines and styles", roles=(Role.OPERATOR,))
LETTERS: Final = Room(path="/operator/letters", title="Dead letters", roles=(Role.OPERATOR,))
LEDGER: Final = Room(path="/operator/ledger", title="Ledger", roles=(Role.FINANCE,))
REFUNDS: Final = Room(path="/operator/refunds", title="Refunds", roles=(Role.FINANCE,))
STAFF: Final = Room(path="/operator/staff", title="Staff", roles=(Role.ADMIN,))
TRAIL: Final = Room(path="/operator/trail", title="Audit trail", roles=(Role.ADMIN,))
REPORTS: Final = Room(path="/operator/reports", title="Reports", roles=(Role.ANALYST,))
ANNOUNCEMENTS: Final = Room(path="/operator/announcements", title="News", roles=(Role.EDITOR,))

# In the order of the navigation.
ROOMS: Final[tuple[Room, ...]] = (
    OVERVIEW,
    QUESTIONS,
    PEOPLE,
    REQUESTS,
    PROMISES,
    POLICY,
    JOBS,
    ENGINES,
    LETTERS,
    LEDGER,
    REFUNDS,
    REPORTS,
    ANNOUNCEMENTS,
    STAFF,
    TRAIL,
)


def open_to(roles: Collection[Role]) -> list[Room]:
    """The rooms that these roles open."""
    return [room for room in ROOMS if set(room.roles) & set(roles)]
