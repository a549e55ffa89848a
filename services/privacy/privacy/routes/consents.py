"""/v1/consents: what a person allows."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictBool

from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.contracts.consents import POLICY_VERSIONS
from common.current import CurrentUnit
from common.problems import problems
from privacy import use_cases
from privacy.domain import Consent, How, NoSuchConsent, Objected, UnknownPolicy
from privacy.repository import Work

routes = internal_blueprint("consents", __name__)
unit = CurrentUnit[Work]()


class ConsentPath(BaseModel):
    """Which consent."""

    purpose: str


class ConsentBody(BaseModel):
    """What she says, by which way, and which policy she could read; the gateway knows the last two."""

    granted: StrictBool
    how: Literal[How.STUDIO_PAGE, How.API]
    policy_version: Annotated[str, Field(min_length=1, max_length=40)]


class ConsentChangeAnswer(Answer):
    """One change."""

    granted: bool
    changed_at: datetime
    how: How
    policy_version: str


class ConsentAnswer(Answer):
    """How a consent stands, what it means, and its changes, the latest first."""

    purpose: str
    title: str
    sentence: str
    allows: str
    withdrawn: str
    # Whether it stands before anything was said.
    until_withdrawn: bool
    granted: bool
    changed_at: datetime | None
    history: list[ConsentChangeAnswer]


class ConsentsAnswer(Answer):
    """Everything a person can allow, and the policies there are, the oldest first."""

    items: list[ConsentAnswer]
    policy_versions: list[str]


@routes.get("/v1/consents", responses={200: ConsentsAnswer})
def read_consents() -> ConsentsAnswer:
    """What she can allow, and what she said about it."""
    user_id = current_user_id()
    with unit.begin() as work:
        consents = use_cases.read_consents(work, user_id)
    return ConsentsAnswer(
        items=[consent_answer(consent) for consent in consents], policy_versions=list(POLICY_VERSIONS)
    )


@routes.put(
    "/v1/consents/<purpose>", responses={200: ConsentAnswer, **problems(NoSuchConsent, UnknownPolicy, Objected)}
)
def change_consent(path: ConsentPath, body: ConsentBody) -> ConsentAnswer:
    """Give consent or take it back; what stands already stays as it is."""
    user_id = current_user_id()
    with unit.begin() as work:
        consent = use_cases.change_consent(
            work,
            user_id,
            path.purpose,
            granted=body.granted,
            policy_version=body.policy_version,
            how=body.how,
        )
    return consent_answer(consent)


def consent_answer(consent: Consent) -> ConsentAnswer:
    """A consent as its owner sees it."""
    return ConsentAnswer(
        purpose=consent.purpose.id,
        title=consent.purpose.title,
        sentence=consent.purpose.sentence,
        allows=consent.purpose.allows,
        withdrawn=consent.purpose.withdrawn,
        until_withdrawn=consent.purpose.until_withdrawn,
        granted=consent.granted,
        changed_at=consent.changed_at,
        history=[ConsentChangeAnswer.model_validate(change) for change in consent.history],
    )
