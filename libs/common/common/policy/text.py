"""What a policy is made of. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256


class PolicyBroken(Exception):
    """The policy cannot be read as it lies there."""


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
    """One version. `digest` is the SHA-256 of its words and bindings as they lie there, in hex."""

    version: str
    published: date
    in_force_from: date
    significant: bool
    summary: str
    sections: tuple[Section, ...]
    bindings: Mapping[str, Binding]
    digest: str

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
