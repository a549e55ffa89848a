"""Public pages on a telephone in a language that is written from right to left, and longer than English."""

import re
from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Final

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import chromium
from tests.fakes.pseudo import PSEUDO, pseudo
from tests.integration.gateway.conftest import serving_over_tls
from tests.integration.gateway.studio import Studio

pytestmark = pytest.mark.slow
PHONE = {"width": 390, "height": 844}
PLACES: Final = (
    "/", "/styles", "/studio", "/signup", "/signin", "/recover", "/credits", "/privacy", "/policy",
    "/policy/1999-01-01", "/promises", "/support", "/status", "/verify?token=x", "/reset?token=x",
    "/news/stop?key=x", "/account/email/stop?token=x", "/leaving/x", f"/s/{'x' * 43}",
)  # fmt: skip
# What is the same in every language: the house's name, names of its languages, of figurines; and what Babel writes.
SAME: Final = re.compile(
    r"Figurine Studio|English|Deutsch|Eileen|Chelsea|receipt\.json|keys\.json|"
    r"[A-Z][a-z]+ \d{4}|\d+ [A-Z]?[a-z]+(?: ago)?|UTC"
)
PLAIN: Final = re.compile(r"[A-Za-z]{3,}")
# Published words and what is signed stay English; programs' words are nobody's language.
TEXTS: Final = """() => {
  const seen = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const place = node.parentElement;
    if (!place.checkVisibility() || place.closest("script, template, noscript, code, [lang='en']")) continue;
    seen.push(node.data);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"])
    for (const each of document.querySelectorAll(`body [${name}]`)) seen.push(each.getAttribute(name));
  return seen;
}"""
OVERFLOW: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def page(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    # The package has its blueprints under the names of these modules.
    monkeypatch.setattr(import_module("gateway.routes.speaking"), "speech", lambda _language: PSEUDO)
    said = SimpleNamespace(say=pseudo)
    monkeypatch.setattr(import_module("gateway.routes.translating"), "phrasebook", lambda _language: said)
    with serving_over_tls(studio.app) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser.new_page(
            base_url=address,
            ignore_https_errors=True,
            viewport=PHONE,
            # What modules say is another test's business.
            java_script_enabled=False,
        )
        browser.close()


def test_every_public_page_fits_and_says_nothing_that_is_in_no_catalogue(page: Page) -> None:
    found: list[str] = []
    for place in PLACES:
        page.goto(place)
        assert page.locator("html").get_attribute("dir") == "rtl"
        if (too_wide := page.evaluate(OVERFLOW)) > 0:
            found.append(f"{place}: {too_wide} pixels too wide")
        found += [f"{place}: {text.strip()!r}" for text in page.evaluate(TEXTS) if PLAIN.search(SAME.sub("", text))]
    assert not found, "\n".join(found)
