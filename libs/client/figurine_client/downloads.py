"""Files that arrive whole or not at all, and go on where they broke off.

What has arrived lies in NAME.part; NAME.part.etag says of which version of the file it is a piece. A file without an
ETag (RFC 9110, section 8.8.3) begins anew: nobody could say whether the rest belongs to it.
"""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final

import httpx2
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from figurine_client.connection import Asked, Connection, answering, is_worth_another_try
from figurine_client.errors import DownloadBroken, Refused

# `bytes 100-199/1234` (RFC 9110, section 14.4).
_SPAN: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class StillBeingMade(Exception):
    """The file is not there yet: 202 instead of it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file that is there: how large it is, in bytes, of which version, and how much of it was there before."""

    path: Path
    bytes: int
    etag: str | None
    resumed_from: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The piece of a file that has arrived."""

    path: Path

    @classmethod
    def of(cls, to: Path) -> "_Part":
        return cls(path=to.with_name(f"{to.name}.part"))

    @property
    def _note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.etag")

    def etag(self) -> str | None:
        """Of which version the piece is; None when there is none, or nobody knows."""
        try:
            return self._note.read_text() or None if self.path.exists() else None
        except FileNotFoundError:
            return None

    def size(self) -> int:
        return self.path.stat().st_size if self.etag() else 0

    def begin(self, etag: str | None) -> None:
        self.drop()
        if etag and not etag.startswith("W/"):
            _private(self._note).close()
            self._note.write_text(etag)

    def more(self) -> IO[bytes]:
        return _private(self.path)

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def finish(self, to: Path) -> None:
        self.path.replace(to)
        self._note.unlink(missing_ok=True)


def download(connection: Connection, asked: Asked, to: Path) -> Fetched:
    """Fetch a file; `to` appears when it is whole. Raises Refused, StudioAway, DownloadBroken, StillBeingMade."""
    patience, part = connection.patience, _Part.of(to)
    had = part.size()

    def is_worth_it(error: BaseException) -> bool:
        return isinstance(error, DownloadBroken) or is_worth_another_try(error, asked.route, patience)

    def before(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked_for = error.retry_after if isinstance(error, Refused) else None
        return patience.before(state.attempt_number, asked_for=asked_for)

    tries = Retrying(
        retry=retry_if_exception(is_worth_it),
        stop=stop_after_attempt(patience.attempts),
        wait=before,
        sleep=patience.pause,
        reraise=True,
    )
    return replace(tries(_fetch, connection, asked, to, part), resumed_from=had)


def _fetch(connection: Connection, asked: Asked, to: Path, part: _Part) -> Fetched:
    have, etag = part.size(), part.etag()
    # If-Range: the rest if it is still the same file, else all of it (RFC 9110, section 13.1.5).
    ranged = {"Range": f"bytes={have}-", "If-Range": etag} if have and etag else {}
    whole = {"Accept": "*/*", "Accept-Encoding": "identity", **ranged}
    try:
        with connection.stream(replace(asked, headers={**asked.headers, **whole}), silence=connection.timeout) as got:
            return _taken(connection, got, to, part)
    except Refused as error:
        if error.status == 416:
            part.drop()
            raise DownloadBroken("The piece that was here is longer than the file; it is fetched anew.") from error
        raise


def _taken(connection: Connection, got: httpx2.Response, to: Path, part: _Part) -> Fetched:
    if got.status_code == 202:
        raise StillBeingMade(float(got.headers.get("Retry-After", "2")))
    etag = got.headers.get("ETag")
    total = _go_on(got, part, etag) if got.status_code == 206 else _begin(got, part, etag)
    with part.more() as file, answering(connection.url):
        # As they come: what is collected first is lost when the connection breaks.
        for piece in got.iter_bytes():
            file.write(piece)
    size = part.path.stat().st_size
    if total is not None and size != total:
        if size > total:
            part.drop()
        raise DownloadBroken(f"{to.name} broke off after {size} of {total} bytes.")
    part.finish(to)
    media_type = got.headers.get("Content-Type", "application/octet-stream")
    return Fetched(path=to, bytes=size, etag=etag, resumed_from=0, media_type=media_type)


def _go_on(got: httpx2.Response, part: _Part, etag: str | None) -> int:
    """The rest of what is here, if it is that; gives back how large the whole is."""
    span = _SPAN.fullmatch(got.headers.get("Content-Range", ""))
    if span is None or int(span[1]) != part.size() or etag not in (None, part.etag()):
        part.drop()
        raise DownloadBroken("What was sent is not the rest of what is here; it is fetched anew.")
    return int(span[3])


def _begin(got: httpx2.Response, part: _Part, etag: str | None) -> int | None:
    part.begin(etag)
    length = got.headers.get("Content-Length")
    return int(length) if length else None


def _private(path: Path) -> IO[bytes]:
    """A file to add to, which nobody else may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
