"""/v1/policy: what the studio promises, every version of it, what changed, and that one has read it."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Invalid
from common.policy import Change, Policy, Section, difference, digest_of_words
from common.problems import problems
from gateway.domain.people import ForgedRequest, NotSignedIn
from gateway.domain.policies import NoSuchPolicy
from gateway.repository import Work
from gateway.routes.context import Person, current_person, personal, policies_out, policy_of_today, public, studio, unit
from gateway.use_cases import policies

routes = public("policy")
own_routes = personal("policy acknowledgements")


class PolicyPath(BaseModel):
    """Which version, as in `2026-11-26`."""

    version: str


class AcknowledgeBody(BaseModel):
    """Which version was read."""

    version: Annotated[str, Field(min_length=1, max_length=40, examples=["2026-11-26"])]


class PolicySentenceAnswer(Answer):
    """One sentence: an id that keeps its meaning, and the ids of the promises it makes (`GET /v1/promises`)."""

    id: str
    text: str
    promises: list[str]
    sha256: str


class PolicySectionAnswer(Answer):
    """Sentences under one heading."""

    id: str
    title: str
    sentences: list[PolicySentenceAnswer]


class PieceAnswer(Answer):
    """Some words, and whether they stayed, are new, or are gone."""

    text: str
    mark: Literal["kept", "added", "removed"]


class PolicyChangeAnswer(Answer):
    """A sentence that is new, gone, or says something else than in the version before."""

    id: str
    kind: Literal["added", "removed", "changed"]
    section: str
    pieces: list[PieceAnswer]


class TellingAnswer(Answer):
    """How many people were told of a significant change by mail.

    `entitled` had an account when it came out and have one now; `told` had a mail that a mailbox took, `undeliverable`
    one that none took; `departed` were leaving, and `waiting` wait for theirs. `completed_at` is null while some do.
    """

    entitled: int
    told: int
    undeliverable: int
    departed: int
    waiting: int
    counted_at: datetime | None
    completed_at: datetime | None


class PolicyVersionAnswer(Answer):
    """A version: when it came out, when it counts from, and what it changed in a sentence.

    `in_force` is the one that counts today. `sha256` is of the words and of what they promise, as they are kept.
    """

    version: str
    published: date
    in_force_from: date
    in_force: bool
    significant: bool
    summary: str
    sha256: str


class PolicyAnswer(PolicyVersionAnswer):
    """What a version says, and what changed since the one before.

    `acknowledged` is null for whoever is not signed in; it is false for who has yet to read this version, or one after.
    """

    sections: list[PolicySectionAnswer]
    before: str | None
    changes: list[PolicyChangeAnswer]
    telling: TellingAnswer | None
    acknowledged: bool | None


class PolicyVersionsAnswer(Answer):
    """Every version that came out, the newest first."""

    items: list[PolicyVersionAnswer]
    next_cursor: str | None = None


class PolicyStandingAnswer(Answer):
    """The newest policy, and whether one has read what matters in it; if not, `to_read` is the version to read."""

    version: str
    acknowledged: bool
    to_read: str | None


@routes.get("/v1/policy", responses={200: PolicyAnswer})
def read_policy() -> PolicyAnswer:
    """The newest policy."""
    return _answer(policy_of_today())


@routes.get("/v1/policy/versions", responses={200: PolicyVersionsAnswer})
def list_policies() -> PolicyVersionsAnswer:
    """Every version, so that what was promised can be looked up."""
    return PolicyVersionsAnswer(items=[_about(policy) for policy in versions_of_today()])


@routes.get("/v1/policy/versions/<version>", responses={200: PolicyAnswer, **problems(NoSuchPolicy)})
def read_policy_version(path: PolicyPath) -> PolicyAnswer:
    """One version."""
    return _answer(find_policy(path.version))


@own_routes.post(
    "/v1/policy/acknowledge",
    responses={200: PolicyStandingAnswer, **problems(Invalid, NotSignedIn, ForgedRequest, NoSuchPolicy)},
)
def acknowledge(body: AcknowledgeBody) -> PolicyStandingAnswer:
    """Say that one has read a version. Saying so again changes nothing, and nothing is closed to who has not."""
    person = current_person()
    how = "studio page" if person.by_cookie else "api"
    with unit.begin(person=person.account_id) as work:
        policies.acknowledge(work, studio().policies, person.account_id, body.version, how=how)
        return standing_in(work, person.account_id)


def standing_in(work: Work, account_id: UUID) -> PolicyStandingAnswer:
    """How somebody stands to the newest policy."""
    unread = policies.unread(work, studio().policies, account_id)
    return PolicyStandingAnswer(
        version=policy_of_today().version, acknowledged=unread is None, to_read=unread.version if unread else None
    )


def find_policy(version: str) -> Policy:
    """A version that came out. Raises NoSuchPolicy."""
    policy = policies_out().find(version, unit.clock.now().date())
    if policy is None:
        raise NoSuchPolicy
    return policy


def versions_of_today() -> list[Policy]:
    """Every version that came out, the newest first."""
    return list(reversed(policies_out().by(unit.clock.now().date())))


def changes_of(policy: Policy) -> list[Change]:
    """What changed since the version before; nothing in the first."""
    before = studio().policies.before(policy)
    return list(difference(before, policy)) if before else []


def telling_of(policy: Policy) -> TellingAnswer | None:
    """How many were told of it; None where that has not begun, or is not done."""
    with unit.begin() as work:
        telling = work.notices.telling(policy.version)
    return TellingAnswer.model_validate(telling) if telling and telling.counted_at else None


def in_force_today() -> Policy:
    """The version that counts today."""
    return policies_out().in_force(unit.clock.now().date())


def _answer(policy: Policy) -> PolicyAnswer:
    before = studio().policies.before(policy)
    return PolicyAnswer(
        **_about(policy).model_dump(),
        sections=[_section(policy, section) for section in policy.sections],
        before=before.version if before else None,
        changes=[PolicyChangeAnswer.model_validate(change) for change in changes_of(policy)],
        telling=telling_of(policy),
        acknowledged=_acknowledged(policy),
    )


def _about(policy: Policy) -> PolicyVersionAnswer:
    return PolicyVersionAnswer(
        version=policy.version,
        published=policy.published,
        in_force_from=policy.in_force_from,
        in_force=policy is in_force_today(),
        significant=policy.significant,
        summary=policy.summary,
        sha256=policy.digest,
    )


def _section(policy: Policy, section: Section) -> PolicySectionAnswer:
    return PolicySectionAnswer(
        id=section.id,
        title=section.title,
        sentences=[
            PolicySentenceAnswer(
                id=sentence.id,
                text=sentence.text,
                promises=list(policy.promises_of(sentence.id)),
                sha256=digest_of_words(sentence.text),
            )
            for sentence in section.sentences
        ],
    )


def _acknowledged(policy: Policy) -> bool | None:
    try:
        person: Person = current_person()
    except NotSignedIn:
        return None
    with unit.begin() as work:
        read = work.acknowledgements.latest(person.account_id)
    return read is not None and read >= policy.version
