"""One range of bytes, for downloads that go on where they broke off (RFC 9110, section 14)."""

from flask import Response, request

from common.errors import Refused


class RangeOutside(Refused):
    """The file ends before the range you asked for."""

    code = "range_not_satisfiable"


def asked_span(total: int, etag: str) -> tuple[int, int] | None:
    """The one byte range that was asked for, inclusive; anything else gets the whole. Raises RangeOutside."""
    wanted = request.range
    stale = "If-Range" in request.headers and request.if_range.etag != etag
    if wanted is None or stale or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return None
    bounds = wanted.range_for_length(total)
    if bounds is None:
        raise RangeOutside
    return bounds[0], bounds[1] - 1


def set_span(response: Response, total: int, span: tuple[int, int] | None) -> None:
    """Say of an answer which bytes of how many it is."""
    response.status_code = 206 if span else 200
    response.content_length = span[1] - span[0] + 1 if span else total
    response.headers["Accept-Ranges"] = "bytes"
    if span:
        response.headers["Content-Range"] = f"bytes {span[0]}-{span[1]}/{total}"
