"""Hints on real photos: false alarms are worse than silence."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import Event

import pytest
from flask.testing import FlaskClient
from PIL import Image, ImageOps

from common.errors import Unavailable
from generation.adapters.studio.looker import Looker
from generation.domain.hints import PhotoHint, Seen
from tests.integration.generation.doors import ISSUER

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="module")
def looker() -> Iterator[Looker]:
    # Time enough for a machine that does much else.
    looker = Looker(seconds=60)
    yield looker
    looker.close()


def example(name: str) -> Image.Image:
    return Image.open(EXAMPLES / name).convert("RGB")


def jpeg(picture: Image.Image) -> bytes:
    sink = BytesIO()
    picture.save(sink, "JPEG", quality=90)
    return sink.getvalue()


def two_of_them() -> Image.Image:
    person = example("person.png").crop((70, 0, 430, 512))
    both = Image.new("RGB", (720, 512))
    both.paste(ImageOps.mirror(person), (0, 0))
    both.paste(person, (360, 0))
    return both


@pytest.mark.parametrize(
    ("photo", "hints"),
    [
        (lambda: example("person.png"), ()),
        (lambda: example("coffee.png"), ()),
        (lambda: example("rocket.jpg"), ()),
        # The photo ends above her eyes.
        (lambda: example("cat.png"), (PhotoHint.CUT_OFF,)),
        (lambda: example("person.png").crop((0, 70, 512, 512)), (PhotoHint.CUT_OFF,)),
        (two_of_them, (PhotoHint.SEVERAL_PEOPLE,)),
        (lambda: Image.linear_gradient("L").resize((600, 400)).convert("RGB"), (PhotoHint.NO_SUBJECT,)),
    ],
    ids=["person", "cup", "rocket", "cat", "forehead cut", "two people", "nothing"],
)
def test_a_photo_is_warned_of_only_for_what_is_so(looker: Looker, photo: object, hints: tuple[PhotoHint, ...]) -> None:
    assert looker.hints(jpeg(photo())) == hints  # pyright: ignore[reportCallIssue]


def test_bytes_that_are_no_photo_are_no_hint_and_the_next_photo_is_looked_at(looker: Looker) -> None:
    with pytest.raises(Unavailable):
        looker.hints(b"no photo")
    assert looker.hints(jpeg(Image.new("RGB", (300, 300), "navy"))) == (PhotoHint.NO_SUBJECT,)


def test_who_comes_while_another_photo_is_looked_at_is_not_made_to_wait() -> None:
    begun, go_on = Event(), Event()
    looker = Looker()

    class Slow:
        def look(self, _photo: bytes) -> Seen:
            begun.set()
            assert go_on.wait(10)
            return Seen(cover=0.5, extent=0.9)

    looker._engine = Slow()  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
    with ThreadPoolExecutor() as threads:
        first = threads.submit(looker.hints, b"a photo")
        assert begun.wait(10)
        with pytest.raises(Unavailable):
            looker.hints(b"another")
        go_on.set()
        assert first.result(10) == ()


def test_only_the_gateway_has_photos_looked_at(client: FlaskClient) -> None:
    assert client.post("/v1/photos/check", data=b"x").status_code == 401
    token = ISSUER.issue(user_id=None, audience="generation")
    huge = client.post("/v1/photos/check", data=bytes(13 * 1024 * 1024), headers={"Authorization": f"Bearer {token}"})
    assert huge.status_code == 413
