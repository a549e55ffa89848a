"""The client and the command, in front of the real gateway and its peers, over a real socket."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from typer.testing import CliRunner

import figurine_client
from figurine_client import NotAllowed, NotFound, Patience
from figurine_client.command.app import app as command
from figurine_client.command.exits import Exit
from figurine_client.models.figurines import State
from tests.integration.gateway.conftest import serving
from tests.integration.gateway.studio import PASSWORD, Person, Studio, photo

SCOPES = ["figurines:read", "figurines:write", "photos:read", "photos:write", "credits:read", "events:read"]


@dataclass(slots=True)
class Forgetful(httpx2.BaseTransport):
    """A connection that carries every request, and loses the answers to the first few of those that make something."""

    lose: int
    carried: int = 0
    _inner: httpx2.HTTPTransport = field(default_factory=httpx2.HTTPTransport)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = self._inner.handle_request(request)
        if request.method == "POST":
            self.carried += 1
            if self.carried <= self.lose:
                response.read()
                response.close()
                raise httpx2.ReadError("The connection was reset.", request=request)
        return response

    def close(self) -> None:
        self._inner.close()


@pytest.fixture(scope="module")
def address(studio: Studio) -> Iterator[str]:
    with serving(studio.app) as address:
        yield address


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def key(ada: Person) -> str:
    made = ada.ask("POST", "/v1/api-keys", json={"name": "a script", "scopes": SCOPES, "password": PASSWORD})
    return made.get_json()["token"]


@pytest.fixture
def client(address: str, key: str) -> Iterator[figurine_client.Studio]:
    with figurine_client.Studio(address, api_key=key) as client:
        yield client


def settled(studio: Studio, wait: Callable[[], figurine_client.Figurine]) -> figurine_client.Figurine:
    """What is waited for, while the studio works."""
    with ThreadPoolExecutor(1) as waiting:
        waited = waiting.submit(wait)
        while not waited.done():
            studio.settle()
        return waited.result()


def test_a_photo_becomes_pictures_that_can_be_opened(
    studio: Studio, client: figurine_client.Studio, tmp_path: Path
) -> None:
    style = next(each for each in client.styles.list() if each.id == "acrylic-standee")
    ordered = client.figurines.order(photo(), style=style.id, variants=2, title="Ada")
    assert (ordered.price, client.figurines.get(ordered.id).title) == (2 * style.price, "Ada")
    made = settled(studio, lambda: client.figurines.wait(ordered.id, timeout=30))
    assert made.state == State.SUCCEEDED
    files = client.figurines.pictures(made, tmp_path)
    for file, picture in zip(files, made.pictures, strict=True):
        with Image.open(file.path) as opened:
            assert opened.size == (picture.width, picture.height)
    assert [each.figurine_id for each in client.credits.statement()][:1] == [made.id]
    assert [each.id for each in client.figurines.list(state=State.SUCCEEDED)] == [made.id]


def test_an_order_whose_answers_are_lost_is_one_figurine_and_is_paid_once(
    studio: Studio, ada: Person, address: str, key: str
) -> None:
    before, losing = ada.credits()["available"], Forgetful(lose=2)
    patience = Patience(first=0.01, longest=0.01)
    with figurine_client.Studio(address, api_key=key, transport=losing, patience=patience) as client:
        ordered = client.figurines.order(photo(), style="acrylic-standee")
        studio.settle()
        assert losing.carried == 3
        assert [each.id for each in client.figurines.list()] == [ordered.id]
        assert client.credits.balance().available == before - ordered.price


def test_a_picture_goes_on_where_it_broke_off(studio: Studio, client: figurine_client.Studio, tmp_path: Path) -> None:
    ordered = client.figurines.order(photo(), style="acrylic-standee")
    studio.settle()
    whole = client.figurines.picture(ordered.id, 1, tmp_path / "whole.png")
    content, to = whole.path.read_bytes(), tmp_path / "again.png"
    to.with_name("again.png.part").write_bytes(content[:1000])
    to.with_name("again.png.part.etag").write_text(whole.etag or "")
    again = client.figurines.picture(ordered.id, 1, to)
    assert (again.resumed_from, to.read_bytes()) == (1000, content)


def test_a_figurine_is_kept_shared_and_deleted(studio: Studio, client: figurine_client.Studio) -> None:
    ordered = client.figurines.order(photo(), style="acrylic-standee")
    studio.settle()
    assert client.figurines.favour(ordered.id).favourite
    assert client.figurines.rate(ordered.id, 5, comment="Like her.").stars == 5
    links = {
        client.figurines.share(ordered.id),
        client.figurines.share(ordered.id),
        client.figurines.shared(ordered.id),
    }
    assert len(links) == 1
    client.figurines.unshare(ordered.id)
    client.figurines.delete(ordered.id)
    with pytest.raises(NotFound):
        client.figurines.get(ordered.id)


def test_what_no_key_may_is_refused_and_a_person_may(
    studio: Studio, ada: Person, address: str, client: figurine_client.Studio
) -> None:
    with pytest.raises(NotAllowed):
        client.privacy.consents()
    with figurine_client.Studio(address) as herself:
        herself.sign_in(ada.email, PASSWORD)
        assert herself.account.get().email == ada.email
        purpose = herself.privacy.consents()[0].purpose
        assert [herself.privacy.consent(purpose, granted=said).granted for said in (True, False)] == [True, False]
        asked = herself.privacy.ask("access", key="my copy")
        assert herself.privacy.ask("access", key="my copy").id == asked.id
        assert [each.id for each in herself.privacy.requests()] == [asked.id]
        herself.sign_out()
        with pytest.raises(figurine_client.NotSignedIn):
            herself.account.get()


def test_the_command_makes_a_figurine(studio: Studio, address: str, key: str, tmp_path: Path) -> None:
    (tmp_path / "me.jpg").write_bytes(photo())
    folders = {"XDG_CONFIG_HOME": str(tmp_path / "c"), "XDG_STATE_HOME": str(tmp_path / "s")}
    environment = {**folders, "FIGURINE_URL": address, "FIGURINE_API_KEY": key}
    asked = ["make", str(tmp_path / "me.jpg"), "--style", "acrylic-standee", "--out", str(tmp_path / "out")]
    with ThreadPoolExecutor(1) as terminal:
        done = terminal.submit(CliRunner().invoke, command, asked, env=environment)
        while not done.done():
            studio.settle()
    assert done.result().exit_code == Exit.DONE, done.result().stderr
    (file,) = (tmp_path / "out").iterdir()
    with Image.open(BytesIO(file.read_bytes())) as opened:
        assert opened.format == "PNG"
