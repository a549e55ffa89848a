"""The pages of leaving, as the door hands them out: who may see them, and what they give away."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from gateway.adapters.links import Links
from tests.integration.gateway.studio import ORIGIN, Studio


@pytest.fixture
def link(studio: Studio) -> str:
    """The way to an erasure's page, as its owner was given it."""
    (links,) = [port for port in studio.service.ports if isinstance(port, Links)]
    return links.receipt(uuid4()).removeprefix(links.studio)


def test_who_has_the_link_sees_the_page_and_no_search_engine_nor_other_site_hears_of_it(
    studio: Studio, link: str
) -> None:
    shown = studio.client().get(link, base_url=ORIGIN)
    assert shown.status_code == 200
    assert "noindex" in shown.headers["X-Robots-Tag"]
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'self'" in shown.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link[:-1],
        lambda link: link.partition("?")[0],
        lambda link: link.replace("key=", "key=é"),
        lambda link: link.replace("/leaving/", "/leaving/x"),
    ],
    ids=["shortened", "no key", "other letters", "no id"],
)
def test_a_link_that_is_not_whole_leads_nowhere_and_says_what_to_do(
    studio: Studio, link: str, spoil: Callable[[str], str]
) -> None:
    refused = studio.client().get(spoil(link), base_url=ORIGIN)
    assert refused.status_code == 404
    assert "This link leads nowhere" in refused.text
    assert "noindex" in refused.headers["X-Robots-Tag"]


def test_the_page_of_an_erasure_shows_nobody_as_signed_in(studio: Studio, link: str) -> None:
    ada = studio.sign_up()
    assert "Sign out" in ada.client.get("/privacy", base_url=ORIGIN).text
    assert "Sign out" not in ada.client.get(link, base_url=ORIGIN).text


def test_who_is_not_signed_in_is_asked_to_before_she_deletes_anything(studio: Studio) -> None:
    sent = studio.client().get("/account/delete", base_url=ORIGIN)
    assert (sent.status_code, sent.headers["Location"]) == (302, "/signin?next=/account/delete")


def test_the_page_that_deletes_an_account_says_whose_it_is(studio: Studio) -> None:
    ada = studio.sign_up()
    assert ada.email in ada.client.get("/account/delete", base_url=ORIGIN).text
