"""How the versions of a figurine are told."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from common.answers import Answer
from gateway.domain.figurines import State
from gateway.domain.versions import Version


class VersionAnswer(Answer):
    """A figurine of the same tree: from which picture of which it came, and what was to be different (`note`).

    The one everything began with has no `parent_id`. When a version between is deleted, those that came from it hang
    on the one before it; without one before, they have no `parent_id` either.
    """

    id: UUID
    parent_id: UUID | None
    picture: int | None
    created_at: datetime
    state: State
    note: str


def version_answers(versions: Iterable[Version]) -> list[VersionAnswer]:
    """A tree as a list, in the order its versions were made."""
    return [VersionAnswer.model_validate(version) for version in versions]
