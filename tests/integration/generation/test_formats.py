"""A picture as another kind of file, on request."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Event

import pytest
from PIL import Image

from common.errors import Unavailable
from generation.adapters.finishing import Conversions, Signatures
from generation.domain import Format
from generation.ports import Size
from tests.builders import Life
from tests.fakes.engine import card
from tests.fixtures.signing import STUDIO
from tests.fixtures.traces import foreign
from tests.integration.generation.doors import Ask, Counted
from tests.integration.generation.shop import Shop

OTHER = [Format.PNG, Format.WEBP]


@pytest.fixture
def life(shop: Shop) -> Life:
    life = shop.ready()
    shop.workshop.render_next()
    return life


@pytest.fixture
def path(life: Life) -> str:
    return f"/v1/figurines/{life.figurine_id}/pictures/1"


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("wanted", OTHER)
def test_every_size_comes_as_any_kind_of_file(
    ask: Ask, life: Life, path: str, *, size: Size, wanted: Format, signatures: Signatures, counted: Counted
) -> None:
    response = ask(f"{path}?size={size}&format={wanted}", life.user_id)
    assert (response.status_code, response.content_type) == (200, wanted.media_type)
    assert response.content_length == len(response.data)
    with Image.open(BytesIO(response.data)) as picture:
        assert (picture.format, picture.size) == (wanted.upper(), (96, 120))
    assert signatures.inspect(response.data, wanted.media_type).state == "Trusted"
    assert foreign(response.data) == set()
    assert counted.open_now == 0


def test_the_kind_it_is_stored_as_is_what_is_stored(ask: Ask, life: Life, path: str) -> None:
    plain, asked = ask(path, life.user_id), ask(f"{path}?format=jpeg", life.user_id)
    assert (plain.data, plain.headers["ETag"]) == (asked.data, asked.headers["ETag"])


def test_the_engines_own_file_comes_as_it_came(ask: Ask, shop: Shop, life: Life, path: str) -> None:
    with shop.pictures.open(f"{life.figurine_id}/1/1", Size.ORIGINAL, owner=life.user_id) as opened:
        own = b"".join(opened)
    for asked in ("size=original", "size=original&format=jpeg"):
        assert ask(f"{path}?{asked}", life.user_id).data == own
    assert ask(path, life.user_id).data != own


def test_ranges_of_a_converted_picture_fit_together(ask: Ask, life: Life, path: str) -> None:
    address = f"{path}?format=png"
    whole = ask(address, life.user_id)
    half = len(whole.data) // 2
    first = ask(address, life.user_id, Range=f"bytes=0-{half - 1}")
    rest = ask(address, life.user_id, Range=f"bytes={half}-", If_Range=whole.headers["ETag"])
    assert (first.status_code, rest.status_code, first.data + rest.data) == (206, 206, whole.data)
    assert rest.headers["Content-Range"] == f"bytes {half}-{len(whole.data) - 1}/{len(whole.data)}"
    assert ask(address, life.user_id, Range="bytes=0-9", If_Range='"another"').status_code == 200
    assert ask(address, life.user_id, Range="bytes=99999999-").status_code == 416
    head = ask(address, life.user_id, method="HEAD")
    assert (head.data, head.headers["Content-Length"]) == (b"", str(len(whole.data)))


def test_a_converted_picture_one_has_already_is_not_made_again(ask: Ask, life: Life, path: str) -> None:
    etag = ask(f"{path}?format=png", life.user_id).headers["ETag"]
    again = ask(f"{path}?format=png", life.user_id, If_None_Match=etag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    # Made by a process that has ended: other bytes, the same picture.
    earlier = etag[:-4] + '000"'
    assert ask(f"{path}?format=png", life.user_id, If_None_Match=earlier).status_code == 304
    assert ask(f"{path}?format=webp", life.user_id, If_None_Match=etag).status_code == 200
    assert ask(path, life.user_id, If_None_Match=etag).status_code == 200


def test_only_kinds_there_are_can_be_asked_for(ask: Ask, life: Life, path: str) -> None:
    assert ask(f"{path}?format=gif", life.user_id).status_code == 400


def test_a_picture_that_is_gone_is_not_converted_either(ask: Ask, shop: Shop, life: Life, path: str) -> None:
    shop.pictures.sweep(f"{life.figurine_id}/")
    assert ask(f"{path}?format=png", life.user_id).status_code == 404


def test_whoever_comes_while_all_places_are_taken_is_told_to_try_again(signatures: Signatures) -> None:
    conversions = Conversions(signatures, at_once=1, patience_seconds=0.05)
    reading, go_on = Event(), Event()

    def slowly() -> bytes:
        reading.set()
        assert go_on.wait(30)
        return card("teal", (96, 120)).image

    with ThreadPoolExecutor() as threads:
        first = threads.submit(conversions.convert, "one", slowly, Format.PNG, STUDIO)
        assert reading.wait(30)
        with pytest.raises(Unavailable):
            conversions.convert("two", slowly, Format.PNG, STUDIO)
        go_on.set()
        made = first.result()
    assert conversions.convert("one", slowly, Format.PNG, STUDIO) == made


def test_only_so_many_bytes_are_remembered(signatures: Signatures) -> None:
    conversions = Conversions(signatures, remembered_bytes=20_000)

    def made(name: str) -> bytes:
        return conversions.convert(name, lambda: card("teal", (96, 120)).image, Format.PNG, STUDIO)

    first = made("first")
    assert made("first") == first
    for number in range(10):
        made(str(number))
    assert made("first") != first
