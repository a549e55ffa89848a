"""/v1/operator/policies: versions of the policy as they stand, and the word that lets one come out.

Who asks is whom the gateway's token names, so nobody can propose or approve in another one's name.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from flask import request
from pydantic import BaseModel, Field

from common.answers import Answer
from common.callers import current_user_id, staff_blueprint
from common.current import Current, CurrentUnit
from common.errors import Invalid
from common.policy import Policies, Policy, Release
from common.problems import problems
from privacy.domain.policies import PublishedPolicy
from privacy.domain.words import (
    LONGEST_REASON,
    AlreadyOut,
    AlreadyProposed,
    ComesByItself,
    KeyUsedOtherwise,
    NoSuchVersion,
    NoSuchWord,
    NoticeTooShort,
    OwnWord,
    PolicyChanged,
    Standing,
    StillDraft,
    Word,
    WordDecided,
    WordState,
    open_word,
    standings,
)
from privacy.repository import Work
from privacy.use_cases import letting_out

routes = staff_blueprint("policies", __name__, "privacy")
unit = CurrentUnit[Work]()
policies = Current(Policies)
MAX_KEY = 200
_NOT_NOW = (AlreadyOut, ComesByItself, StillDraft, PolicyChanged, NoticeTooShort)
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class VersionPath(BaseModel):
    """Which version."""

    version: Annotated[str, Field(max_length=40)]


class WordPath(BaseModel):
    """Which proposal."""

    word_id: UUID


class LetOutBody(BaseModel):
    """The digest of what was looked at, and why it comes out."""

    sha256: Digest
    reason: Annotated[str, Field(max_length=LONGEST_REASON * 2)]


class SeenBody(BaseModel):
    """The digest of what was looked at."""

    sha256: Digest


class WordAnswer(Answer):
    """Somebody's word, and what became of it."""

    id: UUID
    version: str
    digest: str
    reason: str
    state: WordState
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    recalled_by: UUID | None
    recalled_at: datetime | None


class CountedAnswer(Answer):
    """The last count of whom was told."""

    entitled: int
    told: int
    undeliverable: int
    departed: int
    waiting: int
    counted_at: datetime
    completed_at: datetime | None


class VersionAnswer(Answer):
    """A version, how it stands, and the words that were given for it.

    `open_word` is the one for what it says now; `late` when its day has passed and it is not out; `altered` when it
    says something else than it did when it came out.
    """

    version: str
    sha256: str
    significant: bool
    release: Release
    published: date
    in_force_from: date
    last_day: date
    standing: Standing
    late: bool
    published_at: datetime | None
    altered: bool
    telling: CountedAnswer | None
    open_word: WordAnswer | None
    words: list[WordAnswer]


class VersionsAnswer(Answer):
    """Every version of this release, the newest first."""

    items: list[VersionAnswer]


@routes.get("/v1/operator/policies", responses={200: VersionsAnswer})
def list_versions() -> VersionsAnswer:
    """How every version stands."""
    with unit.begin() as work:
        out, words = {each.version: each for each in work.policies.all()}, work.policy_words.all()
    today = unit.clock.now().date()
    stand = [
        _version(policy, standing, out.get(policy.version), words, today)
        for policy, standing in standings(policies(), out, words)
    ]
    return VersionsAnswer(items=stand[::-1])


@routes.post(
    "/v1/operator/policies/<version>/propose",
    responses={201: WordAnswer, **problems(Invalid, NoSuchVersion, AlreadyProposed, KeyUsedOtherwise, *_NOT_NOW)},
)
def propose(path: VersionPath, body: LetOutBody) -> tuple[dict[str, object], int]:
    """Propose to let a version come out; where nothing in it matters to people, that lets it. The same key is once."""
    wish = letting_out.Wish(version=path.version, digest=body.sha256, reason=body.reason)
    with unit.begin() as work:
        word = letting_out.propose(work, policies(), wish, operator=current_user_id(), key=_key())
    return WordAnswer.model_validate(word).model_dump(mode="json"), 201


@routes.post(
    "/v1/operator/policies/words/<uuid:word_id>/approve",
    responses={200: WordAnswer, **problems(NoSuchWord, NoSuchVersion, WordDecided, OwnWord, *_NOT_NOW)},
)
def approve(path: WordPath, body: SeenBody) -> WordAnswer:
    """Let come out what somebody else proposed: on its day, or now if that has passed."""
    with unit.begin() as work:
        word = letting_out.approve(work, policies(), path.word_id, operator=current_user_id(), digest=body.sha256)
    return WordAnswer.model_validate(word)


@routes.post(
    "/v1/operator/policies/words/<uuid:word_id>/decline",
    responses={200: WordAnswer, **problems(NoSuchWord, WordDecided)},
)
def decline(path: WordPath) -> WordAnswer:
    """Let a proposal be."""
    with unit.begin() as work:
        return WordAnswer.model_validate(letting_out.decline(work, path.word_id, operator=current_user_id()))


@routes.post(
    "/v1/operator/policies/words/<uuid:word_id>/recall",
    responses={200: WordAnswer, **problems(NoSuchWord, WordDecided, AlreadyOut)},
)
def recall(path: WordPath) -> WordAnswer:
    """Take back what was agreed to, before it is out."""
    with unit.begin() as work:
        return WordAnswer.model_validate(letting_out.recall(work, path.word_id, operator=current_user_id()))


def _key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        raise Invalid(f"An Idempotency-Key has 1 to {MAX_KEY} printable characters.")
    return key


def _version(
    policy: Policy, standing: Standing, out: PublishedPolicy | None, words: list[Word], today: date
) -> VersionAnswer:
    given = open_word(policy, words)
    return VersionAnswer(
        version=policy.version,
        sha256=policy.digest,
        significant=policy.significant,
        release=policy.release,
        published=policy.published,
        in_force_from=policy.in_force_from,
        last_day=policy.last_day,
        standing=standing,
        late=out is None and policy.published <= today,
        published_at=out.published_at if out else None,
        altered=out is not None and out.digest != policy.digest,
        telling=CountedAnswer.model_validate(out) if out and out.counted_at else None,
        open_word=WordAnswer.model_validate(given) if given else None,
        words=[WordAnswer.model_validate(each) for each in words if each.version == policy.version],
    )
