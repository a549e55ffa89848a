"""/v1/requests/{id}/archive: a person's copy, streamed to the gateway, which has made sure who asks."""

from collections.abc import Mapping
from uuid import UUID

from flask import Response
from pydantic import BaseModel

from common.callers import current_user_id, internal_blueprint
from common.current import Current, CurrentUnit
from common.errors import Refused
from common.problems import problems
from privacy.domain import NoSuchRequest
from privacy.domain.archives import ArchiveExpired, ArchiveNotReady
from privacy.ports import ArchiveStore
from privacy.repository import Work
from privacy.use_cases import archives

routes = internal_blueprint("archives", __name__)
unit = CurrentUnit[Work]()
store = Current(ArchiveStore)

STATUSES: Mapping[type[Refused], int] = {ArchiveExpired: 410}


class RequestPath(BaseModel):
    """Which request."""

    request_id: UUID


@routes.get(
    "/v1/requests/<request_id>/archive",
    responses=problems(NoSuchRequest, ArchiveNotReady, ArchiveExpired, statuses=STATUSES),
)
def read_archive(path: RequestPath) -> Response:
    """One's own archive, as a ZIP."""
    user_id = current_user_id()
    with unit.begin() as work:
        key, length = archives.read_archive(work, user_id, path.request_id).downloadable()
    opened = store().open(key, owner=user_id)
    response = Response(iter(opened), mimetype="application/zip")
    response.call_on_close(opened.close)
    response.headers["Content-Length"] = str(length)
    response.headers["Content-Disposition"] = f'attachment; filename="figurine-studio-{path.request_id}.zip"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
