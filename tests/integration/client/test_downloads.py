"""Files arrive whole or not at all, and go on where they broke off."""

import stat
from pathlib import Path
from uuid import UUID

import pytest

from figurine_client import DownloadBroken, NotFound, Studio, StudioAway, WaitedTooLong
from tests.fakes.door import ID, Answer, Door, Exchange, problem, says
from tests.integration.client.conftest import Pauses

FIGURINE = UUID(ID)
PICTURE = f"GET /v1/figurines/{ID}/pictures/1"
MODEL = f"GET /v1/figurines/{ID}/model.stl"
ARCHIVE = f"GET /v1/privacy/requests/{ID}/archive"
WHOLE = bytes(range(256)) * 2_000
OTHER = WHOLE[::-1]


def serve(whole: bytes, etag: str | None, *, at_most: int | None = None) -> Answer:
    """The file, or the rest of it where that is asked for and it is the same; breaks off after `at_most` bytes."""

    def answer(exchange: Exchange) -> None:
        headers = {"Content-Type": "image/png"} | ({} if etag is None else {"ETag": etag})
        asked = exchange.asked.headers
        begin, status = 0, 200
        if etag is not None and "Range" in asked and asked.get("If-Range") == etag:
            begin, status = int(asked["Range"].removeprefix("bytes=").rstrip("-")), 206
            headers["Content-Range"] = f"bytes {begin}-{len(whole) - 1}/{len(whole)}"
        exchange.begin(status, len(whole) - begin, **headers)
        end = len(whole) if at_most is None else begin + at_most
        exchange.wfile.write(whole[begin:end])
        if end < len(whole):
            exchange.cut()

    return answer


def ranges(door: Door) -> list[str | None]:
    return [each.headers.get("Range") for each in door.asked]


def test_a_picture_that_breaks_off_goes_on_where_it_was(door: Door, studio: Studio, tmp_path: Path) -> None:
    door.on(PICTURE, *[serve(WHOLE, '"a"', at_most=100_000)] * 2, serve(WHOLE, '"a"'))
    fetched = studio.figurines.picture(FIGURINE, 1, tmp_path / "1.png")
    assert (tmp_path / "1.png").read_bytes() == WHOLE
    assert ranges(door) == [None, "bytes=100000-", "bytes=200000-"]
    assert (fetched.bytes, fetched.etag, fetched.media_type) == (len(WHOLE), '"a"', "image/png")
    assert [each.name for each in tmp_path.iterdir()] == ["1.png"]


def test_what_an_earlier_run_left_is_gone_on_with(door: Door, studio: Studio, tmp_path: Path) -> None:
    door.on(PICTURE, serve(WHOLE, '"a"', at_most=1000))
    to = tmp_path / "1.png"
    with pytest.raises((DownloadBroken, StudioAway)):
        studio.figurines.picture(FIGURINE, 1, to)
    assert not to.exists()
    assert (tmp_path / "1.png.part").stat().st_size == 4000
    door.on(PICTURE, serve(WHOLE, '"a"'))
    assert studio.figurines.picture(FIGURINE, 1, to).resumed_from == 4000
    assert to.read_bytes() == WHOLE


def test_a_file_that_has_changed_meanwhile_is_fetched_anew(door: Door, studio: Studio, tmp_path: Path) -> None:
    door.on(PICTURE, serve(WHOLE, '"a"', at_most=1000), serve(OTHER, '"b"'))
    assert studio.figurines.picture(FIGURINE, 1, tmp_path / "1.png").etag == '"b"'
    assert (tmp_path / "1.png").read_bytes() == OTHER


def test_a_piece_of_another_version_is_never_put_behind_the_first(door: Door, studio: Studio, tmp_path: Path) -> None:
    def careless(exchange: Exchange) -> None:
        # A server that looks at the range, and not at what it is of.
        begin = int(exchange.asked.headers["Range"].removeprefix("bytes=").rstrip("-"))
        headers = {"ETag": '"b"', "Content-Range": f"bytes {begin}-{len(OTHER) - 1}/{len(OTHER)}"}
        exchange.begin(206, len(OTHER) - begin, **headers)
        exchange.wfile.write(OTHER[begin:])

    door.on(PICTURE, serve(WHOLE, '"a"', at_most=1000), careless, serve(OTHER, '"b"'))
    studio.figurines.picture(FIGURINE, 1, tmp_path / "1.png")
    assert (tmp_path / "1.png").read_bytes() == OTHER


def test_a_file_without_a_version_begins_anew(door: Door, studio: Studio, tmp_path: Path) -> None:
    door.on(ARCHIVE, serve(WHOLE, None, at_most=1000), serve(WHOLE, None))
    studio.privacy.archive(FIGURINE, tmp_path / "copy.zip")
    assert (tmp_path / "copy.zip").read_bytes() == WHOLE
    assert ranges(door) == [None, None]


def test_a_piece_longer_than_the_file_is_thrown_away(door: Door, studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "1.png.part").write_bytes(WHOLE * 2)
    (tmp_path / "1.png.part.etag").write_text('"a"')
    door.on(PICTURE, problem(416, "range_not_satisfiable", "The picture ends before."), serve(WHOLE, '"a"'))
    studio.figurines.picture(FIGURINE, 1, tmp_path / "1.png")
    assert (tmp_path / "1.png").read_bytes() == WHOLE


def test_a_refusal_leaves_no_file(door: Door, studio: Studio, tmp_path: Path) -> None:
    door.on(PICTURE, problem(404, "not_found", "There is no such figurine, or it is not yours."))
    with pytest.raises(NotFound):
        studio.figurines.picture(FIGURINE, 1, tmp_path / "1.png")
    assert list(tmp_path.iterdir()) == []


def test_nobody_else_may_read_what_was_fetched(door: Door, studio: Studio, tmp_path: Path) -> None:
    door.on(PICTURE, serve(WHOLE, '"a"'))
    studio.figurines.picture(FIGURINE, 1, tmp_path / "1.png")
    assert stat.S_IMODE((tmp_path / "1.png").stat().st_mode) == 0o600


def test_a_model_is_waited_for_while_it_is_made(door: Door, studio: Studio, pauses: Pauses, tmp_path: Path) -> None:
    making = says({"state": "making", "retry_after": 4}, 202, Retry_After="4")
    door.on(MODEL, making, making, serve(WHOLE, '"a"'))
    studio.figurines.model_file(FIGURINE, tmp_path / "m.stl", format="stl")
    assert (tmp_path / "m.stl").read_bytes() == WHOLE
    assert pauses.seconds == [4, 4]


def test_a_model_is_not_waited_for_for_ever(door: Door, studio: Studio, tmp_path: Path) -> None:
    door.on(MODEL, says({"state": "making", "retry_after": 4}, 202, Retry_After="4"))
    with pytest.raises(WaitedTooLong):
        studio.figurines.model_file(FIGURINE, tmp_path / "m.stl", format="stl", timeout=1)
