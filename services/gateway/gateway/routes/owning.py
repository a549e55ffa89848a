"""/v1/figurines/{id}: deleting, favourites, sharing and rating."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Conflict, Invalid, NotFound, Unavailable
from common.problems import problems
from gateway.domain.allowances import PlanNeeded
from gateway.domain.figurines import NoSuchFigurine
from gateway.domain.people import ForgedRequest
from gateway.domain.ratings import Reason
from gateway.routes.context import current_person, peers, personal, studio, unit
from gateway.routes.figurines import FigurineAnswer, FigurinePath, figurine_answers
from gateway.routes.planned import naming_the_plan
from gateway.use_cases import figurines

routes = personal("owning")


class ShareAnswer(Answer):
    """The public link; whoever has it sees the pictures, and nothing about whose they are."""

    url: str


class RatingBody(BaseModel):
    """What one thinks of a figurine."""

    stars: Annotated[int, Field(ge=1, le=5, examples=[5])]
    reasons: Annotated[tuple[Reason, ...], Field(max_length=20, description="What is wrong with it, if anything.")] = ()
    comment: Annotated[str, Field(max_length=2000, examples=["Her smile is just right."])] = ""


class RatingAnswer(Answer):
    """The rating that counts. It is kept for its owner; for quality it is counted only while she allows that."""

    stars: int
    reasons: tuple[Reason, ...]
    rated_at: datetime


class OwnRatingAnswer(RatingAnswer):
    """The rating that counts, and the words one left with it."""

    comment: str


class WishesAnswer(Answer):
    """What its owner said about a figurine so far; null where she has not."""

    share: ShareAnswer | None
    rating: OwnRatingAnswer | None


@routes.delete(
    "/v1/figurines/<figurine_id>",
    responses={204: {"description": "It is gone."}, **problems(NoSuchFigurine, ForgedRequest)},
)
def delete(path: FigurinePath) -> Response:
    """Delete a figurine and its pictures, for good. One that is being made is called off and costs nothing."""
    account_id = current_person().account_id
    with unit.begin() as work:
        figurines.read_figurine(work, account_id, path.figurine_id)
    # Generation first: what it has taken, it finishes, and its event removes the row if we do not come to it.
    peers().generation.delete(f"/v1/figurines/{path.figurine_id}", user_id=account_id)
    with unit.begin() as work:
        figurines.forget_figurine(work, account_id, path.figurine_id)
    return Response(status=HTTPStatus.NO_CONTENT)


@routes.put(
    "/v1/figurines/<figurine_id>/favourite",
    responses={200: FigurineAnswer, **problems(NoSuchFigurine, ForgedRequest)},
)
def add_favourite(path: FigurinePath) -> FigurineAnswer:
    """Make it a favourite."""
    return _marked(path, favourite=True)


@routes.delete(
    "/v1/figurines/<figurine_id>/favourite",
    responses={200: FigurineAnswer, **problems(NoSuchFigurine, ForgedRequest)},
)
def remove_favourite(path: FigurinePath) -> FigurineAnswer:
    """Make it no favourite any more."""
    return _marked(path, favourite=False)


@routes.post(
    "/v1/figurines/<figurine_id>/share",
    responses={
        200: ShareAnswer,
        **problems(NoSuchFigurine, Conflict, ForgedRequest),
        **problems(PlanNeeded, statuses={PlanNeeded: 402}),
    },
)
def share(path: FigurinePath) -> ShareAnswer:
    """Make a public link, or repeat the one there is."""
    account_id = current_person().account_id
    with naming_the_plan(account_id):
        given = peers().generation.post(f"/v1/figurines/{path.figurine_id}/share", user_id=account_id)
    return _share_answer(given["token"])


@routes.get("/v1/figurines/<figurine_id>/share", responses={200: ShareAnswer, **problems(NoSuchFigurine)})
def read_share(path: FigurinePath) -> ShareAnswer:
    """The public link, if there is one."""
    given = peers().generation.get(f"/v1/figurines/{path.figurine_id}/share", user_id=current_person().account_id)
    return _share_answer(given["token"])


@routes.delete(
    "/v1/figurines/<figurine_id>/share",
    responses={204: {"description": "The link leads nowhere any more."}, **problems(NoSuchFigurine, ForgedRequest)},
)
def unshare(path: FigurinePath) -> Response:
    """Take the public link back, at once."""
    peers().generation.delete(f"/v1/figurines/{path.figurine_id}/share", user_id=current_person().account_id)
    return Response(status=HTTPStatus.NO_CONTENT)


@routes.put(
    "/v1/figurines/<figurine_id>/rating",
    responses={200: RatingAnswer, **problems(NoSuchFigurine, Conflict, Invalid, ForgedRequest)},
)
def rate(path: FigurinePath, body: RatingBody) -> RatingAnswer:
    """Say what one thinks of it; the last word counts."""
    given = peers().generation.put(
        f"/v1/figurines/{path.figurine_id}/rating",
        user_id=current_person().account_id,
        body=body.model_dump(mode="json"),
    )
    return RatingAnswer(**given)


@routes.get("/v1/figurines/<figurine_id>/rating", responses={200: OwnRatingAnswer, **problems(NoSuchFigurine)})
def read_rating(path: FigurinePath) -> OwnRatingAnswer:
    """What one thinks of it; not found before one has said so."""
    given = peers().generation.get(f"/v1/figurines/{path.figurine_id}/rating", user_id=current_person().account_id)
    return OwnRatingAnswer(**given)


@routes.get(
    "/v1/figurines/<figurine_id>/wishes", responses={200: WishesAnswer, **problems(NoSuchFigurine, Unavailable)}
)
def read_wishes(path: FigurinePath) -> WishesAnswer:
    """The public link and the rating, each where there is one: what there is not yet is no fault here."""
    account_id = current_person().account_id
    with unit.begin() as work:
        figurines.read_figurine(work, account_id, path.figurine_id)
    shared, rated = (_if_any(account_id, f"/v1/figurines/{path.figurine_id}/{what}") for what in ("share", "rating"))
    return WishesAnswer(
        share=_share_answer(shared["token"]) if shared else None, rating=OwnRatingAnswer(**rated) if rated else None
    )


def _if_any(account_id: UUID, address: str) -> Mapping[str, Any] | None:
    try:
        return peers().generation.get(address, user_id=account_id)
    except NotFound:
        return None


def _marked(path: FigurinePath, *, favourite: bool) -> FigurineAnswer:
    account_id = current_person().account_id
    with unit.begin() as work:
        marked = figurines.mark_favourite(work, account_id, path.figurine_id, favourite=favourite)
        return figurine_answers(work, account_id, [marked])[0]


def _share_answer(token: str) -> ShareAnswer:
    return ShareAnswer(url=f"{studio().public_url}/s/{token}")
