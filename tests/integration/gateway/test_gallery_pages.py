"""The pages for looking: the gallery, one figurine, the styles, and how the studio stands."""

import re
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from common.clock import MovableClock
from common.errors import Unavailable
from gateway.adapters.peers import Peers
from gateway.adapters.standing import SECONDS, Standing
from tests.fakes.engine import paints
from tests.integration.gateway.studio import ORIGIN, Person, Studio


def page(person: Person, path: str) -> str:
    shown = person.client.get(path, base_url=ORIGIN)
    assert shown.status_code == 200, path
    return shown.text


def made(studio: Studio, person: Person, **fields: Any) -> str:
    figurine_id = person.order(**fields).get_json()["id"]
    studio.settle()
    return str(figurine_id)


def shown_in(html: str) -> list[str]:
    return re.findall(r'<a href="/figurines/([0-9a-f-]{36})"', html)


@pytest.mark.parametrize("path", ["/gallery?style=window-box", f"/figurines/{uuid4()}"], ids=["gallery", "figurine"])
def test_who_is_not_signed_in_is_asked_to_and_comes_back(studio: Studio, path: str) -> None:
    sent = studio.client().get(path, base_url=ORIGIN)
    assert sent.status_code == 302
    assert sent.headers["Location"].startswith("/signin?next=%2F")


def test_the_gallery_shows_what_has_pictures_page_by_page_and_each_once(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("gateway.routes.gallery_pages"), "PAGE", 2)
    ada = studio.sign_up()
    ids = [made(studio, ada, title=title) for title in ("One", "Two", "Three")]
    studio.engine.will(paints())
    made(studio, ada, title="Nothing came of it")
    first = page(ada, "/gallery")
    assert shown_in(first) == [ids[2], ids[1]]
    assert "Nothing came of it" not in first
    (more,) = re.findall(r'href="(/gallery\?[^"]+)"', first)
    second = page(ada, more.replace("&amp;", "&"))
    assert shown_in(second) == [ids[0]]
    assert "Show earlier ones" not in second


def test_only_favourites_or_one_style_are_shown_where_that_is_wanted(studio: Studio) -> None:
    ada = studio.sign_up()
    first, second = (made(studio, ada, title=title) for title in ("One", "Two"))
    ada.ask("PUT", f"/v1/figurines/{first}/favourite")
    assert shown_in(page(ada, "/gallery?favourite=true")) == [first]
    assert shown_in(page(ada, "/gallery?style=acrylic-standee")) == [second, first]
    assert "Nothing of that kind stands here" in page(ada, "/gallery?style=snow-globe")


def test_an_empty_gallery_leads_to_the_studio_and_a_made_up_place_to_its_beginning(studio: Studio) -> None:
    ada = studio.sign_up()
    assert "Your first figurine starts with a photo" in page(ada, "/gallery")
    figurine_id = made(studio, ada)
    assert shown_in(page(ada, "/gallery?cursor=nowhere")) == [figurine_id]


def test_a_figurine_has_a_page_with_its_picture_and_how_it_was_made(studio: Studio) -> None:
    ada = studio.sign_up()
    figurine_id = made(studio, ada, title="Eileen <3", variants=2)
    html = page(ada, f"/figurines/{figurine_id}")
    assert "Eileen &lt;3" in html
    assert f"/v1/figurines/{figurine_id}/pictures/2?size=preview" in html
    assert "Make another version" in html


def test_one_that_did_not_come_about_says_why_and_what_it_cost(studio: Studio) -> None:
    ada = studio.sign_up()
    studio.engine.will(paints())
    html = page(ada, f"/figurines/{made(studio, ada)}")
    assert "It cost nothing." in html
    assert "Make another version" not in html


def test_somebody_elses_figurine_is_no_figurine(studio: Studio) -> None:
    figurine_id = made(studio, studio.sign_up(), title="Hers alone")
    refused = studio.sign_up().client.get(f"/figurines/{figurine_id}", base_url=ORIGIN)
    assert refused.status_code == 404
    assert "There is no such figurine" in refused.text
    assert "Hers alone" not in refused.text


def test_every_style_is_shown_to_everybody_with_its_price(studio: Studio) -> None:
    html = studio.client().get("/styles", base_url=ORIGIN).text
    for style in studio.client().get("/v1/styles", base_url=ORIGIN).get_json()["items"]:
        assert f'id="{style["id"]}"' in html
        assert (f"/studio?style={style['id']}" in html) is style["available"]


def test_everybody_sees_how_the_studio_stands(studio: Studio) -> None:
    shown = studio.client().get("/status", base_url=ORIGIN)
    assert shown.status_code == 200
    assert "The workshop" in shown.text
    assert shown.text.count("Works") + shown.text.count("Not answering") == 5


def test_what_is_away_is_asked_again_after_a_while_and_not_by_everybody_who_looks() -> None:
    asked: list[str] = []
    away = {"billing"}

    def peer(name: str) -> SimpleNamespace:
        def get(_path: str, *, user_id: None) -> dict[str, str]:
            asked.append(name)
            if name in away:
                raise Unavailable
            return {}

        return SimpleNamespace(name=name, get=get)

    names = ("generation", "billing", "privacy", "analytics")
    clock = MovableClock()
    standing = Standing(cast("Peers", SimpleNamespace(**{name: peer(name) for name in names})), clock)
    assert [name for name, works in standing.look().items() if not works] == ["billing"]
    away.clear()
    standing.look()
    assert len(asked) == 4
    clock.advance(timedelta(seconds=SECONDS + 1))
    assert all(standing.look().values())
    assert len(asked) == 8
