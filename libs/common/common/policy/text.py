"""What a policy is made of. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import takewhile
from typing import Final

# How long people have between being told of what matters and its counting, where somebody has the last word on it.
NOTICE: Final = timedelta(days=14)


class PolicyBroken(Exception):
    """The policy cannot be read as it lies there."""


class Release(StrEnum):
    """What lets a version come out: its day alone, or somebody's word in the operators' console, and then its day."""

    DAY = "day"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Which promises a sentence makes, and the SHA-256 of the words that was decided for."""

    promises: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What is said; its id keeps its meaning from version to version."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Sentences under one heading."""

    id: str
    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version. `digest` is the SHA-256 of its words and bindings as they lie there, in hex.

    One that is not `sealed` is still a draft: it is shown to nobody, and never comes out.
    """

    version: str
    published: date
    in_force_from: date
    significant: bool
    summary: str
    sections: tuple[Section, ...]
    bindings: Mapping[str, Binding]
    digest: str
    release: Release = Release.DAY
    sealed: bool = True

    @property
    def needs_word(self) -> bool:
        """Whether it waits for somebody to let it come out."""
        return self.release is Release.CONSOLE

    @property
    def last_day(self) -> date:
        """The last day to come out on, so that people have their time until it counts."""
        return self.in_force_from - NOTICE if self.significant else self.in_force_from

    @property
    def sentences(self) -> Iterator[Sentence]:
        """Everything it says, in order."""
        for section in self.sections:
            yield from section.sentences

    def promises_of(self, sentence_id: str) -> tuple[str, ...]:
        """The promises a sentence makes; none where nobody has said so."""
        binding = self.bindings.get(sentence_id)
        return binding.promises if binding else ()


@dataclass(frozen=True, slots=True)
class Policies:
    """Every version, the oldest first."""

    all: Sequence[Policy]

    def out(self, let_out: Collection[str]) -> "Policies":
        """Without drafts, without what waits for somebody's word and is not among those that got it, and what follows.

        Nothing overtakes a version that waits: a later one has its words in it.
        """
        shown = takewhile(lambda each: each.sealed and (not each.needs_word or each.version in let_out), self.all)
        return Policies(list(shown) or self.all[:1])

    @property
    def need_word(self) -> bool:
        """Whether any of them waits, or waited, for somebody's word."""
        return any(policy.needs_word for policy in self.all)

    def by(self, day: date) -> Sequence[Policy]:
        """Those published by then, the oldest first; the very first one always was."""
        published = [policy for policy in self.all if policy.published <= day]
        return published or self.all[:1]

    def at(self, day: date) -> Policy:
        """The newest that was published by then."""
        return self.by(day)[-1]

    def in_force(self, day: date) -> Policy:
        """The one that counts on that day: the newest may be published ahead of it."""
        counting = [policy for policy in self.by(day) if policy.in_force_from <= day]
        return counting[-1] if counting else self.all[0]

    def find(self, version: str, day: date) -> Policy | None:
        """A version that was published by then."""
        return next((policy for policy in self.by(day) if policy.version == version), None)

    def before(self, policy: Policy) -> Policy | None:
        """The version before that one."""
        place = list(self.all).index(policy)
        return self.all[place - 1] if place else None

    def significant_by(self, day: date) -> Policy | None:
        """The latest of those published by then that changed something that matters to people."""
        significant = [policy for policy in self.by(day) if policy.significant]
        return significant[-1] if significant else None


def digest_of_words(text: str) -> str:
    """The SHA-256 of what a sentence says, in hex."""
    return sha256(text.encode()).hexdigest()
