"""/v1/privacy/requests/{id}/archive: everything about a person, for who has just shown to be that person."""

from collections.abc import Mapping

from flask import Response, request

from common.errors import Refused, Unavailable
from common.problems import problems
from gateway.domain.figurines import RangeOutside
from gateway.domain.people import NotSignedIn, is_fresh
from gateway.domain.rights import ArchiveExpired, ArchiveNotReady, FreshSignInToFetch, NoSuchRequest
from gateway.routes.context import current_person, peers, personal, unit
from gateway.routes.pictures import body_of
from gateway.routes.requests import RequestPath

routes = personal("archives")
STATUSES: Mapping[type[Refused], int] = {ArchiveExpired: 410, RangeOutside: 416}
_ASKED = ("Range", "If-Range")
_HANDED_ON = ("Content-Length", "Content-Disposition", "Cache-Control", "Content-Range", "ETag", "Accept-Ranges")


@routes.get(
    "/v1/privacy/requests/<request_id>/archive",
    responses={
        200: {"description": "The archive.", "content": {"application/zip": {}}},
        206: {"description": "The range that was asked for.", "content": {"application/zip": {}}},
        **problems(
            NotSignedIn,
            FreshSignInToFetch,
            NoSuchRequest,
            ArchiveNotReady,
            ArchiveExpired,
            RangeOutside,
            Unavailable,
            statuses=STATUSES,
        ),
    },
)
def read_archive(path: RequestPath) -> Response:
    """One's own archive as a ZIP, whole or a range of it, for seven days. Needs a sign-in of the last 15 minutes."""
    person = current_person()
    if not is_fresh(person.session, unit.clock.now()):
        raise FreshSignInToFetch
    headers = {name: value for name in _ASKED if (value := request.headers.get(name))}
    address = f"/v1/requests/{path.request_id}/archive"
    answer = peers().privacy.stream(address, user_id=person.account_id, params={}, headers=headers)
    response = Response(body_of(answer), status=answer.status_code, mimetype="application/zip")
    response.call_on_close(answer.close)
    for name in _HANDED_ON:
        if name in answer.headers:
            response.headers[name] = answer.headers[name]
    return response
