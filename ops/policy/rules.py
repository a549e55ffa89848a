"""The rules of the policy; the build fails on each. A problem is a sentence that says what to do."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Final

from common.contracts.consents import POLICY_VERSIONS
from common.contracts.promises import PROMISES as REGISTERED
from common.contracts.promises import WITNESSES
from common.policy import DIRECTORY, NOTICE, Policies, Policy, PolicyBroken, digest_of_words, read_policies
from common.policy.reading import read_seals

NOT_PUBLISHED: Final = "is not published yet"

# Every promise there is, and those that somebody looks at while the studio runs: each needs such a witness.
PROMISES: Final = tuple(REGISTERED)
WITNESSED: Final = frozenset(witness.promise for witness in WITNESSES)
# Promises whose witness is still to be built. What leaves this list does not come back.
AWAITED: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Everything that is looked at: the versions, and the seals of those that were published."""

    policies: Policies
    seals: Mapping[str, str]


def read_shelf(directory: Path = DIRECTORY) -> Shelf:
    """What lies there. Raises PolicyBroken."""
    return Shelf(policies=read_policies(directory), seals=read_seals(directory))


def problems(
    directory: Path = DIRECTORY,
    *,
    promises: Sequence[str] = PROMISES,
    proven: Collection[str] = WITNESSED | AWAITED,
    known: Sequence[str] = POLICY_VERSIONS,
) -> list[str]:
    """What is wrong, in sentences; nothing when all is well."""
    try:
        shelf = read_shelf(directory)
    except PolicyBroken as broken:
        return [str(broken)]
    rules: Sequence[Callable[[Shelf], Iterator[str]]] = (
        _ids_are_said_once,
        _every_sentence_makes_a_promise,
        lambda shelf: _every_promise_is_made(shelf, promises),
        lambda shelf: _every_promise_is_proven(shelf, unproven=set(promises) - set(proven)),
        _bindings_are_renewed,
        _nothing_bound_vanished,
        _ids_keep_their_meaning,
        _dates_are_sound,
        _versions_follow_each_other,
        _what_is_published_stays,
        lambda shelf: _services_know(shelf, known),
    )
    return [problem for rule in rules for problem in rule(shelf)]


def seals_of(policies: Policies) -> Mapping[str, str]:
    """The seal of every version: over what it says and the seal of the one before, so that none is changed alone."""
    seals: dict[str, str] = {}
    before = ""
    for policy in policies.all:
        before = seals[policy.version] = sha256(f"{before}{policy.digest}".encode()).hexdigest()
    return seals


def _ids_are_said_once(shelf: Shelf) -> Iterator[str]:
    for policy in shelf.policies.all:
        # Headings are places on the page, too.
        often = Counter(part.id for part in (*policy.sections, *policy.sentences))
        for part, times in often.items():
            if times > 1:
                yield f"{policy.version}: {part} is the id of {times} parts. Give each an id of its own."


def _every_sentence_makes_a_promise(shelf: Shelf) -> Iterator[str]:
    for policy in shelf.policies.all:
        for sentence in policy.sentences:
            if not policy.promises_of(sentence.id):
                yield f"{policy.version}: {sentence.id} makes no promise. Bind it to one, or leave it out."


def _every_promise_is_made(shelf: Shelf, promises: Sequence[str]) -> Iterator[str]:
    for policy in shelf.policies.all:
        made = {promise for sentence in policy.sentences for promise in policy.promises_of(sentence.id)}
        for promise in promises:
            if promise not in made:
                yield f"{policy.version}: no sentence makes promise {promise}. Say it."
        for promise in sorted(made - set(promises)):
            yield f"{policy.version}: there is no promise {promise}. Bind its sentences to one that there is."


def _every_promise_is_proven(shelf: Shelf, unproven: Collection[str]) -> Iterator[str]:
    newest = shelf.policies.all[-1]
    for sentence in newest.sentences:
        for promise in newest.promises_of(sentence.id):
            if promise in unproven:
                yield f"{newest.version}: {sentence.id} promises {promise}, and nobody looks whether that holds."


def _bindings_are_renewed(shelf: Shelf) -> Iterator[str]:
    for policy in shelf.policies.all:
        for sentence in policy.sentences:
            binding = policy.bindings.get(sentence.id)
            if binding and binding.sha256 != digest_of_words(sentence.text):
                yield (
                    f"{policy.version}: the words of {sentence.id} were changed and still carry what was decided for "
                    "others. See whether they make the same promises, then run python -m ops.policy renew."
                )


def _nothing_bound_vanished(shelf: Shelf) -> Iterator[str]:
    for policy in shelf.policies.all:
        for sentence in sorted(policy.bindings.keys() - {sentence.id for sentence in policy.sentences}):
            yield (
                f"{policy.version}: {sentence} is bound and no longer said. What is published goes only with a new "
                "version; if this one is still a draft, run python -m ops.policy renew."
            )


def _ids_keep_their_meaning(shelf: Shelf) -> Iterator[str]:
    meaning: dict[str, tuple[str, frozenset[str]]] = {}
    for policy in shelf.policies.all:
        for sentence in policy.sentences:
            promises = frozenset(policy.promises_of(sentence.id))
            version, before = meaning.get(sentence.id, (policy.version, promises))
            if promises and before.isdisjoint(promises):
                yield (
                    f"{policy.version}: {sentence.id} was about {', '.join(sorted(before))} in {version} and is about "
                    f"{', '.join(sorted(promises))} now. Give what it says now an id of its own."
                )
            meaning[sentence.id] = (policy.version, promises)


def _versions_follow_each_other(shelf: Shelf) -> Iterator[str]:
    for before, after in pairwise(shelf.policies.all):
        if after.published <= before.published or after.in_force_from < before.in_force_from:
            yield f"{after.version} comes out or counts before {before.version}, which it follows. Correct its dates."
    # Folders are read in the order of their names: one slipped in between would pass for an old one.
    newest = max(shelf.seals, default="")
    for policy in shelf.policies.all:
        if policy.version not in shelf.seals and policy.version < newest:
            yield f"{policy.version} is older than {newest}, which is published. Name it after the day it comes out."


def _dates_are_sound(shelf: Shelf) -> Iterator[str]:
    for policy in shelf.policies.all:
        yield from _dates_of(policy)


def _dates_of(policy: Policy) -> Iterator[str]:
    if policy.version != policy.published.isoformat():
        yield f"{policy.version} says it was published on {policy.published}. A version is named after its day."
    if policy.in_force_from < policy.published:
        yield f"{policy.version} is in force from {policy.in_force_from}, before anybody could read it."
    if policy.needs_word and policy.published > policy.last_day:
        yield (
            f"{policy.version} waits for the console and leaves people less than {NOTICE.days} days until it "
            "counts. Let it count later."
        )


def _what_is_published_stays(shelf: Shelf) -> Iterator[str]:
    seals = seals_of(shelf.policies)
    for version in shelf.seals.keys() - seals.keys():
        yield f"{version} was published and is gone. Put it back: every version stays readable."
    for version, seal in seals.items():
        published = shelf.seals.get(version)
        if published is None:
            yield f"{version} {NOT_PUBLISHED}. Run python -m ops.policy publish {version} once it says what it should."
        elif published != seal:
            yield (
                f"{version} was changed after it was published, or one before it was. Put it back, and say what is new "
                "in a new version: python -m ops.policy new."
            )


def _services_know(shelf: Shelf, known: Sequence[str]) -> Iterator[str]:
    if tuple(known) != tuple(policy.version for policy in shelf.policies.all):
        yield "POLICY_VERSIONS in common/contracts/consents.py is not the list of the folders. Correct it."


def is_day(version: str) -> bool:
    """Whether a version is named after a day, as in 2027-03-01."""
    try:
        return date.fromisoformat(version).isoformat() == version
    except ValueError:
        return False
