"""Style sheets, scripts and pictures of the pages; text goes packed to whoever takes it so.

Pages themselves are never packed: what a page keeps secret and what somebody else can put into it would be measured
together (BREACH, CVE-2013-3587).
"""

import gzip
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from flask import request, send_file, send_from_directory
from werkzeug.security import safe_join
from werkzeug.wrappers import Response

STATIC: Final = Path(__file__).parent.parent / "web" / "static"
STATIC_SECONDS: Final = 3600
_PACKED: Final = frozenset({".css", ".js", ".svg"})
_FILES: Final = 512


def static_file(filename: str) -> Response:
    """One file of the studio's own; browsers ask again with its ETag."""
    response = _packed(filename) if _takes_packed(filename) else None
    if response is None:
        response = send_from_directory(STATIC, filename, max_age=STATIC_SECONDS)
    if Path(filename).suffix in _PACKED:
        response.vary.add("Accept-Encoding")
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def packed_bytes(content: bytes, *, mimetype: str) -> Response:
    """What is made and not a file, packed for whoever takes it so."""
    response = Response(content, mimetype=mimetype)
    response.vary.add("Accept-Encoding")
    if _unpacks():
        response.set_data(_pack_bytes(content))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _takes_packed(filename: str) -> bool:
    return Path(filename).suffix in _PACKED and _unpacks()


def _unpacks() -> bool:
    return request.accept_encodings.quality("gzip") > 0


def _packed(filename: str) -> Response | None:
    """The file packed; None where there is none of that name."""
    path = safe_join(str(STATIC), filename)
    if path is None or not Path(path).is_file():
        return None
    changed = Path(path).stat().st_mtime_ns
    response = send_file(
        BytesIO(_pack(path, changed)), download_name=Path(path).name, max_age=STATIC_SECONDS, etag=f"{changed:x}-gzip"
    )
    response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(_FILES)
def _pack(path: str, changed: int) -> bytes:  # noqa: ARG001 - a file that changed is packed again
    return gzip.compress(Path(path).read_bytes(), mtime=0)


@lru_cache(_FILES)
def _pack_bytes(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
