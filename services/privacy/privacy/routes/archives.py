"""/v1/requests/{id}/archive: a person's copy, streamed to the gateway, which has made sure who asks."""

from collections.abc import Mapping
from hashlib import sha256
from uuid import UUID

from flask import Response
from pydantic import BaseModel

from common.callers import current_user_id, internal_blueprint
from common.current import Current, CurrentUnit
from common.errors import Refused
from common.problems import problems
from common.ranges import RangeOutside, asked_span, set_span
from privacy.domain import NoSuchRequest
from privacy.domain.archives import ArchiveExpired, ArchiveNotReady
from privacy.ports import ArchiveStore
from privacy.repository import Work
from privacy.use_cases import archives

routes = internal_blueprint("archives", __name__)
unit = CurrentUnit[Work]()
store = Current(ArchiveStore)

STATUSES: Mapping[type[Refused], int] = {ArchiveExpired: 410, RangeOutside: 416}


class RequestPath(BaseModel):
    """Which request."""

    request_id: UUID


@routes.get(
    "/v1/requests/<request_id>/archive",
    responses=problems(NoSuchRequest, ArchiveNotReady, ArchiveExpired, RangeOutside, statuses=STATUSES),
)
def read_archive(path: RequestPath) -> Response:
    """One's own archive, as a ZIP, whole or a range of it."""
    user_id = current_user_id()
    with unit.begin() as work:
        key, length = archives.read_archive(work, user_id, path.request_id).downloadable()
    # An archive that is put together anew lies in another place.
    etag = sha256(key.encode()).hexdigest()[:32]
    span = asked_span(length, etag)
    opened = store().open(key, owner=user_id, span=span)
    response = Response(iter(opened), mimetype="application/zip")
    response.call_on_close(opened.close)
    set_span(response, length, span)
    response.set_etag(etag)
    response.headers["Content-Disposition"] = f'attachment; filename="figurine-studio-{path.request_id}.zip"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
