"""/v1/operator/staff and /v1/operator/acts: who may do what, and what was done; for admins."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Invalid
from common.problems import problems
from gateway.domain.rooms import STAFF, TRAIL
from gateway.domain.staff import Act, NoSuchAccount, NotVerified, OwnRole, Role
from gateway.repository.acts import Filter
from gateway.routes.context import unit
from gateway.routes.desk import colleague, desk_routes
from gateway.routes.desk_support import Reason
from gateway.use_cases import acts, staff

routes = desk_routes("console staff", *STAFF.roles)
trail = desk_routes("console trail", *TRAIL.roles)


class RoleAnswer(Answer):
    """A role of somebody's, who gave it (a handle), and when."""

    account_id: UUID
    role: Role
    operator: Annotated[str, Field(examples=["admin-9f3a21"])]
    given_at: datetime


class RolesAnswer(Answer):
    """Everybody who works here, by the ids of their accounts."""

    items: list[RoleAnswer]
    next_cursor: None = None


class GiveBody(BaseModel):
    """Whom a role is given to, by the confirmed address of her account; and why."""

    email: Annotated[str, Field(max_length=254, examples=["mira@example.org"])]
    role: Role
    reason: Reason


class GivenAnswer(Answer):
    """Who has it now."""

    account_id: UUID
    role: Role


class TakePath(BaseModel):
    """Whose role."""

    account_id: UUID


class TakeBody(BaseModel):
    """Which role is taken away, and why."""

    role: Role
    reason: Reason


class ActsQuery(BaseModel):
    """Which lines: by whom, of whose data, which act; and which page."""

    by: UUID | None = None
    person: UUID | None = None
    act: Annotated[str | None, Field(pattern=r"^[a-z_]{1,30}\.[a-z_]{1,30}$")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: UUID | None = None


class ActAnswer(Answer):
    """What somebody did. `person` is whose data it was, while she has an account; `account_id` is null at the shell."""

    id: UUID
    at: datetime
    account_id: UUID | None
    handle: Annotated[str, Field(examples=["support-9f3a21"])]
    role: str
    act: Annotated[str, Field(examples=["question.read"])]
    thing: Annotated[str, Field(examples=["FS-7K3M9Q"])]
    reason: str
    person: UUID | None


class ActsAnswer(Answer):
    """Lines of the trail, the latest first."""

    items: list[ActAnswer]
    next_cursor: UUID | None


@routes.get("/v1/operator/staff", responses={200: RolesAnswer})
def list_staff() -> RolesAnswer:
    """Everybody who has a role."""
    with unit.begin() as work:
        return RolesAnswer(items=[RoleAnswer.model_validate(member) for member in staff.read(work)])


@routes.post(
    "/v1/operator/staff", responses={200: GivenAnswer, **problems(Invalid, NotVerified, NoSuchAccount, OwnRole)}
)
def give(body: GiveBody) -> GivenAnswer:
    """Give somebody a role; to give it again changes nothing. Nobody gives one to herself."""
    return GivenAnswer(account_id=give_role(body.email, body.role, body.reason), role=body.role)


@routes.post(
    "/v1/operator/staff/<account_id>/take",
    responses={204: {"description": "She has it no more."}, **problems(Invalid, NoSuchAccount)},
)
def take(path: TakePath, body: TakeBody) -> Response:
    """Take a role away; it counts from the next request on."""
    take_role(path.account_id, body.role, body.reason)
    return Response(status=204)


@trail.get("/v1/operator/acts", responses={200: ActsAnswer, **problems(Invalid)})
def list_acts(query: ActsQuery) -> ActsAnswer:
    """What staff did. That the trail of one person's data was read is itself a line of it."""
    shown, cursor = read_acts(
        Filter(by=query.by, person=query.person, act=query.act), limit=query.limit, before=query.cursor
    )
    return ActsAnswer(items=[ActAnswer.model_validate(act) for act in shown], next_cursor=cursor)


def give_role(email: str, role: Role, reason: str) -> UUID:
    """Whom the role was given to. Raises as `staff.give` does."""
    with unit.begin() as work:
        return staff.give(work, colleague(), email, role, reason=reason)


def take_role(account_id: UUID, role: Role, reason: str) -> None:
    """Raises as `staff.take` does."""
    with unit.begin() as work:
        staff.take(work, colleague(), account_id, role, reason=reason)


def read_acts(wanted: Filter, *, limit: int, before: UUID | None) -> tuple[list[Act], UUID | None]:
    """A page of the trail, and where the next one begins."""
    with unit.begin() as work:
        found = acts.read(work, wanted, limit=limit + 1, before=before)
        if wanted.person is not None and before is None:
            acts.note(work, colleague(), "trail.read")
    shown = found[:limit]
    return shown, shown[-1].id if len(found) > limit else None
