"""/v1/figurines/{id}: deleting, sharing and rating what is one's own; /v1/shares/{token}: what a link shows."""

from datetime import datetime
from typing import Annotated

from flask import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.errors import Invalid
from common.problems import problems
from common.ranges import RangeOutside
from generation import use_cases
from generation.domain import NoSuchFigurine, NoSuchPicture
from generation.domain.allowances import PlanNeeded
from generation.domain.quality import Reason
from generation.domain.sharing import NoSuchShare, NothingToShow, NotRated, check_comment
from generation.routes.context import unit
from generation.routes.figurines import FigurinePath
from generation.routes.pictures import PictureQuery, serve

routes = internal_blueprint("owning", __name__)


class SharePath(BaseModel):
    """A link's token."""

    token: str


class SharedPicturePath(SharePath):
    """Which picture; pictures count from 1."""

    n: int


class RatingBody(BaseModel):
    """One to five stars, what was ticked, and a few words."""

    stars: Annotated[int, Field(ge=1, le=5)]
    reasons: Annotated[tuple[Reason, ...], Field(max_length=20)] = ()
    comment: Annotated[str, Field(max_length=2000)] = ""


class ShareAnswer(Answer):
    """What the link ends with."""

    token: str


class RatingAnswer(Answer):
    """The rating that counts."""

    stars: int
    reasons: tuple[Reason, ...]
    rated_at: datetime


class OwnRatingAnswer(RatingAnswer):
    """The rating that counts, and her words."""

    comment: str


class SharedAnswer(Answer):
    """What a link shows: no name, no title, nobody's id."""

    style: str
    engine: str
    finished_at: datetime
    pictures: tuple[int, ...]
    sizes: tuple[tuple[int, int], ...]


class GoneAnswer(Answer):
    """It is not there any more."""

    gone: bool = True


@routes.delete("/v1/figurines/<figurine_id>", responses={200: GoneAnswer, **problems(NoSuchFigurine)})
def delete(path: FigurinePath) -> GoneAnswer:
    """Delete a figurine and its pictures; one that is being made is called off."""
    with unit.begin() as work:
        use_cases.delete_figurine(work, current_user_id(), path.figurine_id)
    return GoneAnswer()


@routes.post(
    "/v1/figurines/<figurine_id>/share",
    responses={
        200: ShareAnswer,
        **problems(NoSuchFigurine, NothingToShow),
        **problems(PlanNeeded, statuses={PlanNeeded: 402}),
    },
)
def share(path: FigurinePath) -> ShareAnswer:
    """Give out the figurine's link."""
    with unit.begin() as work:
        token = use_cases.share_figurine(work, current_user_id(), path.figurine_id)
    return ShareAnswer(token=token)


@routes.get("/v1/figurines/<figurine_id>/share", responses={200: ShareAnswer, **problems(NoSuchFigurine, NoSuchShare)})
def read_share(path: FigurinePath) -> ShareAnswer:
    """The link that is given out."""
    with unit.begin() as work:
        token = use_cases.find_share(work, current_user_id(), path.figurine_id)
    return ShareAnswer(token=token)


@routes.delete("/v1/figurines/<figurine_id>/share", responses={200: GoneAnswer, **problems(NoSuchFigurine)})
def unshare(path: FigurinePath) -> GoneAnswer:
    """Take the link back."""
    with unit.begin() as work:
        use_cases.unshare_figurine(work, current_user_id(), path.figurine_id)
    return GoneAnswer()


@routes.put(
    "/v1/figurines/<figurine_id>/rating",
    responses={200: RatingAnswer, **problems(NoSuchFigurine, NothingToShow, Invalid)},
)
def rate(path: FigurinePath, body: RatingBody) -> RatingAnswer:
    """Say what one thinks of it; the last word counts."""
    comment = check_comment(body.comment)
    with unit.begin() as work:
        rating = use_cases.rate_figurine(
            work,
            current_user_id(),
            path.figurine_id,
            stars=body.stars,
            reasons=body.reasons,
            comment=comment,
        )
    return RatingAnswer.model_validate(rating)


@routes.get(
    "/v1/figurines/<figurine_id>/rating", responses={200: OwnRatingAnswer, **problems(NoSuchFigurine, NotRated)}
)
def read_rating(path: FigurinePath) -> OwnRatingAnswer:
    """What one thinks of it."""
    with unit.begin() as work:
        rating, comment = use_cases.find_rating(work, current_user_id(), path.figurine_id)
    return OwnRatingAnswer(stars=rating.stars, reasons=rating.reasons, rated_at=rating.rated_at, comment=comment)


@routes.get("/v1/shares/<token>", responses={200: SharedAnswer, **problems(NoSuchShare)})
def read_shared(path: SharePath) -> SharedAnswer:
    """What a link shows."""
    with unit.begin() as work:
        return SharedAnswer.model_validate(use_cases.open_share(work, path.token))


@routes.get("/v1/shares/<token>/pictures/<n>", responses=problems(NoSuchShare, NoSuchPicture, RangeOutside))
def read_shared_picture(path: SharedPicturePath, query: PictureQuery) -> Response:
    """The bytes of a picture that a link shows."""
    with unit.begin() as work:
        shared = use_cases.open_share(work, path.token)
        stored = use_cases.find_picture(work, shared.user_id, shared.figurine_id, path.n)
    return serve(stored, query, shared.user_id, shared.figurine_id)
