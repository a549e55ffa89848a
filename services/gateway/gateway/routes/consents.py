"""/v1/consents: what a person allows, given and taken back in the same way."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool

from common.answers import Answer
from common.contracts.consents import NEWS
from common.contracts.words import Word
from common.errors import Conflict, Unavailable
from common.problems import problems
from gateway.domain.consents import NoSuchConsent, check_purpose
from gateway.domain.people import ForgedRequest, NotSignedIn, UnknownPolicy
from gateway.routes.context import check_read, current_person, peers, personal, policy_of_today, unit
from gateway.use_cases import consents, news

routes = personal("consents")


class ConsentPath(BaseModel):
    """Which consent, as in `google_gemini`."""

    purpose: str


class ConsentBody(BaseModel):
    """Whether it is allowed."""

    granted: StrictBool
    policy_version: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(
        default=None, description="The policy that was read; the one of today where it is left out."
    )


class ConsentChangeAnswer(Answer):
    """One change: when, by which way (`studio page`, `api`, or an objection and its end), and under which policy."""

    granted: bool
    changed_at: datetime
    how: str
    policy_version: str


class ConsentAnswer(Answer):
    """One consent: what is agreed to, what then happens, what stops without it, and how it stands.

    Nothing is allowed before somebody says so, except what stands until it is withdrawn; `changed_at` is null while
    nothing was said. `history` has the latest changes, the last one first.
    """

    purpose: str
    title: str
    sentence: str
    allows: str
    withdrawn: str
    until_withdrawn: bool
    granted: bool
    changed_at: datetime | None
    history: list[ConsentChangeAnswer] = Field(max_length=50)


class ConsentsAnswer(Answer):
    """Everything a person can allow, and the policies there are, the oldest first."""

    items: list[ConsentAnswer]
    policy_versions: list[str]


@routes.get("/v1/consents", responses={200: ConsentsAnswer, **problems(NotSignedIn, Unavailable)})
def list_consents() -> ConsentsAnswer:
    """What one can allow, and what one said about it."""
    return ConsentsAnswer(**peers().privacy.get("/v1/consents", user_id=current_person().account_id))


@routes.put(
    "/v1/consents/<purpose>",
    responses={
        200: ConsentAnswer,
        **problems(NotSignedIn, ForgedRequest, NoSuchConsent, UnknownPolicy, Conflict, Unavailable),
    },
)
def change_consent(path: ConsentPath, body: ConsentBody) -> ConsentAnswer:
    """Allow something, or take that back. Saying the same again changes nothing."""
    person = current_person()
    purpose = check_purpose(path.purpose)
    if body.policy_version:
        check_read(body.policy_version)
    said = {
        "granted": body.granted,
        "how": "studio page" if person.by_cookie else "api",
        "policy_version": body.policy_version or policy_of_today().version,
    }
    if purpose == NEWS and body.granted:
        _pass_on_stop(person.account_id, said)
    answer = ConsentAnswer(**peers().privacy.put(f"/v1/consents/{purpose}", user_id=person.account_id, body=said))
    with unit.begin() as work:
        consents.note_answer(work, person.account_id, purpose, granted=answer.granted, changed_at=answer.changed_at)
    return answer


def _pass_on_stop(account_id: UUID, said: Mapping[str, object]) -> None:
    """A no by the link in a letter that privacy has not heard of comes before this yes, and not after it."""
    with unit.begin() as work:
        waits = work.news.stops(account_id)
    if waits:
        answer = peers().privacy.put(f"/v1/consents/{NEWS}", user_id=account_id, body={**said, "granted": False})
        with unit.begin() as work:
            news.note_passed_on(work, account_id, Word(granted=answer["granted"], changed_at=answer["changed_at"]))
