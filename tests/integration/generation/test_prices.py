"""The price of an order is the one that was agreed, whatever becomes of the catalogue."""

from dataclasses import replace

import pytest

from common.contracts.generation import FigurineRequested
from common.contracts.pricing import BATCH
from generation import use_cases
from generation.domain import Choice, Option, Painters, Style
from tests.builders import Life
from tests.integration.generation.shop import Shop

SIZE = Option(id="size", name="", choices=(Choice(id="small", name=""), Choice(id="large", name="", surcharge=4)))
BOX = Style(id="box", name="", description="", price=3, subjects=(), engines=("studio",), options=(SIZE,), prompt={})


@pytest.fixture
def shop(shop: Shop) -> Shop:
    return selling(shop, BOX)


def selling(shop: Shop, *styles: Style) -> Shop:
    """The same shop with another catalogue, as after a deployment."""
    return shop.with_workshop(painters=Painters(styles={style.id: style for style in styles}))


def asked_for(shop: Shop, life: Life) -> FigurineRequested:
    (request,) = [event for event in shop.told(life) if isinstance(event, FigurineRequested)]
    return request


@pytest.mark.parametrize(
    ("fields", "price"),
    [
        ({}, 3),
        ({"options": {"size": "large"}}, 7),
        ({"options": {"size": "no such size"}}, 3),
        ({"delivery": BATCH}, 1),
        ({"delivery": BATCH, "options": {"size": "large"}}, 3),
    ],
)
def test_an_order_that_says_no_price_has_the_catalogues(shop: Shop, fields: dict[str, object], price: int) -> None:
    life = shop.order(Life(style="box", began=shop.clock.now(), **fields))  # pyright: ignore[reportArgumentType]
    assert asked_for(shop, life).unit_price == price


def test_a_catalogue_that_changed_before_the_order_came_changes_no_price(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    life = selling(shop, replace(BOX, price=9)).order(Life(style="box", agreed=3, began=shop.clock.now()))
    assert asked_for(shop, life).unit_price == 3
    assert "agreed under another catalogue" in capsys.readouterr().out


def test_a_catalogue_that_changes_while_the_order_is_under_way_changes_no_price(shop: Shop) -> None:
    lives = [shop.ready(style="box", agreed=3, variants=1) for _ in range(3)]
    dearer = selling(shop, replace(BOX, price=9))
    dearer.workshop.render_next()
    selling(shop).workshop.render_next()
    dearer.cancel(lives[2])
    prices = [shop.one("SELECT unit_price FROM figurines WHERE id = %s", life.figurine_id) for life in lives]
    assert prices == [(3,)] * 3
    assert [shop.state(life)[0] for life in lives] == ["succeeded", "failed", "cancelled"]
    assert [asked_for(shop, life).unit_price for life in lives] == [3] * 3


@pytest.mark.parametrize("price", [0, -1])
def test_a_price_that_no_catalogue_ever_said_is_refused(shop: Shop, price: int) -> None:
    life = shop.order(Life(style="box", agreed=price, began=shop.clock.now()))
    assert shop.state(life) == ("failed", "refused_by_engine", 0)
    assert shop.types_told(life) == ["figurine.failed"]


def test_an_order_that_comes_twice_is_priced_once(shop: Shop) -> None:
    life = shop.order(Life(style="box", agreed=3, began=shop.clock.now()))
    with shop.unit.begin() as work:
        use_cases.accept_order(work, replace(life, agreed=5).uploaded(), catalogue={"box": BOX})
    assert asked_for(shop, life).unit_price == 3
