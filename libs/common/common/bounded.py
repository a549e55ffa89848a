"""A request body that is whole or refused, also when its sender announces no length."""

from typing import IO, cast

from flask import Request
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream, get_input_stream


class BoundedRequest(Request):
    """Flask's request, with the size limit held to chunked bodies as well."""

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body. Reading past the limit raises RequestEntityTooLarge."""
        limit = self.max_content_length
        if limit is None or self.content_length is not None or not self.environ.get("wsgi.input_terminated"):
            return get_input_stream(self.environ, max_content_length=limit)
        return cast("IO[bytes]", _WholeOrRefused(self.environ["wsgi.input"], limit))


class _WholeOrRefused(LimitedStream):
    # werkzeug's own stream hands out what fits below the limit as if that were all.
    def __init__(self, body: IO[bytes], limit: int) -> None:
        super().__init__(body, limit, is_max=True)
        self._body = body

    def readall(self) -> bytes:
        data = super().readall()
        if self.is_exhausted and self._body.read(1):
            self.on_exhausted()
        return data
