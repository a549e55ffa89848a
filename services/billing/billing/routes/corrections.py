"""/v1/corrections: what a person corrected is corrected here and at the payment provider, once."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from billing.domain.corrections import Copies
from billing.ports import OutcomeUnknown, Printer
from billing.routes.context import providers, unit
from billing.use_cases import correcting
from billing.use_cases.correcting import Wish
from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.corrections import OldValues
from common.current import Current
from common.errors import Invalid, Unavailable
from common.problems import problems

routes = internal_blueprint("corrections", __name__)

printer = Current(Printer)

Name = Annotated[str, Field(min_length=1, max_length=20)]
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Value = Annotated[str, Field(max_length=400)]


class CorrectionPath(BaseModel):
    """Which correction."""

    correction_id: UUID


class FollowBody(BaseModel):
    """What was corrected, what recognises the old values, and what they are now; no value is kept here."""

    fields: Annotated[tuple[Name, ...], Field(max_length=10)]
    key: Hex
    digests: Annotated[Mapping[Name, Hex], Field(max_length=10)]
    values: Annotated[Mapping[Name, Value], Field(max_length=10)]


class CopyAnswer(Answer):
    """A copy: where, of what, and why it stays."""

    place: str
    field: str
    why: str


class FollowedAnswer(Answer):
    """What was put right, and what keeps the old value."""

    corrected: list[CopyAnswer]
    kept: list[CopyAnswer]

    @classmethod
    def of(cls, copies: Copies) -> "FollowedAnswer":
        """The copies."""
        told: Any = asdict(copies)
        return cls(**told)


@routes.post("/v1/corrections/<correction_id>", responses={200: FollowedAnswer, **problems(Invalid, Unavailable)})
def follow(path: CorrectionPath, body: FollowBody) -> FollowedAnswer:
    """Follow a correction: the provider's customer first, then what is ours. Asked again, it answers as before.

    Whatever dies between is done again: setting what is set already changes nothing.
    """
    user_id = current_user_id()
    old = OldValues.read(bytes.fromhex(body.key), body.digests)
    with unit.begin(person=user_id) as work:
        done = correcting.begin(work, path.correction_id, user_id, body.fields)
        customers = {each.name: work.customers.find(user_id, each.name) for each in providers()}
    if done is not None:
        return FollowedAnswer.of(done)
    seen = Copies()
    for provider in providers():
        if (customer := customers[provider.name]) is not None:
            try:
                seen += provider.correct_copies(customer, old, body.values)
            except OutcomeUnknown as error:
                raise Unavailable from error
    with unit.begin(person=user_id) as work:
        wish = Wish(old=old, new=body.values, at_providers=seen, unprintable=lambda text: printer().unprintable(text))
        followed = correcting.follow(work, path.correction_id, user_id, wish)
    return FollowedAnswer.of(followed)
