"""What is told of in one transaction, before it is named and counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from analytics.domain import Fact
from common.contracts.words import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Something that was told of, before it has a name.

    `fact` lacks the names, which `user_id`, `thing` and `network` are turned into. Without a `thing` no second telling
    of it can be known by its mark; that none is taken twice is the inbox's business then. `words` are what the person
    said, as far as they came along.
    """

    fact: Fact
    at: datetime
    user_id: UUID | None = None
    thing: UUID | None = None
    network: str | None = None
    words: Mapping[str, Word] = field(default_factory=dict[str, Word])
