"""An archive's ZIP: what the standard library and everybody else reads, also where numbers outgrow 32 bits."""

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.adapters.archive.zips import COUNT_LIMIT, LIMIT, Zip, Zipped

AT = datetime(2026, 11, 26, 19, 30, 14, tzinfo=UTC)
CONTENTS = st.lists(st.binary(max_size=300), max_size=12)


def zipped(contents: Sequence[bytes], *, limit: int = LIMIT, count_limit: int = COUNT_LIMIT) -> bytes:
    maker = Zip(AT, limit=limit, count_limit=count_limit)
    entries = [
        Zipped(path=f"grüße/{number}.bin", length=len(content), crc32=zlib.crc32(content))
        for number, content in enumerate(contents)
    ]
    pieces = [maker.header(entry) + content for entry, content in zip(entries, contents, strict=True)]
    return b"".join([*pieces, *maker.listing(entries)])


@pytest.mark.parametrize("limit", [LIMIT, 1, 100, 1000], ids=["plain", "all big", "some big", "far ones"])
@given(contents=CONTENTS)
def test_what_is_put_in_comes_out(contents: list[bytes], limit: int) -> None:
    with ZipFile(BytesIO(zipped(contents, limit=limit))) as archive:
        assert archive.testzip() is None
        assert [archive.read(each) for each in archive.infolist()] == contents
        assert archive.namelist() == [f"grüße/{number}.bin" for number in range(len(contents))]
        assert {each.date_time for each in archive.infolist()} <= {(2026, 11, 26, 19, 30, 14)}


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_more_entries_than_16_bits_count_are_all_found(count: int) -> None:
    with ZipFile(BytesIO(zipped([b"x"] * count, count_limit=2))) as archive:
        assert len(archive.infolist()) == count
