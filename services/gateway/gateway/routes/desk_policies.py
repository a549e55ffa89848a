"""/v1/operator/policies: every version of the policy, who would be told of it, and the word that lets one come out."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, Field

from common.answers import Answer
from common.current import Current
from common.errors import Conflict, Invalid, NotFound, Unavailable
from common.policy import Policy
from common.problems import problems
from gateway.adapters.letters import JinjaLetters
from gateway.domain.idempotency import IdempotencyMismatch, check_key
from gateway.domain.policies import NoSuchPolicy, NoticeTooShort, PolicyChanged, Reach, TooManyPolicyTests
from gateway.domain.refunds import OwnProposal
from gateway.domain.rooms import POLICY
from gateway.domain.tickets import check_reason
from gateway.ports import Letter
from gateway.routes.context import peers, studio, unit
from gateway.routes.desk import colleague, desk_routes
from gateway.routes.desk_acts import asked_of, write_down
from gateway.routes.policy import PolicyChangeAnswer, TellingAnswer, changes_of
from gateway.use_cases import acts, people, policies

routes = desk_routes("console policies", *POLICY.roles)
letters = Current(JinjaLetters)
CREATED = 201
_SHA256 = Field(pattern=r"^[0-9a-f]{64}$", description="The `sha256` of what was looked at.", examples=["0" * 64])
_NOT_NOW = (NotFound, Conflict, PolicyChanged, NoticeTooShort, Unavailable)


class PolicyWordAnswer(Answer):
    """Somebody's word that a version may come out, what for, and what became of it; `digest` is of what she saw."""

    id: UUID
    version: str
    digest: str
    reason: str
    state: Literal["proposed", "approved", "declined", "recalled"]
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    recalled_by: UUID | None
    recalled_at: datetime | None


class PolicyStandAnswer(Answer):
    """A version and how it stands.

    `release` is `day` for one that comes out by itself, `console` for one that waits for somebody's word: of a
    significant one two give it, on `last_day` at the latest. `behind` follows one that waits. `late`: its day has
    passed, and it is not out. `open_word` is the one for what it says now.
    """

    version: str
    sha256: str
    significant: bool
    release: Literal["day", "console"]
    published: date
    in_force_from: date
    last_day: date
    standing: Literal["draft", "waits_for_day", "waits_for_word", "proposed", "agreed", "behind", "out", "superseded"]
    late: bool
    published_at: datetime | None
    altered: bool
    telling: TellingAnswer | None
    open_word: PolicyWordAnswer | None
    words: list[PolicyWordAnswer]


class PolicyStandsAnswer(Answer):
    """Every version of this release, the newest first."""

    items: list[PolicyStandAnswer]
    next_cursor: None = None


class ReachAnswer(Answer):
    """Whom a version would be told to if it came out now.

    By a letter each, at `per_minute` at most, which takes `hours`; on every page whoever signs in. `leaving` are left
    out, for they are being erased; whoever opens an account later reads it when she signs up.
    """

    accounts: int
    leaving: int
    letters: int
    per_minute: int
    hours: float


class PolicyLetterAnswer(Answer):
    """The letter as whoever looks would get it."""

    subject: str
    text: str
    html: str


class PolicyPreviewAnswer(Answer):
    """A version before it comes out, or after: what changes, who is told, and the letter. No letter, nobody told."""

    stands: PolicyStandAnswer
    summary: str
    before: str | None
    changes: list[PolicyChangeAnswer]
    reach: ReachAnswer | None
    letter: PolicyLetterAnswer | None


class StandPath(BaseModel):
    """Which version."""

    version: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class PolicyWordPath(BaseModel):
    """Which word."""

    word_id: UUID


class ProposePolicyBody(BaseModel):
    """What was looked at, and why it comes out."""

    sha256: Annotated[str, _SHA256]
    reason: Annotated[str, Field(max_length=500, examples=["Read by counsel and by those who keep it"])]


class ApprovePolicyBody(BaseModel):
    """What was looked at."""

    sha256: Annotated[str, _SHA256]


@routes.get("/v1/operator/policies", responses={200: PolicyStandsAnswer, **problems(Unavailable)})
def list_policy_stands() -> PolicyStandsAnswer:
    """How every version stands."""
    return stands()


@routes.get(
    "/v1/operator/policies/<version>", responses={200: PolicyPreviewAnswer, **problems(NoSuchPolicy, Unavailable)}
)
def preview_policy(path: StandPath) -> PolicyPreviewAnswer:
    """One version: what it changes, who is told, and the letter."""
    return preview(path.version)


@routes.post(
    "/v1/operator/policies/<version>/test",
    responses={
        202: {"description": "It is on its way."},
        **problems(NoSuchPolicy, TooManyPolicyTests, statuses={TooManyPolicyTests: 429}),
    },
)
def test_policy_letter(path: StandPath) -> Response:
    """Send the letter to whoever asks, and to nobody else."""
    send_test(path.version)
    return Response(status=202)


@routes.post(
    "/v1/operator/policies/<version>/propose",
    responses={201: PolicyWordAnswer, **problems(Invalid, IdempotencyMismatch, *_NOT_NOW)},
)
def propose_policy(path: StandPath, body: ProposePolicyBody) -> Response:
    """Propose to let a version come out; of one that is not significant, that lets it. Needs an `Idempotency-Key`."""
    key = check_key(request.headers.get("Idempotency-Key"))
    if key is None:
        raise Invalid("Send an Idempotency-Key, so that a proposal that is sent twice is one.")
    answer = propose(path.version, body.sha256, body.reason, key=key)
    return Response(answer.model_dump_json(), CREATED, mimetype="application/json")


@routes.post(
    "/v1/operator/policies/words/<uuid:word_id>/approve",
    responses={200: PolicyWordAnswer, **problems(OwnProposal, *_NOT_NOW)},
)
def approve_policy(path: PolicyWordPath, body: ApprovePolicyBody) -> PolicyWordAnswer:
    """Let come out what somebody else proposed: on its day, or at once if that has passed."""
    return decide(path.word_id, "approve", sha256=body.sha256)


@routes.post(
    "/v1/operator/policies/words/<uuid:word_id>/decline",
    responses={200: PolicyWordAnswer, **problems(NotFound, Conflict, Unavailable)},
)
def decline_policy(path: PolicyWordPath) -> PolicyWordAnswer:
    """Let a proposal be; whoever made it may take it back."""
    return decide(path.word_id, "decline")


@routes.post(
    "/v1/operator/policies/words/<uuid:word_id>/recall",
    responses={200: PolicyWordAnswer, **problems(NotFound, Conflict, Unavailable)},
)
def recall_policy(path: PolicyWordPath) -> PolicyWordAnswer:
    """Take back what was agreed to, as long as it is not out."""
    return decide(path.word_id, "recall")


def stands() -> PolicyStandsAnswer:
    """As privacy says it at this moment. Raises Unavailable."""
    peer, account_id = asked_of(peers().privacy)
    return PolicyStandsAnswer(**peer.get("/v1/operator/policies", user_id=account_id))


def preview(version: str) -> PolicyPreviewAnswer:
    """One version as it stands. Raises NoSuchPolicy, Unavailable."""
    standing = next((each for each in stands().items if each.version == version), None)
    policy = written(version)
    if standing is None:
        raise NoSuchPolicy
    before = studio().policies.before(policy)
    letter = letter_about(policy) if policy.significant else None
    return PolicyPreviewAnswer(
        stands=standing,
        summary=policy.summary,
        before=before.version if before else None,
        changes=[PolicyChangeAnswer.model_validate(change) for change in changes_of(policy)],
        reach=_reach() if policy.significant and standing.published_at is None else None,
        letter=PolicyLetterAnswer.model_validate(letter) if letter else None,
    )


def written(version: str) -> Policy:
    """A version as it lies in this release, out or not. Raises NoSuchPolicy."""
    policy = next((each for each in studio().policies.all if each.version == version), None)
    if policy is None:
        raise NoSuchPolicy
    return policy


def letter_about(policy: Policy) -> Letter:
    """The letter as whoever is at work would get it."""
    with unit.begin() as work:
        account = people.read_account(work, colleague().account_id)
    return letters().write(policies.POLICY_MAIL, account, policies.parameters_of(policy))


def send_test(version: str) -> None:
    """Send the letter to who is at work. Raises NoSuchPolicy, TooManyPolicyTests."""
    policy = written(version)
    with unit.begin() as work:
        policies.try_out(work, policy, colleague().account_id)
        acts.note(work, colleague(), "policy.tested", thing=version)


def propose(version: str, sha256: str, reason: str, *, key: str) -> PolicyWordAnswer:
    """Propose to let a version come out. Raises Invalid, NotFound, Conflict, IdempotencyMismatch, Unavailable."""
    reason = check_reason(reason)
    written(version)
    write_down("policy.propose", thing=version, reason=reason)
    return _word(f"/{version}/propose", {"sha256": sha256, "reason": reason}, key=key)


def decide(word_id: UUID, how: str, *, sha256: str | None = None) -> PolicyWordAnswer:
    """`approve`, `decline` or `recall` a word. Raises NotFound, Conflict, OwnProposal, Unavailable."""
    word = next((each for stand in stands().items for each in stand.words if each.id == word_id), None)
    if word is None:
        raise NotFound("There is no such proposal.")
    write_down(f"policy.{how}", thing=word.version, reason=word.reason)
    return _word(f"/words/{word_id}/{how}", {"sha256": sha256} if sha256 else None)


def _word(path: str, body: Mapping[str, object] | None, *, key: str | None = None) -> PolicyWordAnswer:
    peer, account_id = asked_of(peers().privacy)
    told: dict[str, Any] = peer.post(f"/v1/operator/policies{path}", user_id=account_id, body=body, key=key)
    return PolicyWordAnswer(**told)


def _reach() -> ReachAnswer:
    pace = studio().policy_pace
    with unit.begin() as work:
        found: Reach = work.policy_releases.reach()
    return ReachAnswer(
        accounts=found.accounts,
        leaving=found.leaving,
        letters=found.letters,
        per_minute=pace.per_minute,
        hours=round(found.lasting(pace).total_seconds() / 3600, 2),
    )
